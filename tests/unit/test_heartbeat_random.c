/* The detector against a model that looks at every node each millisecond, under random beats, copies,
 * goodbyes, operators, fresh windows and policies; the heap against sorting; the registry against a list. */
#include "tests/unit/heartbeat_sim.h"

#include "applets/heartbeat/heap.h"

enum { NODES = 12, RUNS = 150, LENGTH = 3000 /* ms */ };

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

struct model_node {
    bool known, resumed;
    enum heartbeat_state state;
    int64_t heard; /* ms */
    uint64_t seq;
    unsigned good, bad;
};

struct model {
    struct model_node nodes[NODES];
    int64_t interval, slack, fresh;
    unsigned missed, rise, fall;
    size_t downs, ups; /* flips to and from down */
};

static void model_enter(struct model *m, struct model_node *n, enum heartbeat_state to)
{
    m->downs += to == HEARTBEAT_DOWN;
    m->ups += n->state == HEARTBEAT_DOWN;
    if (to != HEARTBEAT_UP)
        n->good = 0;
    n->state = to;
}

static void model_beat(struct model *m, struct model_node *n, int64_t ms, enum heartbeat_kind kind)
{
    bool good = kind == HEARTBEAT_ALIVE;
    n->known = true;
    if (kind == HEARTBEAT_LEAVE) {
        if (n->state != HEARTBEAT_PAUSED && n->state != HEARTBEAT_LEFT)
            model_enter(m, n, HEARTBEAT_LEFT);
        return;
    }
    n->heard = ms;
    n->good = good ? n->good + 1 : 0;
    n->bad = good ? 0 : n->bad + 1;
    if (n->state == HEARTBEAT_PAUSED)
        return;
    enum heartbeat_state to = HEARTBEAT_UP;
    if (n->state == HEARTBEAT_DOWN)
        to = good && n->good >= m->rise ? HEARTBEAT_UP : HEARTBEAT_DOWN;
    else if (!good && n->bad >= m->fall)
        to = HEARTBEAT_DOWN;
    if (to != n->state)
        model_enter(m, n, to);
}

static void model_tick(struct model *m, int64_t ms)
{
    for (int i = 0; i < NODES; i++) {
        struct model_node *n = &m->nodes[i];
        if (!n->known || (n->state != HEARTBEAT_UP && n->state != HEARTBEAT_LATE &&
                          n->state != HEARTBEAT_UNKNOWN_STATE))
            continue;
        int64_t silence = ms - SB_MAX(n->heard, m->fresh);
        if (silence > m->missed * m->interval + m->slack)
            model_enter(m, n, HEARTBEAT_DOWN);
        else if (silence > m->interval + m->slack && n->state == HEARTBEAT_UP)
            model_enter(m, n, HEARTBEAT_LATE);
    }
}

static void random_beat(struct sim *s, struct model *m, uint32_t i, const char *id)
{
    static const enum heartbeat_kind kinds[] = {HEARTBEAT_ALIVE, HEARTBEAT_ALIVE, HEARTBEAT_ALIVE,
                                                HEARTBEAT_UNHEALTHY, HEARTBEAT_LEAVE};
    struct model_node *n = &m->nodes[i];
    struct heartbeat_beat b = sim_beat_of(s, id);
    b.kind = kinds[draw(5)];
    b.has_seq = true;
    b.boot_id = sb_str("boot");
    bool old = n->known && n->seq > 0 && draw(4) == 0;
    b.seq = old ? n->seq - draw((uint32_t)SB_MIN(n->seq, 3u)) : n->seq + 1 + draw(3);
    enum heartbeat_verdict v = sim_send(s, &b);
    if (!n->known && b.kind == HEARTBEAT_LEAVE) {
        ck_assert_int_eq(v, HEARTBEAT_UNKNOWN);
        return;
    }
    if (old) {
        ck_assert_int_eq(v, b.seq == n->seq ? HEARTBEAT_DUPLICATE : HEARTBEAT_STALE);
        return;
    }
    ck_assert_int_eq(v, n->known ? HEARTBEAT_TAKEN : HEARTBEAT_CREATED);
    n->seq = b.seq;
    model_beat(m, n, s->ms, b.kind);
}

static void random_command(struct sim *s, struct model *m, uint32_t i, const char *id)
{
    struct heartbeat_now now = sim_now(s);
    struct sb_error e = {0};
    struct model_node *n = &m->nodes[i];
    bool pause = draw(3) == 0;
    int r = heartbeat_detector_command(s->d, sb_str(id), pause ? HEARTBEAT_PAUSE : HEARTBEAT_RESUME,
                                       0, "x", &now, &e);
    s->next = SIM_BOOT;
    ck_assert_int_eq(r, n->known ? 0 : -SB_ENOTFOUND);
    if (!n->known || (!pause && n->state != HEARTBEAT_PAUSED) ||
        (pause && n->state == HEARTBEAT_PAUSED))
        return;
    if (!pause)
        n->heard = s->ms;
    model_enter(m, n, pause ? HEARTBEAT_PAUSED : HEARTBEAT_UP);
}

static void compare(const struct sim *s, struct model *m, char ids[NODES][16], uint64_t run)
{
    for (int i = 0; i < NODES; i++) {
        struct model_node *n = &m->nodes[i];
        const struct heartbeat_node *real = sim_node(s, ids[i]);
        unit_require((real != NULL) == n->known, "run %llu: node %d known", (unsigned long long)run,
                     i);
        if (!real)
            continue;
        enum heartbeat_state want = n->state, have = (enum heartbeat_state)real->state;
        /* a fresh window makes a late node up when its old deadline comes */
        if (want == HEARTBEAT_LATE && have == HEARTBEAT_UP && n->heard < m->fresh)
            n->state = want = HEARTBEAT_UP;
        unit_require(want == have, "run %llu, %lld ms: node %d is %s, the model says %s",
                     (unsigned long long)run, (long long)s->ms, i, heartbeat_state_names[have],
                     heartbeat_state_names[want]);
    }
}

static void random_event(struct sim *s, struct model *m, char ids[NODES][16])
{
    uint32_t i = draw(NODES);
    uint32_t what = draw(100);
    if (what < 94) {
        random_beat(s, m, i, ids[i]);
    } else if (what < 98) {
        random_command(s, m, i, ids[i]);
    } else if (what < 99) {
        struct heartbeat_now now = sim_now(s);
        heartbeat_detector_fresh(s->d, &now, HEARTBEAT_FRESH_STOPPED, 1);
        m->fresh = s->ms;
    }
}

static void random_run(uint64_t run)
{
    struct sim s;
    struct model m = {.missed = 1 + draw(4), .rise = 1 + draw(3), .fall = 1 + draw(3)};
    char yaml[200], ids[NODES][16];
    m.interval = 10 + draw(100);
    m.slack = draw(60);
    snprintf(
        yaml, sizeof yaml,
        "{interval: %lldms, slack: %lldms, missed: %u, rise: %u, fall: %u, mass: {least: 1000}}",
        (long long)m.interval, (long long)m.slack, m.missed, m.rise, m.fall);
    for (int i = 0; i < NODES; i++)
        snprintf(ids[i], sizeof ids[i], "n%d", i);
    sim_init(&s, yaml);
    uint32_t busy = 5 + draw(60);
    for (s.ms = 1; s.ms < LENGTH; s.ms++) {
        if (s.next <= SIM_BOOT + s.ms * SIM_MS) /* only when it is asked for */
            sim_tick(&s);
        model_tick(&m, s.ms);
        compare(&s, &m, ids, run);
        while (draw(100) < busy / 2)
            random_event(&s, &m, ids);
    }
    size_t downs = 0, ups = 0;
    for (size_t i = 0; i < s.flips.len; i++) {
        const struct heartbeat_flip *f = &s.flips.items[i];
        ck_assert_uint_eq(f->number, i + 1);
        if (f->what != HEARTBEAT_FLIP_NODE)
            continue;
        downs += f->to == HEARTBEAT_DOWN;
        ups += f->from == HEARTBEAT_DOWN;
    }
    ck_assert_uint_eq(downs, m.downs);
    ck_assert_uint_eq(ups, m.ups);
    sim_done(&s);
}

START_TEST(test_model)
{
    for (uint64_t run = 1; run <= RUNS; run++) {
        seed = run * UINT64_C(0x9e3779b97f4a7c15);
        random_run(run);
    }
}
END_TEST

START_TEST(test_heap)
{
    struct heartbeat_registry *r = heartbeat_registry_new(1000);
    struct heartbeat_heap h = {.nodes = r};
    char id[16];
    bool created;
    seed = 7;
    for (int i = 0; i < 500; i++) {
        snprintf(id, sizeof id, "%d", i);
        heartbeat_registry_need(r, sb_str(id), &created);
    }
    for (int round = 0; round < 20000; round++) {
        struct heartbeat_node *n = heartbeat_registry_at(r, draw(500));
        if (draw(20) == 0) {
            heartbeat_heap_remove(&h, n);
            n->due_at = INT64_MAX;
            continue;
        }
        n->due_at = draw(1000000);
        heartbeat_heap_watch(&h, n);
        int64_t at = 0;
        struct heartbeat_node *first = heartbeat_heap_first(&h, &at);
        while (first->due_at > at) { /* lazily: it moved away */
            heartbeat_heap_settle(&h, first);
            first = heartbeat_heap_first(&h, &at);
        }
        for (uint32_t i = 0; i < 500; i++)
            unit_require(heartbeat_registry_at(r, i)->due_at >= at, "not the first");
    }
    heartbeat_heap_done(&h);
    heartbeat_registry_free(r);
}
END_TEST

static void random_id(char *id, size_t *len)
{
    *len = 1 + draw(3);
    for (size_t i = 0; i < *len; i++)
        id[i] = (char)('a' + draw(6));
    if (draw(50) == 0) { /* a long one */
        memset(id, 'z', HEARTBEAT_ID_MAX);
        *len = HEARTBEAT_ID_MAX - draw(3);
        id[*len] = '\0';
    }
}

START_TEST(test_registry)
{
    enum { CAP = 200 };
    struct heartbeat_registry *r = heartbeat_registry_new(CAP);
    char ids[CAP][HEARTBEAT_ID_MAX + 1] = {{0}};
    uint32_t count = 0;
    seed = 11;
    for (int round = 0; round < 60000; round++) {
        char id[HEARTBEAT_ID_MAX + 1] = {0};
        size_t len;
        random_id(id, &len);
        size_t at = 0;
        while (at < CAP && strcmp(ids[at], id) != 0)
            at++;
        const struct heartbeat_node *n = heartbeat_registry_find(r, (struct sb_str){id, len});
        unit_require((n != NULL) == (at < CAP), "round %d: find", round);
        unit_require(!n || n->index == at, "round %d: it has moved", round);
        if (n && draw(2)) {
            heartbeat_registry_forget(r, n->index);
            ids[at][0] = '\0';
            count--;
        } else if (!n) {
            bool created = false;
            n = heartbeat_registry_need(r, (struct sb_str){id, len}, &created);
            unit_require((n != NULL) == (count < CAP), "round %d: the cap", round);
            if (n) {
                unit_require(created && !ids[n->index][0], "round %d: need", round);
                memcpy(ids[n->index], id, sizeof id);
                count++;
            }
        }
        unit_require(heartbeat_registry_count(r) == count, "round %d: count", round);
    }
    heartbeat_registry_free(r);
}
END_TEST

START_TEST(test_registry_texts)
{
    struct heartbeat_registry *r = heartbeat_registry_new(10);
    bool created;
    struct heartbeat_node *n = heartbeat_registry_need(r, sb_str("a"), &created);
    struct heartbeat_metric m[HEARTBEAT_METRICS_MAX] = {{sb_str("cpu"), 93.5},
                                                        {sb_str("mem"), -0.0}};
    struct heartbeat_metric got[HEARTBEAT_METRICS_MAX];
    heartbeat_registry_set_metrics(r, n, m, 2);
    ck_assert_uint_eq(heartbeat_registry_metrics(r, n, got, HEARTBEAT_METRICS_MAX), 2);
    ck_assert(sb_str_is(got[0].name, "cpu") && got[0].value == 93.5);
    for (size_t i = 0; i < HEARTBEAT_METRICS_MAX; i++)
        m[i] = (struct heartbeat_metric){sb_str("load"), (double)i};
    heartbeat_registry_set_metrics(r, n, m, HEARTBEAT_METRICS_MAX);
    ck_assert_uint_eq(heartbeat_registry_metrics(r, n, got, HEARTBEAT_METRICS_MAX),
                      HEARTBEAT_METRICS_MAX);
    ck_assert(got[15].value == 15);
    char body[200];
    memset(body, 'x', sizeof body);
    memcpy(body + 118, "\xe2\x82\xac", 3); /* a code point over the cut goes as a whole */
    heartbeat_registry_set_said(r, n, (struct sb_str){body, sizeof body});
    ck_assert_uint_eq(strlen(n->said), 118);
    heartbeat_registry_set_said(r, n, (struct sb_str){"", 0});
    ck_assert_uint_eq(strlen(n->said), 118);
    heartbeat_registry_set_said(r, n, sb_str("short"));
    ck_assert_str_eq(n->said, "short");
    for (int i = 0; i < 5000; i++) { /* more zones than there may be: the rest have none */
        char zone[16];
        snprintf(zone, sizeof zone, "z%d", i);
        uint16_t z = heartbeat_registry_zone(r, sb_str(zone));
        ck_assert(i < 4095 ? sb_str_is(heartbeat_registry_zone_name(r, z), zone) : z == 0);
    }
    heartbeat_registry_free(r);
}
END_TEST

UNIT_MAIN("heartbeat_random", test_model, test_heap, test_registry, test_registry_texts)
