/* heartbeat quiet times and dependencies: reading them, which are on, whom they mute. */
#include "applets/heartbeat/depend.h"
#include "applets/heartbeat/quiet.h"
#include "core/doc/fields.h"
#include "tests/unit/schedule_unit.h"

#define BERLIN "\"CET-1CEST,M3.5.0,M10.5.0/3\""

/* The member `name` of a file made of text, and its pool. */
static struct sb_doc_node *section(struct sb_doc_pool *pool, const char *text, const char *name)
{
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    unit_require(sb_fields_read_text(pool, "policy.yaml", text, strlen(text), &root, &e) == 0, "%s",
                 e.text);
    return sb_doc_get_str(pool, root, name);
}

static struct heartbeat_quiet *load_quiet(const char *text)
{
    struct heartbeat_quiet *q = NULL;
    struct sb_error e;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    unit_require(heartbeat_quiet_load(pool, section(pool, text, "quiet"), &q, &e) == 0, "%s: %s",
                 text, e.text);
    sb_doc_pool_free(pool);
    return q;
}

static void expect_quiet(struct heartbeat_quiet *q, const char *id, const char *zone,
                         const char *at, const char *name, const char *until)
{
    struct heartbeat_quiet_span span;
    bool on = heartbeat_quiet_at(q, sb_str(id), sb_str(zone), unit_time(at), &span);
    unit_require(on == (name != NULL), "%s at %s: %d", id, at, on);
    if (on)
        unit_require(strcmp(span.name, name) == 0 && strcmp(unit_printed(span.until), until) == 0,
                     "%s at %s: %s until %s", id, at, span.name, unit_printed(span.until));
}

START_TEST(windows_once)
{
    struct heartbeat_quiet *q = load_quiet("quiet:\n"
                                           "- name: patch night\n"
                                           "  why: kernels\n"
                                           "  ids: [\"web-*\", db-1]\n"
                                           "  zones: eu\n"
                                           "  from: 2026-12-01T22:00:00Z\n"
                                           "  until: 2026-12-02T03:00:00+01:00\n"
                                           "  hold-actions: true\n");
    struct heartbeat_quiet_span span;
    expect_quiet(q, "web-1", "eu", "2026-12-01T21:59:59.9Z", NULL, NULL);
    expect_quiet(q, "web-1", "eu", "2026-12-01T22:00:00Z", "patch night", "2026-12-02T02:00:00Z");
    expect_quiet(q, "db-1", "eu", "2026-12-02T01:59:59.9Z", "patch night", "2026-12-02T02:00:00Z");
    expect_quiet(q, "web-1", "eu", "2026-12-02T02:00:00Z", NULL, NULL);
    expect_quiet(q, "db-2", "eu", "2026-12-01T23:00:00Z", NULL, NULL);
    expect_quiet(q, "web-1", "us", "2026-12-01T23:00:00Z", NULL, NULL);
    ck_assert(heartbeat_quiet_at(q, sb_str("web-9"), sb_str("eu"),
                                 unit_time("2026-12-02T00:00:00Z"), &span));
    ck_assert_str_eq(span.why, "kernels");
    ck_assert_str_eq(span.who, "");
    ck_assert(span.hold_actions && span.number == 0);
    heartbeat_quiet_free(q);
}
END_TEST

START_TEST(windows_that_recur)
{
    struct heartbeat_quiet *q =
        load_quiet("quiet:\n"
                   "- {name: backup, ids: '*', cron: '0 2 * * *', for: 2h,\n"
                   "   time-zone: " BERLIN "}\n"
                   "- {name: weekend, zones: [eu], calendar: Sat, for: 2d}\n");
    expect_quiet(q, "a", "", "2026-01-05T00:59:59Z", NULL, NULL);
    expect_quiet(q, "a", "", "2026-01-05T01:00:00Z", "backup", "2026-01-05T03:00:00Z");
    expect_quiet(q, "a", "", "2026-01-05T02:59:59Z", "backup", "2026-01-05T03:00:00Z");
    expect_quiet(q, "a", "", "2026-01-05T03:00:00Z", NULL, NULL);
    /* back in time, as clocks may go */
    expect_quiet(q, "a", "", "2026-01-04T02:00:00Z", "backup", "2026-01-04T03:00:00Z");
    expect_quiet(q, "a", "", "2026-01-04T00:59:00Z", NULL, NULL);
    /* two hours are two hours: 02:00 is skipped, so from 03:00 CEST on */
    expect_quiet(q, "a", "", "2026-03-29T01:00:00Z", "backup", "2026-03-29T03:00:00Z");
    expect_quiet(q, "a", "", "2026-10-25T00:00:00Z", "backup", "2026-10-25T02:00:00Z");
    /* of two the one that ends last */
    expect_quiet(q, "a", "eu", "2026-01-10T01:30:00Z", "weekend", "2026-01-12T00:00:00Z");
    expect_quiet(q, "a", "eu", "2026-01-11T23:59:59Z", "weekend", "2026-01-12T00:00:00Z");
    expect_quiet(q, "a", "eu", "2026-01-12T00:00:00Z", NULL, NULL);
    heartbeat_quiet_free(q);
}
END_TEST

START_TEST(windows_that_touch_are_one)
{
    struct heartbeat_quiet *q =
        load_quiet("quiet: [{name: n, ids: '*', cron: '0 1,2,3,12 * * *', for: 1h}]");
    expect_quiet(q, "a", "", "2026-01-05T01:10:00Z", "n", "2026-01-05T04:00:00Z");
    expect_quiet(q, "a", "", "2026-01-05T04:00:00Z", NULL, NULL);
    heartbeat_quiet_free(q);
    q = load_quiet("quiet: [{name: n, ids: '*', cron: '* * * * *', for: 1h}]"); /* never ends */
    struct heartbeat_quiet_span span;
    int64_t at = unit_time("2026-01-05T01:10:00Z");
    for (int i = 0; i < 5000; i++, at += MINUTE_NS)
        ck_assert(heartbeat_quiet_at(q, sb_str("a"), sb_str(""), at, &span));
    heartbeat_quiet_free(q);
}
END_TEST

/* Against windows that are written down one by one, at random times in random order. */
START_TEST(what_is_remembered_is_right)
{
    struct heartbeat_quiet *q =
        load_quiet("quiet: [{name: n, ids: '*', cron: '30 */5 * * *', for: 100m}]");
    int64_t start = unit_time("2026-01-01T00:00:00Z");
    for (int i = 0; i < 20000; i++) {
        int64_t at = start + (int64_t)random_below(60 * 24 * 60) * MINUTE_NS;
        int minute = (int)(at / MINUTE_NS % 1440);
        bool wanted = false;
        for (int hour = 0; hour < 24; hour += 5)
            wanted |= (minute - hour * 60 - 30 + 1440) % 1440 < 100;
        struct heartbeat_quiet_span span;
        bool got = heartbeat_quiet_at(q, sb_str("a"), sb_str(""), at, &span);
        unit_require(got == wanted, "%s", unit_printed(at));
        unit_require(!got || (span.from <= at && at < span.until), "%s", unit_printed(at));
    }
    heartbeat_quiet_free(q);
}
END_TEST

static bool count_span(void *ctx, const struct heartbeat_quiet_span *span)
{
    char *text = ctx;
    size_t len = strlen(text);
    snprintf(text + len, 500 - len, "%s %s %s;", span->name, unit_printed(span->from), span->who);
    return true;
}

START_TEST(snoozes_come_and_go)
{
    struct heartbeat_quiet *q = load_quiet("x: 1");
    struct sb_error e;
    int64_t now = unit_time("2026-01-01T00:00:00Z");
    uint64_t one = 0, two = 0;
    char text[500] = "";
    struct heartbeat_snooze s = {sb_str("web-*"), now + HOUR_NS, "ann", "disk swap", false};
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &one, &e), 0);
    s = (struct heartbeat_snooze){sb_str("web-1"), now + 2 * HOUR_NS, "bob", NULL, false};
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &two, &e), 0);
    ck_assert(one != two);
    expect_quiet(q, "web-2", "", "2026-01-01T00:30:00Z", "web-*", "2026-01-01T01:00:00Z");
    expect_quiet(q, "web-1", "eu", "2026-01-01T00:30:00Z", "web-1", "2026-01-01T02:00:00Z");
    expect_quiet(q, "db-1", "", "2026-01-01T00:30:00Z", NULL, NULL);
    heartbeat_quiet_each(q, now, count_span, text);
    ck_assert_str_eq(text, "web-* 2026-01-01T00:00:00Z ann;web-1 2026-01-01T00:00:00Z bob;");
    ck_assert_int_eq(heartbeat_quiet_cancel(q, two, now, &e), 0);
    expect_quiet(q, "web-1", "", "2026-01-01T00:30:00Z", "web-*", "2026-01-01T01:00:00Z");
    ck_assert_int_eq(heartbeat_quiet_cancel(q, two, now, &e), -SB_ENOTFOUND);
    ck_assert_int_eq(heartbeat_quiet_cancel(q, one, now + HOUR_NS, &e), -SB_ENOTFOUND);
    s.until = now;
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &one, &e), -SB_EINPUT);
    s.until = now + 1;
    s.who = "";
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &one, &e), -SB_EINPUT);
    s.who = "ann";
    s.ids.len = 0;
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &one, &e), -SB_EINPUT);
    s.ids.len = 5;
    for (int i = 0; i < HEARTBEAT_SNOOZES_MAX; i++)
        unit_require(heartbeat_quiet_snooze(q, &s, now, &one, &e) == 0, "%d", i);
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now, &one, &e), -SB_ETOOBIG);
    s.until = now + HOUR_NS;
    ck_assert_int_eq(heartbeat_quiet_snooze(q, &s, now + 1, &one, &e),
                     0); /* the others have ended */
    heartbeat_quiet_free(q);
}
END_TEST

START_TEST(windows_for_people)
{
    struct heartbeat_quiet *q = load_quiet(
        "quiet:\n"
        "- {name: past, ids: '*', from: 2025-12-01T22:00:00Z, until: 2025-12-02T22:00:00Z}\n"
        "- {name: daily, ids: '*', cron: '0 2 * * *', for: 2h}\n"
        "- {name: never, ids: '*', calendar: 2003-03-05, for: 2h}\n"
        "- {name: soon, ids: '*', from: 2026-12-01T22:00:00Z, until: 2026-12-02T22:00:00Z}\n");
    char text[500] = "";
    heartbeat_quiet_each(q, unit_time("2026-01-01T03:00:00Z"), count_span, text);
    heartbeat_quiet_each(q, unit_time("2026-01-01T04:00:00Z"), count_span, text);
    ck_assert_str_eq(text, "daily 2026-01-01T02:00:00Z ;soon 2026-12-01T22:00:00Z ;"
                           "daily 2026-01-02T02:00:00Z ;soon 2026-12-01T22:00:00Z ;");
    heartbeat_quiet_free(q);
}
END_TEST

static void expect_refused(const char *text, const char *name, const char *reason, uint32_t line)
{
    struct heartbeat_quiet *q = NULL;
    struct heartbeat_depend *d = NULL;
    struct sb_error e;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *node = section(pool, text, name);
    int rc = strcmp(name, "quiet") == 0 ? heartbeat_quiet_load(pool, node, &q, &e)
                                        : heartbeat_depend_load(pool, node, &d, &e);
    unit_require(rc < 0 && !q && !d, "%s", text);
    unit_require(strstr(e.text, reason) != NULL, "%s: %s", text, e.text);
    unit_require(strcmp(e.file, "policy.yaml") == 0 && e.line == line, "%s: %s:%u", text, e.file,
                 (unsigned)e.line);
    sb_doc_pool_free(pool);
}

START_TEST(windows_that_are_wrong)
{
    static const char *const bad[][2] = {
        {"quiet: 1", "list"},
        {"quiet: [1]", "map"},
        {"quiet: [{ids: a}]", "no \"name\""},
        {"quiet: [{name: n}]", "picks no nodes"},
        {"quiet: [{name: n, ids: a}]", "does not say when"},
        {"quiet: [{name: n, ids: a, nodes: b}]", "nodes"},
        {"quiet: [{name: n, ids: a, from: 2026-01-01T00:00:00Z}]", "go together"},
        {"quiet: [{name: n, ids: a, until: 2026-01-01T00:00:00Z}]", "go together"},
        {"quiet: [{name: n, ids: a, from: 2026-01-02T00:00:00Z, until: 2026-01-01T00:00:00Z}]",
         "before"},
        {"quiet: [{name: n, ids: a, from: tomorrow, until: 2026-01-01T00:00:00Z}]", "RFC 3339"},
        {"quiet: [{name: n, ids: a, cron: '0 0 * * *'}]", "how long"},
        {"quiet: [{name: n, ids: a, cron: '0 0 * *', for: 1h}]", "fewer"},
        {"quiet: [{name: n, ids: a, calendar: '0 0 * * *', for: 1h}]", "calendar event"},
        {"quiet: [{name: n, ids: a, cron: '0 0 * * *', for: 1h, time-zone: ../x}]", "time zone"},
        {"quiet: [{name: n, ids: a, cron: '0 0 * * *', calendar: daily, for: 1h}]", "twice"},
        {"quiet: [{name: n, ids: a, for: 1h, from: 2026-01-01T00:00:00Z, until: "
         "2026-01-02T00:00:00Z}]",
         "belong to"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++)
        expect_refused(bad[i][0], "quiet", bad[i][1], 1);
}
END_TEST

/* --- dependencies --- */
static struct heartbeat_depend *load_depend(const char *text)
{
    struct heartbeat_depend *d = NULL;
    struct sb_error e;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    unit_require(heartbeat_depend_load(pool, section(pool, text, "depends"), &d, &e) == 0, "%s: %s",
                 text, e.text);
    sb_doc_pool_free(pool);
    return d;
}

static void expect_blame(struct heartbeat_depend *d, const char *id, const char *zone, int64_t at,
                         enum heartbeat_blame blame, const char *who, int64_t until)
{
    const char *got_id = "";
    int64_t got_until = 0;
    enum heartbeat_blame got =
        heartbeat_depend_blame(d, sb_str(id), sb_str(zone), at, &got_id, &got_until);
    unit_require(got == blame, "%s: %d", id, got);
    if (got != HEARTBEAT_BLAME_NONE)
        unit_require(strcmp(got_id, who) == 0 && got_until == until, "%s: %s", id, got_id);
}

START_TEST(ancestors_are_to_blame)
{
    struct heartbeat_depend *d =
        load_depend("depends:\n"
                    "- {parent: router, ids: ['switch-*'], hold: 30s}\n"
                    "- {parent: switch-1, ids: 'web-*', zones: eu, hold: 10s}\n"
                    "- {parent: switch-2, zones: us}\n");
    struct sb_str router = sb_str("router"), one = sb_str("switch-1"), two = sb_str("switch-2");
    int64_t t = unit_time("2026-01-01T00:00:00Z"), s = SB_NS_PER_S;
    ck_assert_uint_eq(heartbeat_depend_parents(d), 3);
    expect_blame(d, "web-1", "eu", t, HEARTBEAT_BLAME_NONE, "", 0);
    ck_assert(!heartbeat_depend_state(d, sb_str("web-1"), HEARTBEAT_DOWN, t));
    ck_assert(heartbeat_depend_state(d, one, HEARTBEAT_LATE, t));
    expect_blame(d, "web-1", "eu", t, HEARTBEAT_BLAME_LATE, "switch-1", INT64_MAX);
    expect_blame(d, "web-1", "us", t, HEARTBEAT_BLAME_NONE, "", 0);
    heartbeat_depend_state(d, one, HEARTBEAT_DOWN, t);
    expect_blame(d, "web-1", "eu", t, HEARTBEAT_BLAME_DOWN, "switch-1", INT64_MAX);
    expect_blame(d, "db-1", "eu", t, HEARTBEAT_BLAME_NONE, "", 0);
    /* the one farthest up; what is down outranks what is late */
    heartbeat_depend_state(d, router, HEARTBEAT_LATE, t);
    expect_blame(d, "web-1", "eu", t, HEARTBEAT_BLAME_DOWN, "switch-1", INT64_MAX);
    expect_blame(d, "switch-1", "", t, HEARTBEAT_BLAME_LATE, "router", INT64_MAX);
    heartbeat_depend_state(d, router, HEARTBEAT_DOWN, t);
    expect_blame(d, "web-1", "eu", t, HEARTBEAT_BLAME_DOWN, "router", INT64_MAX);
    expect_blame(d, "any", "us", t, HEARTBEAT_BLAME_DOWN, "router", INT64_MAX);
    expect_blame(d, "router", "us", t, HEARTBEAT_BLAME_NONE, "", 0);
    /* back: for a while still */
    heartbeat_depend_state(d, router, HEARTBEAT_UP, t + 100 * s);
    heartbeat_depend_state(d, one, HEARTBEAT_UP, t + 100 * s);
    expect_blame(d, "any", "us", t + 129 * s, HEARTBEAT_BLAME_RECENT, "router", t + 130 * s);
    expect_blame(d, "any", "us", t + 130 * s, HEARTBEAT_BLAME_NONE, "", 0);
    expect_blame(d, "web-1", "eu", t + 101 * s, HEARTBEAT_BLAME_RECENT, "router", t + 130 * s);
    heartbeat_depend_state(d, two, HEARTBEAT_PAUSED, t);
    expect_blame(d, "any", "us", t + 130 * s, HEARTBEAT_BLAME_NONE, "", 0);
    heartbeat_depend_free(d);
}
END_TEST

START_TEST(a_glob_makes_no_node_its_own_child)
{
    struct heartbeat_depend *d = load_depend("depends: [{parent: gate, ids: '*'}]");
    int64_t t = unit_time("2026-01-01T00:00:00Z");
    heartbeat_depend_state(d, sb_str("gate"), HEARTBEAT_DOWN, t);
    expect_blame(d, "gate", "", t, HEARTBEAT_BLAME_NONE, "", 0);
    expect_blame(d, "x", "", t, HEARTBEAT_BLAME_DOWN, "gate", INT64_MAX);
    heartbeat_depend_free(d);
}
END_TEST

START_TEST(circles_are_refused)
{
    expect_refused("depends: [{parent: a, ids: a}]", "depends", "a -> a", 1);
    expect_refused("depends:\n- {parent: a, ids: b}\n- {parent: b, ids: a}", "depends",
                   "circle: a -> b -> a", 2);
    expect_refused("depends:\n- {parent: top, ids: 'r-*'}\n- {parent: r-1, ids: 's-?'}\n"
                   "- {parent: s-1, ids: [x, 'r-[0-9]']}\n",
                   "depends", "circle: r-1 -> s-1 -> r-1", 3);
    /* a diamond is none */
    heartbeat_depend_free(load_depend("depends: [{parent: a, ids: [b, c]}, {parent: b, ids: d},"
                                      " {parent: c, ids: d}, {parent: d, ids: e}]"));
    static const char *const bad[][2] = {
        {"depends: {}", "list"},
        {"depends: [1]", "map"},
        {"depends: [{ids: a}]", "\"parent\""},
        {"depends: [{parent: a}]", "nothing depends"},
        {"depends: [{parent: a, ids: b, hold: -1s}]", "hold"},
        {"depends: [{parent: a, children: b}]", "children"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++)
        expect_refused(bad[i][0], "depends", bad[i][1], 1);
}
END_TEST

/* Random graphs: refused exactly when following parents by hand comes back. */
START_TEST(random_graphs)
{
    for (int round = 0; round < 2000; round++) {
        enum { N = 7 };
        bool edge[N][N] = {{false}}, reach[N][N];
        char text[2000] = "depends:\n";
        uint32_t rules = 1 + random_below(9);
        for (uint32_t i = 0; i < rules; i++) {
            uint32_t parent = random_below(N), child = random_below(N);
            size_t len = strlen(text);
            snprintf(text + len, sizeof text - len, "- {parent: n%u, ids: n%u}\n", (unsigned)parent,
                     (unsigned)child);
            edge[parent][child] = true;
        }
        memcpy(reach, edge, sizeof reach);
        for (int k = 0; k < N; k++)
            for (int i = 0; i < N; i++)
                for (int j = 0; j < N; j++)
                    reach[i][j] |= reach[i][k] && reach[k][j];
        bool circle = false;
        for (int i = 0; i < N; i++)
            circle |= reach[i][i];
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct heartbeat_depend *d = NULL;
        struct sb_error e;
        int rc = heartbeat_depend_load(pool, section(pool, text, "depends"), &d, &e);
        unit_require((rc < 0) == circle, "%s: %d %s", text, rc, rc < 0 ? e.text : "");
        for (int i = 0; rc == 0 && i < N; i++) {
            char id[8], other[8];
            const char *who;
            int64_t until;
            snprintf(id, sizeof id, "n%d", i);
            heartbeat_depend_state(d, sb_str(id), HEARTBEAT_DOWN, 1);
            for (int j = 0; j < N; j++) {
                snprintf(other, sizeof other, "n%d", j);
                bool blamed = heartbeat_depend_blame(d, sb_str(other), sb_str(""), 2, &who,
                                                     &until) != HEARTBEAT_BLAME_NONE;
                unit_require(blamed == reach[i][j], "%s: %s because of %s", text, other, id);
            }
            heartbeat_depend_free(d);
            rc = heartbeat_depend_load(pool, section(pool, text, "depends"), &d, &e);
        }
        heartbeat_depend_free(d);
        sb_doc_pool_free(pool);
    }
}
END_TEST

UNIT_MAIN("heartbeat_quiet", windows_once, windows_that_recur, windows_that_touch_are_one,
          what_is_remembered_is_right, snoozes_come_and_go, windows_for_people,
          windows_that_are_wrong, ancestors_are_to_blame, a_glob_makes_no_node_its_own_child,
          circles_are_refused, random_graphs)
