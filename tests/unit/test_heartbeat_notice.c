/* heartbeat notices: what people are told of flips, by example and by the rules that must hold for any
 * sequence of them. */
#include "applets/heartbeat/notice.h"
#include "core/doc/fields.h"
#include "tests/unit/schedule_unit.h"

/* A stage with its parts, and what it said. */
struct stage {
    struct heartbeat_quiet *quiet;
    struct heartbeat_depend *depend;
    struct heartbeat_registry *nodes;
    struct heartbeat_notices *notices;
    int64_t now;
    uint64_t number;
    char log[8000]; /* "kind id[ alert][ act][ mute]\n" */
    char last_text[512];
    void (*check)(struct stage *s, const struct heartbeat_notice *n);
    void *ctx;
};

static void hear(void *ctx, const struct heartbeat_notice *n)
{
    struct stage *s = ctx;
    size_t len = strlen(s->log);
    if (s->check)
        s->check(s, n);
    else
        snprintf(s->log + len, sizeof s->log - len, "%s %s%s%s%s%s\n",
                 heartbeat_notice_names[n->kind], n->id.p, n->alert ? " alert" : "",
                 n->act ? " act" : "", n->muted.why ? " " : "",
                 n->muted.why ? heartbeat_mute_names[n->muted.why] : "");
    snprintf(s->last_text, sizeof s->last_text, "%s", n->text);
}

static struct stage *stage_new(const char *policy)
{
    struct stage *s = calloc(1, sizeof *s);
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *root = NULL;
    struct heartbeat_notice_rules rules;
    struct sb_error e = {0};
    ck_assert_ptr_nonnull(s);
    int rc = sb_fields_read_text(pool, "policy.yaml", policy, strlen(policy), &root, &e);
    if (rc == 0)
        rc = heartbeat_quiet_load(pool, sb_doc_get_str(pool, root, "quiet"), &s->quiet, &e);
    if (rc == 0)
        rc = heartbeat_depend_load(pool, sb_doc_get_str(pool, root, "depends"), &s->depend, &e);
    if (rc == 0)
        rc = heartbeat_notice_rules_load(pool, sb_doc_get_str(pool, root, "notices"), &rules, &e);
    unit_require(rc == 0, "%s", e.text);
    s->nodes = heartbeat_registry_new(1000);
    s->now = unit_time("2026-01-01T00:00:00Z");
    struct heartbeat_notice_sink sink = {hear, s};
    s->notices = heartbeat_notices_new(&rules, s->quiet, s->depend, s->nodes, sink);
    sb_doc_pool_free(pool);
    return s;
}

static void stage_free(struct stage *s)
{
    heartbeat_notices_free(s->notices);
    heartbeat_quiet_free(s->quiet);
    heartbeat_depend_free(s->depend);
    heartbeat_registry_free(s->nodes);
    free(s);
}

/* As the detector would: down alerts and acts, up likewise, the rest is for the eye. */
static void flip(struct stage *s, const char *id, enum heartbeat_state to)
{
    bool created;
    struct heartbeat_node *n = heartbeat_registry_need(s->nodes, sb_str(id), &created);
    struct heartbeat_flip f = {.number = ++s->number,
                               .what = HEARTBEAT_FLIP_NODE,
                               .at_wall = s->now,
                               .id_len = (uint8_t)strlen(id),
                               .from = n->state,
                               .to = (uint8_t)to};
    f.alert = f.act = to == HEARTBEAT_DOWN || (to == HEARTBEAT_UP && n->state == HEARTBEAT_DOWN);
    snprintf(f.id, sizeof f.id, "%s", id);
    snprintf(f.text, sizeof f.text, "%s is %s", id, heartbeat_state_names[to]);
    n->state = (uint8_t)to;
    heartbeat_notices_flip(s->notices, &f);
}

static void wait_for(struct stage *s, int64_t ns)
{
    int64_t end = s->now + ns, due;
    while ((due = heartbeat_notices_tick(s->notices, s->now)) <= end && due > s->now)
        s->now = due;
    s->now = end;
    heartbeat_notices_tick(s->notices, s->now);
}

static void expect_log(struct stage *s, const char *wanted)
{
    unit_require(strcmp(s->log, wanted) == 0, "got:\n%swanted:\n%s", s->log, wanted);
    s->log[0] = '\0';
}

START_TEST(a_plain_flip_is_told)
{
    struct stage *s = stage_new("notices: {repeat: 0}");
    flip(s, "a", HEARTBEAT_UP);
    flip(s, "a", HEARTBEAT_LATE);
    flip(s, "a", HEARTBEAT_DOWN);
    ck_assert_str_eq(s->last_text, "a is down");
    flip(s, "a", HEARTBEAT_UP);
    ck_assert_int_eq(heartbeat_notices_tick(s->notices, s->now + 1000 * DAY_NS), INT64_MAX);
    expect_log(s, "flip a\nflip a\nflip a alert act\nflip a alert act\n");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).alerts, 2);
    stage_free(s);
}
END_TEST

#define NIGHT                                                                                  \
    "quiet: [{name: night, ids: 'a*', from: 2026-01-01T00:00:00Z, until: 2026-01-01T08:00:00Z" \
    "%s}]\nnotices: {repeat: 0}"

START_TEST(quiet_times_mute_and_do_not_forget)
{
    char policy[300];
    snprintf(policy, sizeof policy, NIGHT, "");
    struct stage *s = stage_new(policy);
    flip(s, "a1", HEARTBEAT_DOWN);
    ck_assert_str_eq(s->last_text, "a1 is down (quiet time \"night\" until 2026-01-01T08:00:00Z)");
    flip(s, "a2", HEARTBEAT_DOWN);
    flip(s, "b", HEARTBEAT_DOWN);
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).waiting, 2);
    wait_for(s, HOUR_NS);
    flip(s, "a2", HEARTBEAT_UP);
    ck_assert_str_eq(s->last_text, "a2 is up (nobody had been told)");
    wait_for(s, 7 * HOUR_NS - 1);
    expect_log(s, "flip a1 act quiet\nflip a2 act quiet\nflip b alert act\nflip a2 act untold\n");
    wait_for(s, 1);
    ck_assert_str_eq(s->last_text, "down since 2026-01-01T00:00:00Z: it was quiet until now");
    flip(s, "a1", HEARTBEAT_UP);
    expect_log(s, "still a1 alert\nflip a1 alert act\n");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).waiting, 0);
    stage_free(s);
}
END_TEST

START_TEST(actions_wait_when_told_to)
{
    char policy[300];
    snprintf(policy, sizeof policy, NIGHT, ", hold-actions: true");
    struct stage *s = stage_new(policy);
    flip(s, "a1", HEARTBEAT_DOWN);
    wait_for(s, 8 * HOUR_NS);
    expect_log(s, "flip a1 quiet\nstill a1 alert act\n");
    stage_free(s);
}
END_TEST

START_TEST(snoozes_mute_until_they_are_cancelled)
{
    struct stage *s = stage_new("notices: {repeat: 0}");
    struct heartbeat_snooze z = {sb_str("a"), s->now + DAY_NS, "ann", "disk", false};
    uint64_t number;
    struct sb_error e;
    ck_assert_int_eq(heartbeat_quiet_snooze(s->quiet, &z, s->now, &number, &e), 0);
    flip(s, "a", HEARTBEAT_DOWN);
    ck_assert_str_eq(s->last_text, "a is down (snoozed by ann until 2026-01-02T00:00:00Z)");
    wait_for(s, HOUR_NS);
    ck_assert_int_eq(heartbeat_quiet_cancel(s->quiet, number, s->now, &e), 0);
    heartbeat_notices_recheck(s->notices);
    wait_for(s, 0);
    expect_log(s, "flip a act quiet\nstill a alert\n");
    stage_free(s);
}
END_TEST

#define ROUTER "depends: [{parent: router, ids: 'web-*', hold: 30s}]\nnotices: {repeat: 0}"

START_TEST(one_alert_for_a_router_and_its_children)
{
    struct stage *s = stage_new(ROUTER);
    flip(s, "router", HEARTBEAT_DOWN);
    flip(s, "web-1", HEARTBEAT_DOWN);
    ck_assert_str_eq(s->last_text, "web-1 is down (muted: router is down)");
    flip(s, "web-2", HEARTBEAT_DOWN);
    wait_for(s, DAY_NS);
    expect_log(s, "flip router alert act\nflip web-1 act parent\nflip web-2 act parent\n");
    flip(s, "router", HEARTBEAT_UP);
    ck_assert_str_eq(s->last_text, "router is up; 2 nodes that depend on it were muted");
    wait_for(s, 10 * SB_NS_PER_S);
    flip(s, "web-1", HEARTBEAT_UP);
    wait_for(s, 19 * SB_NS_PER_S);
    expect_log(s, "flip router alert act\nflip web-1 act untold\n");
    wait_for(s, SB_NS_PER_S); /* web-2 stays away: not because of the router */
    expect_log(s, "still web-2 alert\n");
    ck_assert_str_eq(s->last_text, "down since 2026-01-01T00:00:00Z: what it depends on is back");
    stage_free(s);
}
END_TEST

START_TEST(children_wait_for_a_late_parent)
{
    struct stage *s = stage_new(ROUTER);
    flip(s, "router", HEARTBEAT_LATE);
    flip(s, "web-1", HEARTBEAT_DOWN);
    ck_assert_str_eq(s->last_text, "web-1 is down (waiting for router, which is late)");
    wait_for(s, SB_NS_PER_S);
    flip(s, "router", HEARTBEAT_UP);
    wait_for(s, 0);
    expect_log(s, "flip router\nflip web-1 act wait\nflip router\nstill web-1 alert\n");
    flip(s, "web-1", HEARTBEAT_UP);
    flip(s, "router", HEARTBEAT_LATE);
    flip(s, "web-1", HEARTBEAT_DOWN);
    flip(s, "router", HEARTBEAT_DOWN);
    wait_for(s, SB_NS_PER_S);
    flip(s, "router", HEARTBEAT_UP);
    ck_assert_str_eq(s->last_text, "router is up; 1 nodes that depend on it were muted");
    expect_log(s, "flip web-1 alert act\nflip router\nflip web-1 act wait\nflip router alert act\n"
                  "flip router alert act\n");
    stage_free(s);
}
END_TEST

START_TEST(reminders)
{
    struct stage *s = stage_new("notices: {repeat: 4h}");
    flip(s, "a", HEARTBEAT_DOWN);
    wait_for(s, 4 * HOUR_NS - 1);
    expect_log(s, "flip a alert act\n");
    wait_for(s, 1);
    ck_assert_str_eq(s->last_text, "still down, for 4h (reminder 1)");
    wait_for(s, 4 * HOUR_NS);
    expect_log(s, "remind a alert\nremind a alert\n");
    struct heartbeat_node *n = heartbeat_registry_find(s->nodes, sb_str("a"));
    n->flags |= HEARTBEAT_NODE_ACKED; /* somebody is at it */
    wait_for(s, 12 * HOUR_NS);
    expect_log(s, "");
    n->flags = 0;
    n->snooze_wall = s->now + 5 * HOUR_NS;
    wait_for(s, 4 * HOUR_NS);
    expect_log(s, "");
    wait_for(s, 4 * HOUR_NS);
    expect_log(s, "remind a alert\n");
    flip(s, "a", HEARTBEAT_UP);
    wait_for(s, DAY_NS);
    expect_log(s, "flip a alert act\n");
    stage_free(s);
}
END_TEST

START_TEST(a_muted_node_is_not_reminded_of)
{
    struct stage *s = stage_new("quiet: [{name: q, ids: a, from: 2026-01-01T01:00:00Z,"
                                " until: 2026-01-01T06:00:00Z}]\nnotices: {repeat: 4h}");
    flip(s, "a", HEARTBEAT_DOWN);
    wait_for(s, 8 * HOUR_NS - 1);
    expect_log(s, "flip a alert act\n");
    wait_for(s, 1);
    expect_log(s, "remind a alert\n");
    stage_free(s);
}
END_TEST

START_TEST(flapping_is_one_notice)
{
    struct stage *s = stage_new("notices: {repeat: 0, flapping: {downs: 3, within: 1h}}");
    for (int i = 0; i < 5; i++) {
        flip(s, "a", HEARTBEAT_DOWN);
        if (i == 2)
            ck_assert_str_eq(s->last_text,
                             "flapping: down 3 times within 1h; no more is said of it "
                             "until it has kept its state that long");
        wait_for(s, 10 * MINUTE_NS);
        flip(s, "a", HEARTBEAT_UP);
        wait_for(s, 10 * MINUTE_NS);
    }
    expect_log(s, "flip a alert act\nflip a alert act\nflip a alert act\nflip a alert act\n"
                  "flip a alert act\nflapping a alert\nflip a act flapping\n"
                  "flip a act flapping\nflip a act flapping\n"
                  "flip a act flapping\nflip a act flapping\n");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).flapping, 1);
    wait_for(s, 50 * MINUTE_NS - 1);
    expect_log(s, "");
    wait_for(s, 1);
    ck_assert_str_eq(s->last_text, "up for 1h: it flaps no more");
    expect_log(s, "calm a alert\n");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).flapping, 0);
    stage_free(s);
}
END_TEST

START_TEST(who_stops_flapping_while_down_is_told_of)
{
    struct stage *s = stage_new("notices: {repeat: 0, flapping: {downs: 2, within: 1h}}");
    flip(s, "a", HEARTBEAT_DOWN);
    flip(s, "a", HEARTBEAT_UP);
    flip(s, "a", HEARTBEAT_DOWN);
    flip(s, "a", HEARTBEAT_UP);
    flip(s, "a", HEARTBEAT_DOWN);
    s->log[0] = '\0';
    wait_for(s, HOUR_NS);
    expect_log(s, "calm a alert\nstill a alert\n");
    stage_free(s);
}
END_TEST

START_TEST(seldom_is_not_flapping)
{
    struct stage *s = stage_new("notices: {repeat: 0, flapping: {downs: 3, within: 1h}}");
    for (int i = 0; i < 20; i++) {
        flip(s, "a", HEARTBEAT_DOWN);
        wait_for(s, 15 * MINUTE_NS);
        flip(s, "a", HEARTBEAT_UP);
        wait_for(s, 15 * MINUTE_NS + 1);
    }
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).alerts, 40);
    stage_free(s);
}
END_TEST

START_TEST(failure_rates)
{
    struct stage *s = stage_new("notices: {failures: {of: 10, share: 30%}}");
    for (int i = 0; i < 9; i++)
        heartbeat_notices_outcome(s->notices, sb_str("job"), sb_str(""), i % 4 == 0, s->now);
    expect_log(s, ""); /* three failures, but of nine */
    heartbeat_notices_outcome(s->notices, sb_str("job"), sb_str(""), false, s->now);
    ck_assert_str_eq(s->last_text, "fails too often: 3 of its last 10 runs");
    for (int i = 0; i < 4; i++) /* the first two failures leave */
        heartbeat_notices_outcome(s->notices, sb_str("job"), sb_str(""), false, s->now);
    expect_log(s, "failing job alert\n");
    heartbeat_notices_outcome(s->notices, sb_str("job"), sb_str(""), false, s->now);
    expect_log(s, "mended job alert\n");
    ck_assert_str_eq(s->last_text, "fails seldom again: 1 of its last 10 runs");
    stage_free(s);
    s = stage_new("notices: {failures: {of: 64, share: 100%}}");
    for (int i = 0; i < 64; i++)
        heartbeat_notices_outcome(s->notices, sb_str("job"), sb_str(""), true, s->now);
    expect_log(s, "failing job alert\n");
    stage_free(s);
}
END_TEST

static struct heartbeat_saved saved(const char *id, enum heartbeat_state state, const char *since,
                                    uint16_t flags)
{
    struct heartbeat_saved n = {.id_len = (uint8_t)strlen(id),
                                .state = (uint8_t)state,
                                .flags = flags,
                                .since_wall = unit_time(since)};
    snprintf(n.id, sizeof n.id, "%s", id);
    return n;
}

static void restore(struct stage *s, const struct heartbeat_saved *n)
{
    bool created;
    heartbeat_registry_need(s->nodes, (struct sb_str){n->id, n->id_len}, &created)->state =
        n->state;
    heartbeat_notices_restore(s->notices, n);
}

START_TEST(a_restart_tells_nothing_twice)
{
    struct stage *s = stage_new("quiet: [{name: q, ids: c, from: 2025-12-31T20:00:00Z,"
                                " until: 2025-12-31T22:00:00Z}]\n"
                                "depends: [{parent: router, ids: 'web-*'}]\nnotices: {repeat: 4h}");
    struct heartbeat_saved n =
        saved("a", HEARTBEAT_DOWN, "2025-12-31T23:00:00Z", HEARTBEAT_NODE_ALERTED);
    restore(s, &n);
    n = saved("b", HEARTBEAT_DOWN, "2025-12-31T23:00:00Z",
              0); /* nobody was told: the detector's to say */
    restore(s, &n);
    n = saved("c", HEARTBEAT_DOWN, "2025-12-31T21:00:00Z",
              HEARTBEAT_NODE_ALERTED); /* was quiet then */
    restore(s, &n);
    n = saved("router", HEARTBEAT_DOWN, "2025-12-31T23:00:00Z", HEARTBEAT_NODE_ALERTED);
    restore(s, &n);
    n = saved("web-2", HEARTBEAT_DOWN, "2025-12-31T23:30:00Z",
              HEARTBEAT_NODE_ALERTED); /* behind it */
    restore(s, &n);
    wait_for(s, 0);
    expect_log(s, "still c alert\n");
    flip(s, "web-1", HEARTBEAT_DOWN);
    wait_for(s, 3 * HOUR_NS);
    expect_log(s, "flip web-1 act parent\nremind a alert\nremind router alert\n");
    ck_assert_str_eq(s->last_text, "still down, for 4h (reminder 1)");
    flip(s, "a", HEARTBEAT_UP);
    flip(s, "web-2", HEARTBEAT_UP);
    expect_log(s, "flip a alert act\nflip web-2 act untold\n");
    flip(s, "router", HEARTBEAT_UP);
    ck_assert_str_eq(s->last_text, "router is up; 2 nodes that depend on it were muted");
    stage_free(s);
}
END_TEST

/* A stage of a new policy in place of one that was, as the monitor does. */
static struct stage *reload(struct stage *old, const char *policy)
{
    struct stage *s = stage_new(policy);
    s->now = old->now;
    s->number = old->number;
    heartbeat_quiet_take_snoozes(s->quiet, old->quiet);
    heartbeat_notices_take(s->notices, old->notices);
    for (uint32_t i = 0; i < heartbeat_registry_end(old->nodes); i++) {
        const struct heartbeat_node *node = heartbeat_registry_at(old->nodes, i);
        struct heartbeat_saved n;
        heartbeat_node_save(old->nodes, node, &n);
        n.flags = HEARTBEAT_NODE_ALERTED;
        restore(s, &n);
    }
    stage_free(old);
    return s;
}

START_TEST(a_new_policy_forgets_nothing)
{
    struct stage *s = stage_new("quiet: [{name: q, ids: a, from: 2026-01-01T00:00:00Z,"
                                " until: 2026-01-01T06:00:00Z}]\n"
                                "depends: [{parent: router, ids: 'web-*'}]\n"
                                "notices: {repeat: 4h, flapping: {downs: 2, within: 1h}}");
    struct heartbeat_snooze z = {sb_str("z"), s->now + 2 * HOUR_NS, "ann", "disk", false};
    uint64_t number;
    struct sb_error e;
    ck_assert_int_eq(heartbeat_quiet_snooze(s->quiet, &z, s->now, &number, &e), 0);
    flip(s, "a", HEARTBEAT_DOWN);
    flip(s, "z", HEARTBEAT_DOWN);
    flip(s, "b", HEARTBEAT_DOWN);
    flip(s, "router", HEARTBEAT_DOWN);
    flip(s, "web-1", HEARTBEAT_DOWN);
    flip(s, "f", HEARTBEAT_DOWN);
    flip(s, "f", HEARTBEAT_UP);
    flip(s, "f", HEARTBEAT_DOWN);
    wait_for(s, HOUR_NS / 2);
    s = reload(s, "depends: [{parent: router, ids: 'web-*'}]\n"
                  "notices: {repeat: 2h, flapping: {downs: 3, within: 1h}}");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).waiting, 3); /* a, z, web-1 */
    wait_for(s, 0);
    expect_log(s, "still a alert\n"); /* its quiet time is no more */
    wait_for(s, HOUR_NS / 2);
    expect_log(s, "calm f alert\n");
    flip(s, "router", HEARTBEAT_UP);
    flip(s, "web-1", HEARTBEAT_UP);
    expect_log(s, "flip router alert act\nflip web-1 act untold\n");
    wait_for(s, HOUR_NS);
    expect_log(s, "still z alert\nremind b alert\nremind f alert\n");
    stage_free(s);
}
END_TEST

START_TEST(who_leaves_on_purpose_is_not_waited_for)
{
    struct stage *s = stage_new("quiet: [{name: q, ids: a, from: 2026-01-01T00:00:00Z,"
                                " until: 2026-01-01T06:00:00Z}]");
    flip(s, "a", HEARTBEAT_DOWN);
    flip(s, "a", HEARTBEAT_PAUSED);
    wait_for(s, DAY_NS);
    expect_log(s, "flip a act quiet\nflip a\n");
    ck_assert_uint_eq(heartbeat_notices_totals(s->notices).waiting, 0);
    stage_free(s);
}
END_TEST

/* --- what must hold for any sequence --- */
enum { NODES = 12 };
static const char *const ids[NODES] = {"router", "switch", "web-1", "web-2", "web-3", "web-4",
                                       "db-1",   "db-2",   "x-1",   "x-2",   "x-3",   "x-4"};
struct model {
    bool down[NODES], told[NODES], by_detector[NODES];
    int64_t down_until[2];
    uint64_t flips;
};

static bool is_down_or_recent(const struct model *m, int parent, int64_t now)
{
    return m->down[parent] || now - m->down_until[parent] < 30 * SB_NS_PER_S;
}

/* Written down apart from the code: what must be silent now. */
static bool must_be_silent(const struct model *m, int node, int64_t now)
{
    int64_t minute = now / MINUTE_NS % 60;
    if (node >= 6 && node < 8 && minute >= 10 && minute < 25)
        return true;                            /* db-* */
    if (node == 1 || (node >= 2 && node < 6)) { /* switch and web-* */
        if (is_down_or_recent(m, 0, now) || (node != 1 && is_down_or_recent(m, 1, now)))
            return true;
    }
    return false;
}

static void check_notice(struct stage *s, const struct heartbeat_notice *n)
{
    struct model *m = s->ctx;
    int node = 0;
    while (node < NODES && !sb_str_is(n->id, ids[node]))
        node++;
    ck_assert_int_lt(node, NODES);
    if (n->kind == HEARTBEAT_NOTICE_FLIP) {
        unit_require(n->flip->number == m->flips + 1, "%s: flip %d", ids[node],
                     (int)n->flip->number);
        m->flips++;
    }
    bool down = n->kind == HEARTBEAT_NOTICE_STILL || (n->flip && n->flip->to == HEARTBEAT_DOWN);
    if (!n->alert)
        return;
    if (n->kind == HEARTBEAT_NOTICE_REMIND) {
        unit_require(m->down[node] && m->told[node], "%s: a reminder of nothing", ids[node]);
    } else if (down) {
        unit_require(m->down[node] && !m->told[node], "%s: told twice", ids[node]);
        unit_require(!must_be_silent(m, node, s->now), "%s: not silent at %s", ids[node],
                     unit_printed(s->now));
        m->told[node] = true;
    } else {
        unit_require(!m->down[node] && m->told[node], "%s: back, but nobody knew", ids[node]);
        m->told[node] = false;
    }
}

START_TEST(any_sequence_of_flips)
{
    for (int round = 0; round < 60; round++) {
        struct model m = {.down_until = {INT64_MIN / 2, INT64_MIN / 2}};
        struct stage *s =
            stage_new("quiet: [{name: q, ids: 'db-*', cron: '10 * * * *', for: 15m}]\n"
                      "depends: [{parent: router, ids: [switch, 'web-*'], hold: 30s},\n"
                      "          {parent: switch, ids: 'web-*', hold: 30s}]\n"
                      "notices: {repeat: 17m, flapping: {downs: 0}}");
        s->ctx = &m;
        s->check = check_notice;
        for (int i = 0; i < 2000; i++) {
            int node = (int)random_below(NODES);
            m.down[node] = !m.down[node];
            if (!m.down[node] && node < 2)
                m.down_until[node] = s->now;
            flip(s, ids[node], m.down[node] ? HEARTBEAT_DOWN : HEARTBEAT_UP);
            if (!m.down[node])
                m.told[node] = false;
            wait_for(s, (int64_t)random_below(random_below(8) ? 20 : 900) * SB_NS_PER_S);
            for (int j = 0; j < NODES; j++)
                unit_require(!m.down[j] || m.told[j] || must_be_silent(&m, j, s->now),
                             "%s is down at %s and nobody was told", ids[j], unit_printed(s->now));
        }
        ck_assert_uint_eq(m.flips, 2000);
        stage_free(s);
    }
}
END_TEST

START_TEST(rules_that_are_wrong)
{
    static const char *const bad[][2] = {
        {"notices: 1", "map"},
        {"notices: {repat: 1h}", "repeat"},
        {"notices: {repeat: 1s}", "minute"},
        {"notices: {repeat: -1h}", "repeat"},
        {"notices: {flapping: {downs: 1}}", "every node"},
        {"notices: {flapping: {within: 0s}}", "within"},
        {"notices: {failures: {of: 65}}", "64"},
        {"notices: {failures: {share: 0}}", "share"},
        {"notices: {failures: [1]}", "map"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct sb_doc_node *root = NULL;
        struct heartbeat_notice_rules rules = {.downs = 42};
        struct sb_error e;
        ck_assert_int_eq(sb_fields_read_text(pool, "p", bad[i][0], strlen(bad[i][0]), &root, &e),
                         0);
        int rc =
            heartbeat_notice_rules_load(pool, sb_doc_get_str(pool, root, "notices"), &rules, &e);
        unit_require(rc < 0 && rules.downs == 42, "%s", bad[i][0]);
        unit_require(strstr(e.text, bad[i][1]) || strstr(e.hint, bad[i][1]), "%s: %s", bad[i][0],
                     e.text);
        sb_doc_pool_free(pool);
    }
}
END_TEST

UNIT_MAIN("heartbeat_notice", a_plain_flip_is_told, quiet_times_mute_and_do_not_forget,
          actions_wait_when_told_to, snoozes_mute_until_they_are_cancelled,
          one_alert_for_a_router_and_its_children, children_wait_for_a_late_parent, reminders,
          a_muted_node_is_not_reminded_of, flapping_is_one_notice,
          who_stops_flapping_while_down_is_told_of, seldom_is_not_flapping, failure_rates,
          a_restart_tells_nothing_twice, a_new_policy_forgets_nothing,
          who_leaves_on_purpose_is_not_waited_for, any_sequence_of_flips, rules_that_are_wrong)
