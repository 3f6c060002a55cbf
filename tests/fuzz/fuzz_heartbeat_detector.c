/* The path of a beat: bytes become beats, time, commands, fresh windows, policies and restarts of a
 * detector with few nodes and zones. After each, the sums must be those of the nodes, every flip must go on
 * from the state before, and the status must be JSON. */
#include "applets/heartbeat/present.h"
#include "core/base/mem.h"
#include "core/doc/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES = 12, ZONES = 3 };
#define MS INT64_C(1000000)

struct play {
    const uint8_t *p, *end;
    struct heartbeat_policy *policies[2];
    struct heartbeat_detector *d;
    struct heartbeat_now now;
    uint8_t states[NODES]; /* as told by flips */
    uint64_t number;
    unsigned policy;
};

static void require(bool ok)
{
    if (!ok)
        abort();
}

static unsigned take(struct play *y)
{
    return y->p < y->end ? *y->p++ : 0;
}

static void hear(void *ctx, const struct heartbeat_flip *f)
{
    struct play *y = ctx;
    require(f->number == y->number + 1);
    y->number = f->number;
    require(f->text[0] != '\0');
    if (f->what == HEARTBEAT_FLIP_NODE) {
        uint8_t *state = &y->states[f->id[0] - 'a'];
        require(f->from == *state && f->to != f->from);
        *state = f->to;
    } else if (f->what == HEARTBEAT_FLIP_RELEASE) {
        require(f->to == HEARTBEAT_DOWN && (f->alert || f->act));
    }
}

static struct heartbeat_policy *policy_of(const char *yaml)
{
    struct heartbeat_policy *p = NULL;
    struct sb_error e = {0};
    require(heartbeat_policy_load_text("p", yaml, strlen(yaml), &p, &e) == 0);
    return p;
}

static void beat(struct play *y)
{
    static const char ids[] = "abcdefghijkl", *zones[] = {"", "x", "y"};
    unsigned what = take(y), more = take(y);
    struct heartbeat_beat b = {
        .id = {ids + what % NODES, 1},
        .zone = sb_str(zones[what / NODES % ZONES]),
        .kind = (enum heartbeat_kind)(more % HEARTBEAT_KIND_COUNT),
        .source = (enum heartbeat_source)(more % HEARTBEAT_SOURCE_COUNT),
        .exit_status = (int)(more & 1),
        .received = y->now.mono,
        .received_wall = y->now.wall,
        .sent = more & 8 ? y->now.wall - (int64_t)take(y) * MS : HEARTBEAT_NO_TIME,
        .interval = more & 16 ? (int64_t)take(y) * take(y) * MS : 0,
        .boot_id = sb_str(more & 32   ? "one"
                          : more & 64 ? "two"
                                      : ""),
        .seq = more & 128 ? take(y) : 0,
        .has_seq = more & 128,
        .create = what & 128,
        .body = sb_str(more & 1 ? "why\x1b" : ""),
        .n_metrics = 1,
        .metrics = {{sb_str("cpu"), more}},
    };
    heartbeat_detector_beat(y->d, &b);
}

static void command(struct play *y)
{
    static const char ids[] = "abcdefghijkl";
    unsigned what = take(y);
    struct sb_error e = {0};
    enum heartbeat_command c = (enum heartbeat_command)(what / NODES % (HEARTBEAT_FORGET + 1));
    int r =
        heartbeat_detector_command(y->d, (struct sb_str){ids + what % NODES, 1}, c,
                                   y->now.wall + (int64_t)take(y) * 100 * MS, "me", &y->now, &e);
    if (r == 0 && c == HEARTBEAT_FORGET)
        y->states[what % NODES] = HEARTBEAT_UNKNOWN_STATE;
}

static void restart(struct play *y)
{
    struct heartbeat_registry *old = heartbeat_detector_nodes(y->d);
    const struct heartbeat_detector_options options = {.max_nodes = NODES};
    struct heartbeat_detector *d = heartbeat_detector_new(
        y->policies[y->policy], &options, (struct heartbeat_listener){hear, y}, &y->now);
    memset(y->states, 0, sizeof y->states);
    for (uint32_t i = 0; i < heartbeat_registry_end(old); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(old, i);
        struct heartbeat_saved saved;
        if (!n)
            continue;
        heartbeat_node_save(old, n, &saved);
        heartbeat_detector_restore(d, &saved, &y->now);
        uint8_t *state = &y->states[n->id[0] - 'a'];
        *state = n->state == HEARTBEAT_LATE ? (uint8_t)HEARTBEAT_UP : n->state;
    }
    heartbeat_detector_number(d, y->number);
    heartbeat_detector_free(y->d);
    y->d = d;
}

static void check(struct play *y)
{
    struct heartbeat_registry *r = heartbeat_detector_nodes(y->d);
    struct heartbeat_totals t = heartbeat_detector_totals(y->d);
    uint32_t states[HEARTBEAT_STATE_COUNT] = {0}, expected = 0, silent = 0, in_zones[2] = {0, 0};
    for (uint32_t i = 0; i < heartbeat_registry_end(r); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(r, i);
        if (!n)
            continue;
        states[n->state]++;
        require(n->state == y->states[n->id[0] - 'a']);
        expected += n->census != 0;
        silent += n->census == 2;
    }
    require(memcmp(states, t.states, sizeof states) == 0);
    for (uint16_t i = 0; i < heartbeat_registry_zones(r); i++) {
        struct heartbeat_zone_status z = heartbeat_detector_zone(y->d, i);
        in_zones[0] += z.expected;
        in_zones[1] += z.silent;
    }
    require(in_zones[0] == expected && in_zones[1] == silent);
    struct heartbeat_zone_status all = heartbeat_detector_all_zones(y->d);
    require(all.expected == expected && all.silent == silent);
}

static void check_status(struct play *y)
{
    const struct heartbeat_filter filter = {.state = -1};
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_buf b = SB_BUF_INIT(1 << 22);
    struct sb_json_writer w;
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    sb_json_writer_init(&w, &b, 0);
    heartbeat_put_status(&w, &(struct heartbeat_scene){.detector = y->d, .now = y->now}, &filter);
    require(sb_doc_text_copy(pool, "status", b.data, b.len, &text, &e) == 0);
    require(sb_json_read(pool, &text, NULL, &root, &e) == 0);
    sb_doc_pool_free(pool);
    sb_buf_done(&b);
}

static void step(struct play *y)
{
    unsigned what = take(y);
    if (what < 128) {
        beat(y);
    } else if (what < 216) {
        int64_t time = (int64_t)take(y) * (what < 200 ? 10 : 1000) * MS;
        y->now.mono += time;
        y->now.wall += time;
        require(heartbeat_detector_tick(y->d, &y->now, 0) > y->now.mono || what == 0);
    } else if (what < 232) {
        command(y);
    } else if (what < 240) {
        y->now.wall += ((int64_t)take(y) - 128) * 60000 * MS;
        heartbeat_detector_fresh(y->d, &y->now, HEARTBEAT_FRESH_CLOCK, 1);
    } else if (what < 246) {
        heartbeat_detector_fresh(y->d, &y->now, HEARTBEAT_FRESH_STOPPED, 1);
    } else if (what < 250) {
        y->policy ^= 1;
        heartbeat_detector_policy(y->d, y->policies[y->policy], &y->now);
    } else if (what < 253) {
        restart(y);
    } else {
        heartbeat_detector_hold(y->d, y->now.mono + (int64_t)take(y) * MS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct heartbeat_detector_options options = {.max_nodes = NODES};
    struct play y = {.p = data, .end = data + size};
    if (size > 4096)
        return 0;
    y.policies[0] =
        policy_of("{interval: 200ms, slack: 50ms, rise: 2, mass: {least: 3, longest: 5s, "
                  "window: 2s}, profiles: [{name: c, ids: [c, d], cron: '*/2 * * * *', "
                  "grace: 30s}]}");
    y.policies[1] =
        policy_of("{interval: 100ms, slack: 0, missed: 1, fall: 2, nodes: [a, f], phi: "
                  "{window: 12, judge: true}, mass: {least: 2, actions-per-minute: 0}}");
    y.now = (struct heartbeat_now){.mono = 1000000 * MS, .wall = INT64_C(1700000000000) * MS};
    y.d = heartbeat_detector_new(y.policies[0], &options, (struct heartbeat_listener){hear, &y},
                                 &y.now);
    while (y.p < y.end) {
        step(&y);
        check(&y);
    }
    check_status(&y);
    heartbeat_detector_free(y.d);
    heartbeat_policy_free(y.policies[0]);
    heartbeat_policy_free(y.policies[1]);
    return 0;
}
