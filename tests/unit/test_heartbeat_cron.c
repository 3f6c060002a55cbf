/* heartbeat cron: what is read and refused; every instant against a clock that is wound on minute by
 * minute, for random expressions around changes of the clocks. */
#include "applets/heartbeat/cron.h"
#include "tests/unit/schedule_unit.h"

#include <stdio.h>

static struct heartbeat_cron parsed(const char *text)
{
    struct heartbeat_cron c = {0};
    struct sb_error e;
    unit_require(heartbeat_cron_parse(sb_str(text), &c, &e) == 0, "%s: %s", text, e.text);
    return c;
}

static void expect_next(const char *text, const char *zone, const char *after,
                        const char *const *wanted)
{
    struct heartbeat_cron c = parsed(text);
    struct sb_zone *z = unit_zone(zone);
    int64_t at = unit_time(after);
    for (; *wanted; wanted++) {
        ck_assert(heartbeat_cron_next(&c, z, at, &at));
        unit_require(strcmp(unit_printed(at), *wanted) == 0, "%s, %s: %s instead of %s", text, zone,
                     unit_printed(at), *wanted);
    }
    sb_zone_free(z);
}
#define EXPECT(text, zone, after, ...) \
    expect_next(text, zone, after, (const char *const[]){__VA_ARGS__, NULL})
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

START_TEST(days_of_month_and_week)
{
    /* both must match when one begins with a star, else one is enough */
    EXPECT("0 0 13 * FRI", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z",
           "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z", "2026-01-16T00:00:00Z");
    EXPECT("0 0 */2 * FRI", "UTC", "2026-01-01T00:00:00Z", "2026-01-09T00:00:00Z",
           "2026-01-23T00:00:00Z", "2026-02-13T00:00:00Z");
    EXPECT("0 0 1-7 * */7", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z",
           "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    EXPECT("0 0 * * 7", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    EXPECT("0 0 * * 5-7", "UTC", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z",
           "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z", "2026-01-09T00:00:00Z");
    EXPECT("0 0 * * 6/1", "UTC", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z",
           "2026-01-04T00:00:00Z", "2026-01-10T00:00:00Z");
}
END_TEST

START_TEST(last_days_and_nth_weekdays)
{
    EXPECT("0 0 L * *", "UTC", "2027-12-31T00:00:00Z", "2028-01-31T00:00:00Z",
           "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z");
    EXPECT("0 0 LW * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z",
           "2026-02-27T00:00:00Z", "2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z",
           "2026-05-29T00:00:00Z");
    EXPECT("0 0 * * 5L", "UTC", "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z",
           "2026-02-27T00:00:00Z", "2026-03-27T00:00:00Z");
    EXPECT("0 0 * * tue#2", "UTC", "2026-01-01T00:00:00Z", "2026-01-13T00:00:00Z",
           "2026-02-10T00:00:00Z");
    EXPECT("0 0 15,L * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-15T00:00:00Z",
           "2026-01-31T00:00:00Z");
    EXPECT("0 0 * feb MON#5", "UTC", "2026-01-01T00:00:00Z", "2044-02-29T00:00:00Z",
           "2072-02-29T00:00:00Z", "2112-02-29T00:00:00Z");
    EXPECT("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
}
END_TEST

START_TEST(steps_and_shorthands)
{
    EXPECT("5/20 * * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z",
           "2026-01-01T00:25:00Z", "2026-01-01T00:45:00Z", "2026-01-01T01:05:00Z");
    EXPECT("0 8-18/5 * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00Z",
           "2026-01-01T13:00:00Z", "2026-01-01T18:00:00Z", "2026-01-02T08:00:00Z");
    EXPECT("*/90 * * * *", "UTC", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    EXPECT("\t @Weekly ", "UTC", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z");
    EXPECT("@annually", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT("@hourly", "UTC", "2026-01-01T00:00:00.5Z", "2026-01-01T01:00:00Z");
    EXPECT("0 9 * * *", "UTC", "2026-01-01T08:59:59.999999999Z", "2026-01-01T09:00:00Z");
    EXPECT("0 9 * * *", "UTC", "2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z");
}
END_TEST

START_TEST(named_times_over_changes_of_the_clocks)
{
    /* skipped: right after the gap, once for all that fell into it */
    EXPECT("30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
           "2026-03-30T00:30:00Z");
    EXPECT("0,30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
           "2026-03-30T00:00:00Z");
    EXPECT("0 2,3 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z",
           "2026-03-30T00:00:00Z");
    /* twice on the clock: the first time only */
    EXPECT("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z",
           "2026-10-26T01:30:00Z");
    EXPECT("30 2 * * *", BERLIN, "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z");
    /* an hour list without a star is named as well */
    EXPECT("0 0-23 * * *", BERLIN, "2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z",
           "2026-10-25T02:00:00Z");
    /* no midnight on that day */
    EXPECT("@daily", "CST5CDT,M3.2.0/0,M11.1.0/1", "2026-03-07T12:00:00Z", "2026-03-08T05:00:00Z",
           "2026-03-09T04:00:00Z");
    /* half an hour of gap, to a minute that is not the full hour */
    EXPECT("15 2 * * *", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-10-02T20:00:00Z",
           "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
}
END_TEST

START_TEST(stars_follow_the_clock_on_the_wall)
{
    EXPECT("30 * * * *", BERLIN, "2026-10-24T23:40:00Z", "2026-10-25T00:30:00Z",
           "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    EXPECT("*/30 2 * * *", BERLIN, "2026-10-24T23:40:00Z", "2026-10-25T00:00:00Z",
           "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
           "2026-10-26T01:00:00Z");
    EXPECT("*/30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z");
    EXPECT("0 */2 * * *", BERLIN, "2026-03-28T23:30:00Z", "2026-03-29T02:00:00Z");
}
END_TEST

START_TEST(the_end_of_time)
{
    struct heartbeat_cron c = parsed("0 0 * * *");
    struct sb_zone *z = unit_zone(BERLIN);
    int64_t at = 42;
    ck_assert(!heartbeat_cron_next(&c, z, INT64_MAX, &at));
    ck_assert(!heartbeat_cron_next(&c, z, unit_time("2261-12-31T23:59:59Z"), &at));
    ck_assert_int_eq(at, 42);
    ck_assert(heartbeat_cron_next(&c, z, INT64_MIN, &at));
    ck_assert_int_lt(at, unit_time("1701-01-01T00:00:00Z"));
    c = parsed("*/5 0 29 2 *");
    ck_assert(!heartbeat_cron_next(&c, z, unit_time("2261-01-01T00:00:00Z"), &at));
    sb_zone_free(z);
}
END_TEST

START_TEST(what_is_no_cron_expression)
{
    static const char *const bad[][2] = {
        {"", "fewer"},
        {"* * * *", "fewer"},
        {"0 0 * * * *", "more than five fields; for seconds"},
        {"60 * * * *", "minute: a number is too large"},
        {"* 24 * * *", "hour: a number is too large"},
        {"* * 0 * *", "day of month: a number is too small"},
        {"* * 32 * *", "day of month: a number is too large"},
        {"* * * 13 *", "month: a number is too large"},
        {"* * * 0 *", "month: a number is too small"},
        {"* * * * 8", "day of week: a number is too large"},
        {"* * * * MOO", "day of week: a number is missing"},
        {"* * * MON *", "month"},
        {"* * * * MONDAY", "something is there"},
        {"10-5 * * * *", "backwards"},
        {"* * * * FRI-SUN", "backwards"},
        {"*/0 * * * *", "step must not be 0"},
        {"*/ * * * *", "number is missing"},
        {"1, * * * *", "number is missing"},
        {",1 * * * *", "number is missing"},
        {"1-2-3 * * * *", "something is there"},
        {"-5 * * * *", "number is missing"},
        {"5- * * * *", "number is missing"},
        {"** * * * *", "something is there"},
        {"0 0 ? * *", "? is not cron's"},
        {"0 0 1 * ?", "? is not cron's"},
        {"0 0 *? * *", "? is not cron's"},
        {"L * * * *", "minute"},
        {"0 0 * * L", "day of week"},
        {"0 0 LL * *", "something is there"},
        {"0 0 W * *", "number is missing"},
        {"0 0 * * FRI#0", "1 to 5"},
        {"0 0 * * FRI#6", "too large"},
        {"0 0 * * FRI#", "missing"},
        {"0 0 30 2 *", "no date"},
        {"0 0 31 4,6,9,11 *", "no date"},
        {"@often", "shorthand"},
        {"@daily @daily", "minute"},
        {"99999999999999999999 * * * *", "too large"},
        {"0\n0 * * *", "something is there"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        struct heartbeat_cron c = {.days = 42};
        struct sb_error e;
        unit_require(heartbeat_cron_parse(sb_str(bad[i][0]), &c, &e) == -SB_EINPUT, "%s",
                     bad[i][0]);
        unit_require(strstr(e.text, bad[i][1]) != NULL, "%s: %s", bad[i][0], e.text);
        ck_assert_uint_eq(c.days, 42);
        ck_assert_str_ne(e.hint, "");
    }
}
END_TEST

/* --- random expressions and their meaning, written down side by side --- */
struct meaning {
    bool minute[60], hour[24], day[32], month[13], weekday[7];
    int nth_weekday, nth; /* nth 0: none, 6: last */
    bool last, last_weekday, star[5];
};

static void mark(bool *set, int value, int size)
{
    set[value % size] = true;
}

/* One field: text is appended; what it means is marked in set (values modulo size). */
static void random_field(char *text, size_t room, bool *set, int min, int max, int size, bool *star,
                         const char *const *names)
{
    size_t len = strlen(text);
    int n = (int)random_below(4);
    *star = random_below(5) < 2;
    if (*star) {
        int step = random_below(2) ? 1 : 1 + (int)random_below(12);
        snprintf(text + len, room - len, step > 1 ? "*/%d" : "*", step);
        for (int v = min; v <= max; v += step)
            mark(set, v, size);
        return;
    }
    for (int i = 0; i <= n; i++) {
        int first = min + (int)random_below((uint32_t)(max - min + 1));
        int last = first + (int)random_below((uint32_t)(max - first + 1)), step = 1;
        len = strlen(text);
        if (i > 0)
            len += (size_t)snprintf(text + len, room - len, ",");
        switch (random_below(4)) {
        case 0:
            last = first;
            if (names && first - min < 7)
                snprintf(text + len, room - len, "%s", names[first - min]);
            else
                snprintf(text + len, room - len, "%d", first);
            break;
        case 1: snprintf(text + len, room - len, "%d-%d", first, last); break;
        case 2:
            step = 1 + (int)random_below(9);
            snprintf(text + len, room - len, "%d-%d/%d", first, last, step);
            break;
        default:
            step = 1 + (int)random_below(9);
            last = max;
            snprintf(text + len, room - len, "%d/%d", first, step);
        }
        for (int v = first; v <= last; v += step)
            mark(set, v, size);
    }
}

static void random_expression(char *text, size_t room, struct meaning *m)
{
    static const char *const months[] = {"jan", "FEB", "Mar", "apr", "may", "jun", "jul"};
    static const char *const days[] = {"sun", "MON", "Tue", "wed", "thu", "fri", "sat"};
    memset(m, 0, sizeof *m);
    text[0] = '\0';
    random_field(text, room, m->minute, 0, 59, 60, &m->star[0], NULL);
    strncat(text, " ", room - strlen(text) - 1);
    random_field(text, room, m->hour, 0, 23, 24, &m->star[1], NULL);
    strncat(text, " ", room - strlen(text) - 1);
    random_field(text, room, m->day, 1, 31, 32, &m->star[2], NULL);
    m->last = random_below(8) == 0;
    m->last_weekday = random_below(8) == 0;
    if (m->last)
        strncat(text, ",L", room - strlen(text) - 1);
    if (m->last_weekday)
        strncat(text, ",LW", room - strlen(text) - 1);
    strncat(text, " ", room - strlen(text) - 1);
    random_field(text, room, m->month, 1, 12, 13, &m->star[3], months);
    strncat(text, " ", room - strlen(text) - 1);
    random_field(text, room, m->weekday, 0, 7, 7, &m->star[4], days);
    m->nth = random_below(4) ? 0 : 1 + (int)random_below(6);
    m->nth_weekday = (int)random_below(7);
    size_t len = strlen(text);
    if (m->nth == 6)
        snprintf(text + len, room - len, ",%dL", m->nth_weekday);
    else if (m->nth)
        snprintf(text + len, room - len, ",%d#%d", m->nth_weekday, m->nth);
}

static int month_length(const struct sb_civil *c)
{
    int64_t first = sb_days_from_civil(c->year, c->month, 1);
    int64_t next = c->month == 12 ? sb_days_from_civil(c->year + 1, 1, 1)
                                  : sb_days_from_civil(c->year, c->month + 1, 1);
    return (int)(next - first);
}

static bool means(const struct meaning *m, const struct sb_civil *c)
{
    int length = month_length(c), last_weekday = length;
    int64_t first = sb_days_from_civil(c->year, c->month, 1);
    while ((first + last_weekday - 1 + 4) % 7 % 6 == 0) /* Sunday 0, Saturday 6 */
        last_weekday--;
    bool day = m->day[c->day] || (m->last && c->day == length) ||
               (m->last_weekday && c->day == last_weekday);
    bool nth = m->nth == 6 ? c->day > length - 7 : (c->day - 1) / 7 + 1 == m->nth;
    bool week = m->weekday[c->weekday] || (m->nth && c->weekday == m->nth_weekday && nth);
    bool fits = m->star[2] || m->star[4] ? day && week : day || week;
    return fits && m->month[c->month] && m->hour[c->hour] && m->minute[c->minute];
}

/* Does it fire in the minute that begins at `now`? With stars: when the clock shows a time that is
 * meant. Else: when the clock shows, or has just jumped over, such a time that it never showed
 * before; *shown is the latest local minute shown so far. */
static bool fires(const struct meaning *m, const struct sb_zone *z, int64_t now, int64_t *shown)
{
    struct sb_civil c;
    int64_t local = (now / SB_NS_PER_S + sb_zone_offset(z, now, NULL, NULL)) / 60;
    bool result = false;
    if (m->star[0] || m->star[1]) {
        sb_zone_civil(z, now, &c);
        return means(m, &c);
    }
    while (*shown < local) {
        ++*shown;
        sb_civil_from(*shown * MINUTE_NS, 0, &c);
        result |= means(m, &c);
    }
    return result;
}

static void check_around(const struct sb_zone *z, const char *zone, int64_t change)
{
    char text[512];
    struct meaning m;
    struct heartbeat_cron c;
    struct sb_error e;
    random_expression(text, sizeof text, &m);
    if (heartbeat_cron_parse(sb_str(text), &c, &e) < 0) {
        unit_require(strstr(e.text, "no date") != NULL, "%s: %s", text, e.text);
        return;
    }
    int64_t start = (change / DAY_NS - 1) * DAY_NS, end = start + 3 * DAY_NS, next;
    int64_t shown = (start / SB_NS_PER_S + sb_zone_offset(z, start, NULL, NULL)) / 60 - 1;
    bool more = heartbeat_cron_next(&c, z, start - 1, &next);
    for (int64_t now = start; now < end; now += MINUTE_NS) {
        bool wanted = fires(&m, z, now, &shown), got = more && next == now;
        unit_require(wanted == got, "\"%s\", %s: at %s it %s", text, zone, unit_printed(now),
                     wanted ? "should fire" : "should not fire");
        if (got) {
            int64_t again;
            more = heartbeat_cron_next(&c, z, now, &next);
            unit_require(heartbeat_cron_next(&c, z, now - 1, &again) && again == now, "%s, %s",
                         text, zone);
        }
    }
    unit_require(!more || next >= end, "\"%s\", %s: %s is within", text, zone, unit_printed(next));
}

START_TEST(every_minute_around_changes_of_the_clocks)
{
    for (size_t i = 0; i < SB_LEN(unit_zones); i++) {
        struct sb_zone *z = unit_zone(unit_zones[i]);
        for (int j = 0; j < 400; j++)
            check_around(z, unit_zones[i], unit_change(z));
        sb_zone_free(z);
    }
}
END_TEST

/* The names of zone.tab; what has no tables has no such test, and its peers say so. */
START_TEST(fifty_years_of_every_zone)
{
    char line[512], name[128];
    FILE *table = fopen("/usr/share/zoneinfo/zone.tab", "r");
    while (table && fgets(line, sizeof line, table)) {
        if (line[0] == '#' || sscanf(line, "%*s %*s %127s", name) != 1)
            continue;
        struct sb_zone *z = unit_zone(name);
        int64_t change = unit_time("2007-01-01T00:00:00Z");
        while (sb_zone_next_change(z, change, &change) &&
               change < unit_time("2057-01-01T00:00:00Z"))
            check_around(z, name, change);
        sb_zone_free(z);
    }
    if (table)
        fclose(table);
}
END_TEST

UNIT_MAIN("heartbeat_cron", days_of_month_and_week, last_days_and_nth_weekdays,
          steps_and_shorthands, named_times_over_changes_of_the_clocks,
          stars_follow_the_clock_on_the_wall, the_end_of_time, what_is_no_cron_expression,
          every_minute_around_changes_of_the_clocks, fifty_years_of_every_zone)
