/* --since, --until, --where, --attribute, and --by: stretches of the calendar, labels, windows,
 * groups. */
#include "applets/mttr/group.h"
#include "tests/unit/mttr_unit.h"

#define NOW INT64_C(1772460000000000000) /* 2026-03-02T14:00:00Z, a Monday */

struct period {
    const char *text, *from, *to; /* NULL: refused */
};

static void periods(const char *zone_name, const struct period *p, size_t n)
{
    struct sb_zone *zone;
    struct sb_error e;
    OK(sb_zone_load(sb_str(zone_name), &zone, &e));
    for (; n; n--, p++) {
        int64_t from = 1, to = 2, want_from, want_to;
        int code = mttr_period_read(sb_str(p->text), zone, NOW, &from, &to, &e);
        if (!p->from) {
            unit_require(code == -SB_EUSAGE && from == 1 && to == 2, "%s: %d", p->text, code);
            continue;
        }
        unit_require(code == 0, "%s: %s", p->text, e.text);
        OK(sb_time_parse(sb_str(p->from), &want_from, &e));
        OK(sb_time_parse(sb_str(p->to), &want_to, &e));
        unit_require(from == want_from && to == want_to, "%s: %lld to %lld", p->text,
                     (long long)from, (long long)to);
    }
    sb_zone_free(zone);
}

START_TEST(stretches)
{
    static const struct period utc[] = {
        {"2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"2026-Q4", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"},
        {"2026-02", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
        {"2026-W01", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"},
        {"2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
        {"2020-W53", "2020-12-28T00:00:00Z", "2021-01-04T00:00:00Z"},
        {"today", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"},
        {"yesterday", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"},
        {"90d", "2025-12-02T14:00:00Z", "2026-03-02T14:00:00Z"},
        {"last 2w", "2026-02-16T14:00:00Z", "2026-03-02T14:00:00Z"},
        {"2026-02-13T14:00:00Z", "2026-02-13T14:00:00Z", "2026-02-13T14:00:00Z"},
        {"5m ago", "2026-03-02T13:55:00Z", "2026-03-02T13:55:00Z"},
        {"2026-Q5", NULL, NULL},
        {"2026-Q", NULL, NULL},
        {"2026-13", NULL, NULL},
        {"2025-W53", NULL, NULL},
        {"2026-W00", NULL, NULL},
        {"2026-02-30", NULL, NULL},
        {"2026-1", NULL, NULL},
        {"-5d", NULL, NULL},
        {"", NULL, NULL},
        {"last", NULL, NULL},
        {"99999999999999999999d", NULL, NULL},
    };
    static const struct period berlin[] = {
        {"2026-03", "2026-02-28T23:00:00Z",
         "2026-03-31T22:00:00Z"}, /* the clocks go forward in it */
        {"2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
        {"2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
    };
    periods("UTC", utc, sizeof utc / sizeof *utc);
    periods("Europe/Berlin", berlin, sizeof berlin / sizeof *berlin);
}
END_TEST

/* --- selecting --- */

static void three(struct journal *j)
{
    journal_open(j);
    put_full(j, "A", SB_EVENT_IMPACT_START, 0, "{\"service\":\"pay\",\"severity\":\"sev1\"}");
    put(j, "A", SB_EVENT_RESTORED, 3 * DAY);
    put_full(j, "B", SB_EVENT_IMPACT_START, DAY,
             "{\"service\":\"search\",\"severity\":\"sev2\",\"team\":\"core\"}");
    put(j, "B", SB_EVENT_RESTORED, DAY + 5);
    put_full(j, "C", SB_EVENT_IMPACT_START, 2 * DAY, "{\"service\":\"pay\",\"severity\":\"sev3\"}");
    gather(j);
}

/* The ids that are taken, as one text. */
static const char *chosen(struct journal *j, struct mttr_options *o)
{
    static char text[64];
    struct mttr_filter f;
    struct mttr_selection sel;
    struct sb_error e;
    o->tz = "UTC";
    OK(mttr_filter_read(o, minute(4 * DAY), &f, &e));
    mttr_filter_select(&f, &j->set, &sel);
    text[0] = '\0';
    for (size_t k = 0; k < sel.n; k++)
        strncat(text, j->set.list.items[sel.items[k]].id.p, 1);
    mttr_selection_done(&sel);
    mttr_filter_done(&f);
    return text;
}

static const char *where(struct journal *j, const char *a, const char *b)
{
    const char *items[] = {a, b};
    struct mttr_options o = {.where = {items, b ? 2 : 1}};
    return chosen(j, &o);
}

START_TEST(labels)
{
    struct journal j;
    three(&j);
    ck_assert_str_eq(where(&j, "service=pay", NULL), "AC");
    ck_assert_str_eq(where(&j, "service=p*", "service=search"), "ABC");
    ck_assert_str_eq(where(&j, "service=pay", "severity=sev3"), "C");
    ck_assert_str_eq(where(&j, "severity!=sev3", NULL), "AB");
    ck_assert_str_eq(where(&j, "severity!=sev3", "severity!=sev1"), "B");
    ck_assert_str_eq(where(&j, "team=", NULL), "AC"); /* those that do not say */
    ck_assert_str_eq(where(&j, "team!=", NULL), "B");
    ck_assert_str_eq(where(&j, "source=mttr", NULL), "ABC");
    journal_done(&j);
}
END_TEST

START_TEST(windows)
{
    struct journal j;
    three(&j);
    ck_assert_str_eq(chosen(&j, &(struct mttr_options){.since = "2026-03-03"}), "BC");
    ck_assert_str_eq(chosen(&j, &(struct mttr_options){.until = "2026-03-03"}), "AB");
    ck_assert_str_eq(
        chosen(&j, &(struct mttr_options){.since = "2026-03-03", .until = "2026-03-03"}), "B");
    /* by end: A was over on the 5th, C is not over and belongs to now, the 6th */
    ck_assert_str_eq(
        chosen(&j, &(struct mttr_options){.since = "2026-03-05", .attribute = MTTR_BY_END}), "AC");
    ck_assert_str_eq(
        chosen(&j, &(struct mttr_options){.until = "2026-03-05", .attribute = MTTR_BY_END}), "AB");
    journal_done(&j);
}
END_TEST

START_TEST(refusals)
{
    static const char *const bad[] = {"service", "=x", "colour=red", "!=x", "service!x"};
    struct mttr_filter f;
    struct sb_error e;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        const char *items[] = {bad[k]};
        struct mttr_options o = {.tz = "UTC", .where = {items, 1}};
        unit_require(mttr_filter_read(&o, NOW, &f, &e) == -SB_EUSAGE, "%s", bad[k]);
    }
    struct mttr_options empty = {.tz = "UTC", .since = "2026-03", .until = "2026-02"};
    ck_assert_int_eq(mttr_filter_read(&empty, NOW, &f, &e), -SB_EUSAGE);
    ck_assert(strstr(e.text, "--since"));
}
END_TEST

/* The next failure of a service counts also where the window does not take it, but not where
 * labels do not. */
START_TEST(next_failures)
{
    struct journal j;
    struct sb_error e;
    const char *items[] = {"severity=sev1"};
    struct mttr_options by_time = {.tz = "UTC", .until = "2026-03-03"},
                        by_label = {.tz = "UTC", .where = {items, 1}};
    const struct mttr_options *both[] = {&by_time, &by_label};
    three(&j);
    for (size_t k = 0; k < 2; k++) {
        struct mttr_filter f;
        struct mttr_selection sel;
        OK(mttr_filter_read(both[k], minute(4 * DAY), &f, &e));
        mttr_filter_select(&f, &j.set, &sel);
        const struct mttr_incident *next = mttr_selection_next(&sel, 0);
        ck_assert(k ? next == NULL : next && sb_str_is(next->id, "C"));
        mttr_selection_done(&sel);
        mttr_filter_done(&f);
    }
    journal_done(&j);
}
END_TEST

/* --- groups --- */

static const char *groups(struct journal *j, enum mttr_grouping by, const char *tz,
                          enum mttr_attribute attribute)
{
    static char text[256];
    struct mttr_options o = {.tz = tz, .attribute = attribute};
    struct mttr_filter f;
    struct mttr_selection sel;
    struct mttr_groups g;
    struct sb_error e;
    size_t sum = 0;
    text[0] = '\0';
    OK(mttr_filter_read(&o, minute(4 * DAY), &f, &e));
    mttr_filter_select(&f, &j->set, &sel);
    mttr_group_split(&f, by, &sel, &g);
    for (size_t k = 0; k < g.list.len; k++) {
        const struct mttr_group *one = &g.list.items[k];
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%.*s:%zu", k ? " " : "",
                 SB_STR_ARG(one->name), one->incidents.n);
        sum += one->incidents.n;
    }
    ck_assert_uint_eq(sum, sel.n);
    mttr_groups_done(&g);
    mttr_selection_done(&sel);
    mttr_filter_done(&f);
    return text;
}

START_TEST(grouping)
{
    struct journal j;
    three(&j);
    put_full(&j, "D", SB_EVENT_IMPACT_START, -62 * DAY + 9.75 * 60, "{}"); /* 2025-12-30 23:45 */
    gather(&j);
    ck_assert_str_eq(groups(&j, MTTR_GROUP_SERVICE, "UTC", MTTR_BY_START),
                     "checkout:1 pay:2 search:1");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_TEAM, "UTC", MTTR_BY_START), ":3 core:1");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_MONTH, "UTC", MTTR_BY_START), "2025-12:1 2026-03:3");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_QUARTER, "UTC", MTTR_BY_START), "2025-Q4:1 2026-Q1:3");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_WEEK, "UTC", MTTR_BY_START), "2026-W01:1 2026-W10:3");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_WEEKDAY, "UTC", MTTR_BY_START), "Mon:1 Tue:2 Wed:1");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_HOUR, "UTC", MTTR_BY_START), "14:3 23:1");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_WEEKDAY, "Europe/Berlin", MTTR_BY_START),
                     "Mon:1 Tue:1 Wed:2");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_HOUR, "Europe/Berlin", MTTR_BY_START), "00:1 15:3");
    ck_assert_str_eq(groups(&j, MTTR_GROUP_MONTH, "UTC", MTTR_BY_END), "2026-03:2 open:2");
    journal_done(&j);
}
END_TEST

/* Every week's name reads back as the stretch that its incidents began in. */
START_TEST(weeks_read_back)
{
    struct sb_zone *zone;
    struct sb_error e;
    OK(sb_zone_load(SB_STR("UTC"), &zone, &e));
    for (int day = 0; day < 12000; day += 1) {
        struct mttr_incident one = {.start = (INT64_C(7300) + day) * 86400 * SB_NS_PER_S};
        struct mttr_incidents set = {.list = {&one, 1, 1}};
        size_t index = 0, next = MTTR_NO_NEXT;
        const struct mttr_filter f = {.zone = zone};
        const struct mttr_selection sel = {&set, &index, &next, 1};
        struct mttr_groups g;
        int64_t from, to;
        mttr_group_split(&f, MTTR_GROUP_WEEK, &sel, &g);
        OK(mttr_period_read(g.list.items[0].name, zone, NOW, &from, &to, &e));
        unit_require(from <= one.start && one.start < to && to - from == 7 * 1440 * MINUTE,
                     "day %d: %.*s", day, SB_STR_ARG(g.list.items[0].name));
        mttr_groups_done(&g);
    }
    sb_zone_free(zone);
}
END_TEST

UNIT_MAIN("mttr_filter", stretches, labels, windows, refusals, next_failures, grouping,
          weeks_read_back)
