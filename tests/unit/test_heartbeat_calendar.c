/* heartbeat calendar events: what is read and refused; every second against a clock that is wound on,
 * for random events around changes of the clocks. systemd itself is asked in tests/peer/schedules.sh. */
#include "applets/heartbeat/calendar.h"
#include "tests/unit/schedule_unit.h"

static struct heartbeat_calendar parsed(const char *text)
{
    struct heartbeat_calendar c = {0};
    struct sb_str zone;
    struct sb_error e;
    unit_require(heartbeat_calendar_parse(sb_str(text), &c, &zone, &e) == 0, "%s: %s", text,
                 e.text);
    return c;
}

static void expect_next(const char *text, const char *zone, const char *after,
                        const char *const *wanted)
{
    struct heartbeat_calendar c = parsed(text);
    struct sb_zone *z = unit_zone(zone);
    int64_t at = unit_time(after);
    for (; *wanted; wanted++) {
        bool more = heartbeat_calendar_next(&c, z, at, &at);
        if (!more)
            unit_require(strcmp(*wanted, "never") == 0, "%s: never instead of %s", text, *wanted);
        else
            unit_require(strcmp(unit_printed(at), *wanted) == 0, "%s, %s: %s instead of %s", text,
                         zone, unit_printed(at), *wanted);
    }
    sb_zone_free(z);
}
#define EXPECT(text, zone, after, ...) \
    expect_next(text, zone, after, (const char *const[]){__VA_ARGS__, NULL})
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define NEW_YEAR "2026-01-01T00:00:00Z" /* a Thursday */

START_TEST(dates)
{
    EXPECT("Thu,Fri 2027-*-1,5 11:12:13", "UTC", NEW_YEAR, "2027-01-01T11:12:13Z",
           "2027-02-05T11:12:13Z", "2027-03-05T11:12:13Z");
    EXPECT("Sat,Mon..Wed", "UTC", NEW_YEAR, "2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z");
    EXPECT("Wed, 17:48", "UTC", NEW_YEAR, "2026-01-07T17:48:00Z");
    EXPECT("10-15", "UTC", NEW_YEAR, "2026-10-15T00:00:00Z");
    EXPECT("*-02~03", "UTC", NEW_YEAR, "2026-02-26T00:00:00Z", "2027-02-26T00:00:00Z",
           "2028-02-27T00:00:00Z");
    EXPECT("Mon *-05~07/1", "UTC", NEW_YEAR, "2026-05-25T00:00:00Z", "2027-05-31T00:00:00Z");
    EXPECT("*-*~1..3/2", "UTC", NEW_YEAR, "2026-01-29T00:00:00Z", "2026-01-31T00:00:00Z",
           "2026-02-26T00:00:00Z", "2026-02-28T00:00:00Z");
    EXPECT("*~*", "UTC", NEW_YEAR, "2026-01-02T00:00:00Z");
    EXPECT("27..29/2-1-1", "UTC", NEW_YEAR, "2027-01-01T00:00:00Z", "2029-01-01T00:00:00Z",
           "never");
    EXPECT("2003-03-05", "UTC", NEW_YEAR, "never");
    EXPECT("*-2-29", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
    EXPECT("*-1/6-1", "UTC", NEW_YEAR, "2026-07-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT("@1800000000", "UTC", NEW_YEAR, "2027-01-15T08:00:00Z", "never");
}
END_TEST

START_TEST(times)
{
    EXPECT("12..14:10,20", "UTC", NEW_YEAR, "2026-01-01T12:10:00Z", "2026-01-01T12:20:00Z",
           "2026-01-01T13:10:00Z");
    EXPECT("*:2/29", "UTC", NEW_YEAR, "2026-01-01T00:02:00Z", "2026-01-01T00:31:00Z",
           "2026-01-01T01:02:00Z");
    EXPECT("05:40:23.4200004/3.1700005", "UTC", NEW_YEAR, "2026-01-01T05:40:23.42Z",
           "2026-01-01T05:40:26.590001Z", "2026-01-01T05:40:29.760002Z");
    EXPECT("*:*:59.5", "UTC", NEW_YEAR, "2026-01-01T00:00:59.5Z", "2026-01-01T00:01:59.5Z");
    EXPECT("*:*:0..30/20,7", "UTC", NEW_YEAR, "2026-01-01T00:00:07Z", "2026-01-01T00:00:20Z",
           "2026-01-01T00:01:00Z");
    EXPECT("*:*:*", "UTC", "2026-01-01T00:00:58.9999995Z", "2026-01-01T00:00:59Z",
           "2026-01-01T00:01:00Z");
    EXPECT("0/7:00", "UTC", NEW_YEAR, "2026-01-01T07:00:00Z", "2026-01-01T14:00:00Z",
           "2026-01-01T21:00:00Z", "2026-01-02T00:00:00Z");
    EXPECT("1..3/4:00", "UTC", NEW_YEAR, "2026-01-01T01:00:00Z", "2026-01-02T01:00:00Z");
}
END_TEST

START_TEST(shorthands)
{
    EXPECT("minutely", "UTC", NEW_YEAR, "2026-01-01T00:01:00Z");
    EXPECT("Hourly", "UTC", NEW_YEAR, "2026-01-01T01:00:00Z");
    EXPECT(" daily\t", "UTC", NEW_YEAR, "2026-01-02T00:00:00Z");
    EXPECT("weekly", "UTC", NEW_YEAR, "2026-01-05T00:00:00Z");
    EXPECT("monthly", "UTC", NEW_YEAR, "2026-02-01T00:00:00Z");
    EXPECT("quarterly", "UTC", NEW_YEAR, "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z",
           "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z");
    EXPECT("semiannually", "UTC", NEW_YEAR, "2026-07-01T00:00:00Z");
    EXPECT("bi-annually", "UTC", NEW_YEAR, "2026-07-01T00:00:00Z");
    EXPECT("yearly", "UTC", NEW_YEAR, "2027-01-01T00:00:00Z");
    EXPECT("annually", "UTC", NEW_YEAR, "2027-01-01T00:00:00Z");
}
END_TEST

START_TEST(changes_of_the_clocks)
{
    EXPECT("02:30", BERLIN, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z");
    EXPECT("02:30", BERLIN, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    EXPECT("*:0/30", BERLIN, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z",
           "2026-10-25T02:00:00Z");
    EXPECT("*:0/30", BERLIN, "2026-03-29T00:00:00Z", "2026-03-29T00:30:00Z",
           "2026-03-29T01:00:00Z");
    EXPECT("*:*:0/0.000001", BERLIN, "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z",
           "2026-10-25T02:00:00.000001Z");
    EXPECT("daily", "CST5CDT,M3.2.0/0,M11.1.0/1", "2026-03-07T12:00:00Z", "2026-03-09T04:00:00Z");
}
END_TEST

static void expect_zone(const char *text, const char *wanted)
{
    struct heartbeat_calendar c;
    struct sb_str zone;
    struct sb_error e;
    unit_require(heartbeat_calendar_parse(sb_str(text), &c, &zone, &e) == 0, "%s: %s", text,
                 e.text);
    unit_require(sb_str_is(zone, wanted), "%s: %.*s", text, (int)zone.len, zone.p);
}

START_TEST(zones_stand_at_the_end)
{
    expect_zone("daily", "");
    expect_zone("daily UTC", "UTC");
    expect_zone("weekly Pacific/Auckland", "Pacific/Auckland");
    expect_zone("Mon 09:00 Europe/Berlin ", "Europe/Berlin");
    expect_zone("09:00  +02:00", "+02:00");
    expect_zone("Mon,Fri", "");
    expect_zone("@0", "UTC");
}
END_TEST

START_TEST(what_is_no_calendar_event)
{
    static const char *const bad[][2] = {
        {"", "empty"},
        {"  ", "empty"},
        {"UTC", "number"},
        {"often", "number"},
        {"10", "hour:minute"},
        {"10:00:00:00", "follows the time"},
        {"24:00", "out of range"},
        {"10:60", "out of range"},
        {"10:00:60", "out of range"},
        {"10:00:59.9999996", "out of range"},
        {"10:00:5.", "digits"},
        {"10:", "missing"},
        {":10", "missing"},
        {"*-13-01", "out of range"},
        {"*-0-1", "out of range"},
        {"*-1-32", "out of range"},
        {"*-*~29", "out of range"},
        {"*-*~0", "out of range"},
        {"*-*~3/4", "never comes about"},
        {"*-*~3..1", "backwards"},
        {"*-*-31/1", "never comes about"},
        {"2200-1-1", "out of range"},
        {"1969-1-1", "out of range"},
        {"2026..2020-1-1", "backwards"},
        {"Mon Tue", "number"},
        {"*:0/60", "never comes about"},
        {"*:0/0", "must not be 0"},
        {"*/2:00", "year-month-day"},
        {"*,5:00", "year-month-day"},
        {"5..1:00", "backwards"},
        {"1:00/5..10", "follows"},
        {"1..:00", "missing"},
        {"*-02-30", "no date"},
        {"Mon 2026-01-01", "no date"},
        {"Fri..Mon", "backwards"},
        {"Mon.Tue", "blank"},
        {"Mon..", "no end"},
        {"Mon,, 10:00", "after a comma"},
        {"Mon,10:00", "after a comma"},
        {"Moon 10:00", "number"},
        {"2026-1-1T10:00", "blank must follow the date"},
        {"@", "after @"},
        {"@x", "after @"},
        {"@99999999999", "1970 to 2199"},
        {"99999999999:00", "too large"},
        {"10:00 10:00", "follows"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        struct heartbeat_calendar c = {.days = 42};
        struct sb_str zone;
        struct sb_error e;
        unit_require(heartbeat_calendar_parse(sb_str(bad[i][0]), &c, &zone, &e) == -SB_EINPUT, "%s",
                     bad[i][0]);
        unit_require(strstr(e.text, bad[i][1]) != NULL, "%s: %s", bad[i][0], e.text);
        ck_assert_uint_eq(c.days, 42);
        ck_assert_str_ne(e.hint, "");
    }
}
END_TEST

START_TEST(long_lists)
{
    char text[1200] = "*:*:0";
    struct heartbeat_calendar c;
    struct sb_str zone;
    struct sb_error e;
    for (int i = 1; i < HEARTBEAT_CALENDAR_SECONDS_MAX; i++)
        strncat(text, ",1", sizeof text - strlen(text) - 1);
    ck_assert_int_eq(heartbeat_calendar_parse(sb_str(text), &c, &zone, &e), 0);
    strncat(text, ",1", sizeof text - strlen(text) - 1);
    ck_assert_int_eq(heartbeat_calendar_parse(sb_str(text), &c, &zone, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "too long"));
    memset(text, ' ', sizeof text - 1);
    ck_assert_int_eq(heartbeat_calendar_parse(sb_str(text), &c, &zone, &e), -SB_EINPUT);
}
END_TEST

/* --- random events and their meaning, written down side by side --- */
struct meaning {
    bool year[230], month[13], day[32], hour[24], minute[60], second[60], weekday[7], from_end;
};

static void random_list(char *text, size_t room, bool *set, int min, int max, int base)
{
    size_t len = strlen(text);
    int n = (int)random_below(3);
    if (random_below(5) < 2) {
        snprintf(text + len, room - len, "*");
        for (int v = min; v <= max; v++)
            set[v - base] = true;
        return;
    }
    for (int i = 0; i <= n; i++) {
        int first = min + (int)random_below((uint32_t)(max - min)), last = first, step = 1;
        len = strlen(text);
        if (i > 0)
            len += (size_t)snprintf(text + len, room - len, ",");
        switch (random_below(4)) {
        case 0: snprintf(text + len, room - len, "%d", first); break;
        case 1:
            last = first + (int)random_below((uint32_t)(max - first + 1));
            snprintf(text + len, room - len, "%02d..%d", first, last);
            break;
        case 2:
            last = first + (int)random_below((uint32_t)(max - first + 1));
            step = 1 + (int)random_below(9);
            snprintf(text + len, room - len, "%d..%d/%d", first, last, step);
            break;
        default:
            last = max;
            step = 1 + (int)random_below((uint32_t)(max - first));
            snprintf(text + len, room - len, "%d/%d", first, step);
        }
        for (int v = first; v <= last; v += step)
            set[v - base] = true;
    }
}

/* Days from the month's end: v/n counts towards the end, so it is written down on its own. */
static void random_days_from_end(char *text, size_t room, bool *set)
{
    size_t len = strlen(text);
    int first = 2 + (int)random_below(27), step = 1 + (int)random_below((uint32_t)first - 1);
    snprintf(text + len, room - len, "%d/%d", first, step);
    for (int v = first; v >= 1; v -= step)
        set[v] = true;
}

static void append(char *text, size_t room, const char *more)
{
    size_t len = strlen(text);
    snprintf(text + len, room - len, "%s", more);
}

static void random_event(char *text, size_t room, struct meaning *m)
{
    static const char *const names[] = {"mon", "Tuesday", "WED",   "thursday",
                                        "Fri", "sat",     "sunday"};
    memset(m, 0, sizeof *m);
    text[0] = '\0';
    int first = (int)random_below(7), last = first + (int)random_below((uint32_t)(7 - first));
    if (random_below(2)) {
        snprintf(text, room, last > first ? "%s..%s " : "%s ", names[first], names[last]);
    } else {
        first = 0;
        last = 6;
    }
    for (int i = first; i <= last; i++)
        m->weekday[(i + 1) % 7] = true;
    if (random_below(3) == 0) {
        random_list(text, room, m->year, 1970, 2199, 1970);
        append(text, room, "-");
    } else {
        memset(m->year, 1, sizeof m->year);
        append(text, room, random_below(2) ? "*-" : "");
    }
    random_list(text, room, m->month, 1, 12, 0);
    m->from_end = random_below(4) == 0;
    append(text, room, m->from_end ? "~" : "-");
    if (m->from_end)
        random_days_from_end(text, room, m->day);
    else
        random_list(text, room, m->day, 1, 31, 0);
    append(text, room, " ");
    random_list(text, room, m->hour, 0, 23, 0);
    append(text, room, ":");
    random_list(text, room, m->minute, 0, 59, 0);
    if (random_below(2)) {
        append(text, room, ":");
        random_list(text, room, m->second, 0, 59, 0);
    } else {
        m->second[0] = true;
    }
}

static bool means(const struct meaning *m, const struct sb_civil *c)
{
    int64_t first = sb_days_from_civil(c->year, c->month, 1);
    int64_t next = c->month == 12 ? sb_days_from_civil(c->year + 1, 1, 1)
                                  : sb_days_from_civil(c->year, c->month + 1, 1);
    int day = m->from_end ? (int)(next - first) - c->day + 1 : c->day;
    return m->second[c->second] && m->minute[c->minute] && m->hour[c->hour] && m->day[day] &&
           m->month[c->month] && m->year[c->year - 1970] && m->weekday[c->weekday];
}

static void check_around(const struct sb_zone *z, const char *zone, int64_t change)
{
    char text[512];
    struct meaning m;
    struct heartbeat_calendar c;
    struct sb_str ignored;
    struct sb_error e;
    random_event(text, sizeof text, &m);
    if (heartbeat_calendar_parse(sb_str(text), &c, &ignored, &e) < 0) {
        unit_require(strstr(e.text, "no date") != NULL, "%s: %s", text, e.text);
        return;
    }
    int64_t start = change / MINUTE_NS * MINUTE_NS - 7 * HOUR_NS, end = start + 14 * HOUR_NS, next;
    int64_t shown = INT64_MIN;
    bool more = heartbeat_calendar_next(&c, z, start - 1, &next);
    for (int64_t now = start; now < end; now += SB_NS_PER_S) {
        struct sb_civil civil;
        int64_t local = now / SB_NS_PER_S + sb_zone_offset(z, now, NULL, NULL);
        sb_civil_from(local * SB_NS_PER_S, 0, &civil);
        bool wanted = local > shown && means(&m, &civil), got = more && next == now;
        shown = SB_MAX(shown, local);
        unit_require(wanted == got, "\"%s\", %s: at %s it %s", text, zone, unit_printed(now),
                     wanted ? "should elapse" : "should not elapse");
        if (got)
            more = heartbeat_calendar_next(&c, z, now, &next);
    }
    unit_require(!more || next >= end, "\"%s\", %s: %s is within", text, zone, unit_printed(next));
}

START_TEST(every_second_around_changes_of_the_clocks)
{
    for (size_t i = 0; i < SB_LEN(unit_zones); i++) {
        struct sb_zone *z = unit_zone(unit_zones[i]);
        for (int j = 0; j < 150; j++)
            check_around(z, unit_zones[i], unit_change(z));
        sb_zone_free(z);
    }
}
END_TEST

UNIT_MAIN("heartbeat_calendar", dates, times, shorthands, changes_of_the_clocks,
          zones_stand_at_the_end, what_is_no_calendar_event, long_lists,
          every_second_around_changes_of_the_clocks)
