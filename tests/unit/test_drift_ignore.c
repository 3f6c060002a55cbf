/* Ignore files: what they hide, when they stop, and mistakes found on load. */
#include "applets/drift/failure.h"
#include "applets/drift/ignore.h"
#include "tests/unit/drift_unit.h"

#define NOW INT64_C(1767225600000000000) /* 2026-01-01T00:00:00Z */

static int load(struct drift_unit *u, const char *text, struct drift_ignores *ig)
{
    return drift_ignores_load_text(u->pool, "ignore.yaml", text, strlen(text), NOW, ig, &u->error);
}

/* "1 0 1": which findings are hidden, in order; then the hits of each rule. */
static void expect_hidden(const char *ignore, const char *plan, const char *actual,
                          const char *hidden, const char *hits)
{
    struct drift_unit u;
    struct drift_ignores ig = {0};
    char got[200] = "", got_hits[200] = "";
    unit_open(&u);
    unit_compare(&u, plan, actual);
    ck_assert_msg(load(&u, ignore, &ig) == 0, "%s", u.error.text);
    drift_ignores_apply(&ig, u.pool, NOW, &u.findings);
    for (size_t i = 0; i < u.findings.list.len; i++)
        snprintf(got + i, sizeof got - i, "%d", u.findings.list.items[i].ignored_by != NULL);
    for (size_t i = 0; i < ig.len; i++)
        snprintf(got_hits + i, sizeof got_hits - i, "%d", (int)ig.rules[i].hits);
    ck_assert_msg(!strcmp(got, hidden) && !strcmp(got_hits, hits), "%s: hidden %s, hits %s", ignore,
                  got, got_hits);
    drift_ignores_done(&ig);
    unit_done(&u);
}

START_TEST(test_hides)
{
    const char *plan = "a: {x: 1, y: 1}\nl: [{name: p, v: 1}, {name: q, v: 1}]\n";
    const char *actual = "a: {x: 2, y: 2}\nl: [{name: p, v: 2}, {name: q, v: 2}]\n";
    expect_hidden("ignore: [{path: /a/x, reason: r}]\n", plan, actual, "1000", "1");
    expect_hidden("ignore: [{path: /a, reason: r}]\n", plan, actual, "1100", "2");
    expect_hidden("ignore: [{path: '/l/[name=q]', reason: r}]\n", plan, actual, "0001", "1");
    expect_hidden("ignore: [{path: v, reason: r}]\n", plan, actual, "0011", "2");
    expect_hidden("ignore: [{path: '/**', kinds: [extra], reason: r}]\n", plan, actual, "0000",
                  "0");
    expect_hidden("ignore: [{when: 'key == \"y\" && actual > 1', reason: r}]\n", plan, actual,
                  "0100", "1");
    expect_hidden("ignore:\n- {path: /a/x, reason: r}\n- {path: /a, reason: s}\n", plan, actual,
                  "1100", "12");
    expect_hidden("ignore: []\n", plan, actual, "0000", "");
    expect_hidden("ignore:\n", plan, actual, "0000", "");
}
END_TEST

START_TEST(test_expiry)
{
    static const struct {
        const char *expires, *hidden;
    } cases[] = {
        {"2025-12-31", "0"},                                          /* its end is now */
        {"2026-01-01", "1"},                                          /* to the end of today */
        {"2025-12-31T23:59:59Z", "0"}, {"2026-01-01T00:00:00Z", "0"}, /* not after it */
        {"2026-01-01T00:00:01Z", "1"}, {"2026-01-01T00:30:00+01:00", "0"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "ignore: [{path: /a, reason: r, expires: '%s'}]\n",
                 cases[i].expires);
        expect_hidden(text, "a: 1", "a: 2", cases[i].hidden, "1");
    }
}
END_TEST

static const struct {
    const char *text, *says, *hint;
    uint32_t line, column;
} mistakes[] = {
    {"ingore: []\n", "unknown key \"ingore\"", "ignore", 1, 1},
    {"ignore:\n- {path: /a}\n", "no reason", "why", 2, 3},
    {"ignore:\n- {path: /a, reason: ''}\n", "no reason", "why", 2, 3},
    {"ignore:\n- {reason: r}\n", "neither path nor when", "path:", 2, 3},
    {"ignore:\n- {path: /a, reson: r}\n", "unknown key \"reson\"", "reason", 2, 14},
    {"ignore:\n- {path: /a, reason: r, expires: soon}\n", "expires", "2026-01-31", 2, 34},
    {"ignore:\n- {path: /a, reason: r, expires: 2026-02-30}\n", "expires", "2026-01-31", 2, 34},
    {"ignore:\n- {path: /a, reason: r, kinds: chaged}\n", "chaged", "changed", 2, 32},
    {"ignore:\n- {when: pth == 'a', reason: r}\n", "pth", "path", 2, 10},
    {"ignore: 7\n", "must be a list", "", 1, 9},
};

START_TEST(test_mistakes)
{
    for (size_t i = 0; i < SB_LEN(mistakes); i++) {
        struct drift_unit u;
        struct drift_ignores ig = {0};
        unit_open(&u);
        int r = load(&u, mistakes[i].text, &ig);
        ck_assert_msg(r < 0 && ig.len == 0, "accepted: %s", mistakes[i].text);
        ck_assert_msg(
            strstr(u.error.text, mistakes[i].says) && strstr(u.error.hint, mistakes[i].hint) &&
                u.error.line == mistakes[i].line && u.error.column == mistakes[i].column &&
                !strcmp(u.error.file, "ignore.yaml"),
            "%s: got %s:%u:%u: %s (%s)", mistakes[i].text, u.error.file, (unsigned)u.error.line,
            (unsigned)u.error.column, u.error.text, u.error.hint);
        unit_done(&u);
    }
}
END_TEST

START_TEST(test_could_not_tell)
{
    struct drift_unit u;
    struct drift_ignores ig = {0};
    unit_open(&u);
    unit_compare(&u, "a: 1\nb: 1\n", "a: 2\nb: {x: 1}\n");
    ck_assert_int_eq(load(&u, "ignore:\n- {when: actual.x == 1, reason: r}\n", &ig), 0);
    drift_ignores_apply(&ig, u.pool, NOW, &u.findings);
    ck_assert_ptr_null(u.findings.list.items[0].ignored_by);
    ck_assert_ptr_eq(u.findings.list.items[1].ignored_by, &ig.rules[0]);
    ck_assert_uint_eq(u.findings.failures.len, 1);
    const struct drift_failure *failure = u.findings.failures.items[0];
    ck_assert(failure->ignore && failure->findings == 1 && failure->error.line == 2);
    ck_assert_str_eq(failure->path, "/a");
    drift_ignores_done(&ig);
    unit_done(&u);
}
END_TEST

UNIT_MAIN("drift_ignore", test_hides, test_expiry, test_mistakes, test_could_not_tell)
