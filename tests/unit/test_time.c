/* core/base time, civil and duration: every day that an instant can have, and what is refused. */
#include "core/base/time.h"
#include "tests/unit/unit.h"

#define DAY (INT64_C(86400) * SB_NS_PER_S)

static const char *printed(int64_t ns)
{
    static char text[64];
    struct sb_buf b = SB_BUF_INIT(sizeof text - 1);
    sb_time_print(&b, ns);
    snprintf(text, sizeof text, "%s", b.data);
    sb_buf_done(&b);
    return text;
}

static int64_t parsed(const char *text)
{
    int64_t ns = 0;
    struct sb_error e;
    unit_require(sb_time_parse(sb_str(text), &ns, &e) == 0, "%s: %s", text, e.text);
    return ns;
}

/* The reference is a calendar on the wall: a page a day, from a day whose weekday is known. */
struct wall {
    int year, month, day, weekday, yearday;
};

static void turn(struct wall *w)
{
    bool leap = (w->year % 4 == 0 && w->year % 100 != 0) || w->year % 400 == 0;
    int last = w->month == 2
                   ? 28 + leap
                   : 31 - (w->month == 4 || w->month == 6 || w->month == 9 || w->month == 11);
    w->weekday = (w->weekday + 1) % 7;
    w->yearday++;
    if (++w->day > last) {
        w->day = 1;
        w->month++;
    }
    if (w->month > 12) {
        w->month = 1;
        w->year++;
        w->yearday = 0;
    }
}

static void check_day(const struct wall *w, int64_t ns)
{
    struct sb_civil c;
    char text[64];
    sb_civil_from(ns, 0, &c);
    unit_require(c.year == w->year && c.month == w->month && c.day == w->day &&
                     c.weekday == w->weekday && c.yearday == w->yearday && c.hour == 0 &&
                     c.minute == 0 && c.second == 0 && c.nanosecond == 0,
                 "%04d-%02d-%02d", w->year, w->month, w->day);
    unit_require(sb_days_from_civil(w->year, w->month, w->day) == ns / DAY, "%d", w->year);
    snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", w->year, w->month, w->day);
    unit_require(strcmp(printed(ns), text) == 0 && parsed(text) == ns, "%s", text);
    int64_t last = ns - (w->yearday > 0); /* of the day before, in the same year */
    sb_civil_from(ns - 1, 0, &c);
    unit_require(c.hour == 23 && c.minute == 59 && c.second == 59 && c.nanosecond == 999999999,
                 "%s", text);
    unit_require(parsed(printed(last)) == last, "%s", text);
}

START_TEST(every_day_is_on_the_calendar)
{
    struct wall w = {1678, 1, 1, 6, 0}; /* a Saturday */
    int days = 0;
    for (int64_t ns = -106650 * DAY; w.year <= 2261; ns += DAY, days++) {
        check_day(&w, ns);
        if (w.year == 1970 && w.yearday == 0)
            ck_assert(ns == 0 && w.weekday == 4);
        turn(&w);
    }
    ck_assert_int_eq(days, 213301);
}
END_TEST

START_TEST(days_that_do_not_exist_are_refused)
{
    for (int year = 1890; year < 2110; year++) {
        for (int month = 0; month <= 13; month++) {
            for (int day = 0; day <= 32; day++) {
                bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
                int last = month == 2 ? 28 + leap : 30 + (month + month / 8) % 2;
                bool real = month >= 1 && month <= 12 && day >= 1 && day <= last;
                char text[64];
                int64_t ns;
                struct sb_error e;
                snprintf(text, sizeof text, "%04d-%02d-%02dT12:00:00Z", year, month, day);
                unit_require((sb_time_parse(sb_str(text), &ns, &e) == 0) == real, "%s", text);
            }
        }
    }
}
END_TEST

START_TEST(every_minute_and_offset)
{
    char text[64];
    for (int minute = 0; minute < 1440; minute++) {
        snprintf(text, sizeof text, "1970-01-01T%02d:%02d:07Z", minute / 60, minute % 60);
        int64_t ns = (minute * 60 + 7) * SB_NS_PER_S;
        ck_assert_int_eq(parsed(text), ns);
        ck_assert_str_eq(printed(ns), text);
        snprintf(text, sizeof text, "1970-01-01T00:00:00+%02d:%02d", minute / 60, minute % 60);
        ck_assert_int_eq(parsed(text), -minute * 60 * SB_NS_PER_S);
        snprintf(text, sizeof text, "1970-01-01T00:00:00-%02d:%02d", minute / 60, minute % 60);
        ck_assert_int_eq(parsed(text), minute * 60 * SB_NS_PER_S);
        struct sb_civil c;
        sb_civil_from(0, -minute * 60, &c);
        ck_assert_int_eq(c.day, minute ? 31 : 1);
        ck_assert_int_eq(c.hour * 60 + c.minute, (1440 - minute) % 1440);
    }
}
END_TEST

START_TEST(the_forms_of_rfc_3339)
{
    int64_t t = parsed("2024-01-15T10:00:00Z");
    ck_assert_int_eq(t, INT64_C(1705312800) * SB_NS_PER_S);
    ck_assert_int_eq(parsed("2024-01-15t10:00:00z"), t);
    ck_assert_int_eq(parsed("2024-01-15 10:00:00Z"), t);
    ck_assert_int_eq(parsed("2024-01-15T10:00:00-00:00"), t);
    ck_assert_int_eq(parsed("2024-01-15T11:30:00+01:30[Europe/Paris][u-ca=gregory]"), t);
    ck_assert_int_eq(parsed("2024-01-15T10:00:00.5Z"), t + 500000000);
    ck_assert_int_eq(parsed("2024-01-15T10:00:00.1234567899999Z"), t + 123456789);
    ck_assert_int_eq(parsed("2024-01-15T10:00:00.000000000Z"), t);
    ck_assert_str_eq(printed(t + 500000000), "2024-01-15T10:00:00.5Z");
    ck_assert_str_eq(printed(t + 1), "2024-01-15T10:00:00.000000001Z");
    ck_assert_str_eq(printed(t - 1000), "2024-01-15T09:59:59.999999Z");
    ck_assert_str_eq(printed(INT64_MIN), "1677-09-21T00:12:43.145224192Z");
    ck_assert_str_eq(printed(INT64_MAX), "2262-04-11T23:47:16.854775807Z");
}
END_TEST

START_TEST(leap_seconds_become_the_next_second)
{
    int64_t t = parsed("2017-01-01T00:00:00Z");
    ck_assert_int_eq(parsed("2016-12-31T23:59:60Z"), t);
    ck_assert_int_eq(parsed("2016-12-31T23:59:60.25Z"), t + 250000000);
    ck_assert_int_eq(parsed("2017-01-01T05:29:60+05:30"), t);
    ck_assert_int_eq(parsed("2016-12-31T15:59:60-08:00"), t);
}
END_TEST

START_TEST(other_texts_are_refused_with_a_reason)
{
    static const char *const bad[][2] = {
        {"", "date"},
        {"24-01-15T10:00:00Z", "date"},
        {"2024-1-15T10:00:00Z", "date"},
        {"2024-13-15T10:00:00Z", "month"},
        {"2023-02-29T10:00:00Z", "no such day"},
        {"1900-02-29T10:00:00Z", "no such day"},
        {"2024-01-15", "T and the time"},
        {"2024-01-15T10:00Z", "HH:MM:SS"},
        {"2024-01-15T24:00:00Z", "hour"},
        {"2024-01-15T10:60:00Z", "minute"},
        {"2024-01-15T10:00:61Z", "second"},
        {"2024-01-15T10:00:60Z", "second 60"},
        {"2016-12-31T23:58:60Z", "second 60"},
        {"2016-12-31T23:59:60+01:00", "second 60"},
        {"2024-01-15T10:00:00.Z", "digits"},
        {"2024-01-15T10:00:00,5Z", "Z or an offset"},
        {"2024-01-15T10:00:00", "Z or an offset"},
        {"2024-01-15T10:00:00+0100", "+HH:MM"},
        {"2024-01-15T10:00:00+24:00", "between"},
        {"2024-01-15T10:00:00+01:60", "between"},
        {"2024-01-15T10:00:00ZZ", "follows"},
        {"2024-01-15T10:00:00Z ", "follows"},
        {"2024-01-15T10:00:00Z[", "brackets"},
        {"2024-01-15T10:00:00Z[]", "brackets"},
        {"2024-01-15T10:00:00Z[!u-ca=x]", "demands"},
        {"0000-01-01T00:00:00Z", "1678 to 2261"},
        {"1677-12-31T23:59:59Z", "1678 to 2261"},
        {"1678-01-01T00:00:00+00:01", "1678 to 2261"},
        {"2262-01-01T00:00:00Z", "1678 to 2261"},
        {"9999-12-31T23:59:59Z", "1678 to 2261"},
        {"-2024-01-15T10:00:00Z", "date"},
        {"\xEF\xBC\x92"
         "024-01-15T10:00:00Z",
         "date"},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        int64_t ns = 42;
        struct sb_error e;
        unit_require(sb_time_parse(sb_str(bad[i][0]), &ns, &e) == -SB_EINPUT, "%s", bad[i][0]);
        unit_require(strstr(e.text, bad[i][1]) != NULL, "%s: %s", bad[i][0], e.text);
        ck_assert_int_eq(ns, 42);
        ck_assert_str_ne(e.hint, "");
    }
    ck_assert_int_eq(parsed("2262-01-01T00:00:00+00:01"), parsed("2261-12-31T23:59:00Z"));
}
END_TEST

START_TEST(the_clock_can_be_fixed)
{
    setenv("SREBOX_NOW", "2024-01-15T10:00:00Z", 1);
    ck_assert_int_eq(sb_time_now(), parsed("2024-01-15T10:00:00Z"));
    setenv("SREBOX_NOW", "yesterday", 1);
    ck_assert_int_gt(sb_time_now(), parsed("2024-01-15T10:00:00Z"));
    unsetenv("SREBOX_NOW");
    ck_assert_int_gt(sb_time_now(), parsed("2024-01-15T10:00:00Z"));
}
END_TEST

/* --- durations --- */
static const struct {
    const char *text;
    int64_t ns;
} good_durations[] = {
    {"0", 0},
    {"0s", 0},
    {"1ns", 1},
    {"1us", 1000},
    {"1\xC2\xB5s", 1000},
    {"1\xCE\xBCs", 1000},
    {"1ms", 1000000},
    {"90s", 90 * SB_NS_PER_S},
    {"1h30m", 5400 * SB_NS_PER_S},
    {"7d", 7 * DAY},
    {"1w", 7 * DAY},
    {"1w2d3h4m5s6ms7us8ns", 9 * DAY + INT64_C(11045006007008)},
    {"1.5h", 5400 * SB_NS_PER_S},
    {".5s", 500000000},
    {"1.s", SB_NS_PER_S},
    {"0.5d0.5h", DAY / 2 + 1800 * SB_NS_PER_S},
    {"0.0000000019s", 1},
    {"0.99999999999999999999999999s", 999999999},
    {"9223372036854775807ns", INT64_MAX},
    {"106751d23h47m16.854775807s", INT64_MAX},
    {"P1D", DAY},
    {"P2W", 14 * DAY},
    {"PT1H", 3600 * SB_NS_PER_S},
    {"P1DT2H3M4.5S", DAY + INT64_C(7384500000000)},
    {"PT1H5S", 3605 * SB_NS_PER_S},
    {"PT0,5M", 30 * SB_NS_PER_S},
    {"P0.5D", DAY / 2},
    {"PT36H", 36 * 3600 * SB_NS_PER_S},
    {"P0D", 0},
};
static const char *const bad_durations[][2] = {
    {"", "empty"},
    {"5", "unit is missing"},
    {"1y", "365d"},
    {"1M", "30d"},
    {"1mo", "30d"},
    {"1h5", "unit is missing"},
    {"h", "number"},
    {"1h 5m", "units are"},
    {"1 h", "units are"},
    {"1m1h", "big to small"},
    {"1s1s", "big to small"},
    {"1us1\xC2\xB5s", "big to small"},
    {"1h-5m", "units are"},
    {".s", "number"},
    {"1..5s", "unit is missing"},
    {"1,5s", "units are"},
    {"1e3s", "units are"},
    {"00", "unit is missing"},
    {"-1s", "sign"},
    {"+1s", "sign"},
    {"1H", "units are"},
    {"9223372036854775808ns", "292"},
    {"106752d", "292"},
    {"99999999999999999999s", "292"},
    {"106751d23h47m16.854775808s", "292"},
    {"P", "must follow"},
    {"PT", "must follow"},
    {"P1DT", "must follow"},
    {"P1Y", "P365D"},
    {"P1M", "P30D"},
    {"P1W1D", "alone"},
    {"P1WT1H", "number"},
    {"P1D1D", "order"},
    {"PT1M1H", "order"},
    {"P1H", "order"},
    {"PT1D", "order"},
    {"PT1.5H1M", "smallest"},
    {"P1.5DT1H", "smallest"},
    {"PT1", "no unit"},
    {"PTS", "number"},
    {"PT1STT", "number"},
    {"p1d", "number"},
    {"P-1D", "number"},
    {"inf", "number"},
    {"1d\n", "units are"},
};

START_TEST(durations_in_both_notations)
{
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(good_durations); i++) {
        int64_t ns = -1;
        const char *text = good_durations[i].text;
        unit_require(sb_duration_parse(sb_str(text), false, &ns, &e) == 0, "%s: %s", text, e.text);
        unit_require(ns == good_durations[i].ns, "%s: %lld", text, (long long)ns);
        char minus[64];
        snprintf(minus, sizeof minus, "-%s", text);
        ck_assert_int_eq(sb_duration_parse(sb_str(minus), true, &ns, &e), 0);
        ck_assert_int_eq(ns, -good_durations[i].ns);
        ck_assert_int_eq(sb_duration_parse(sb_str(minus), false, &ns, &e), -SB_EINPUT);
    }
}
END_TEST

START_TEST(other_durations_are_refused_with_a_reason)
{
    for (size_t i = 0; i < SB_LEN(bad_durations); i++) {
        int64_t ns = 42;
        struct sb_error e;
        const char *text = bad_durations[i][0];
        unit_require(sb_duration_parse(sb_str(text), false, &ns, &e) == -SB_EINPUT, "%s", text);
        unit_require(strstr(e.text, bad_durations[i][1]) != NULL, "%s: %s", text, e.text);
        ck_assert_int_eq(ns, 42);
    }
}
END_TEST

static void check_print(int64_t ns, const char *want)
{
    struct sb_buf b = SB_BUF_INIT(100);
    struct sb_error e;
    int64_t back = 1;
    sb_duration_print(&b, ns);
    if (want)
        ck_assert_str_eq(b.data, want);
    unit_require(sb_duration_parse((struct sb_str){b.data, b.len}, true, &back, &e) == 0, "%s: %s",
                 b.data, e.text);
    unit_require(back == ns, "%s", b.data);
    sb_buf_done(&b);
}

START_TEST(durations_print_canonically_and_read_back)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0s"},
        {1, "1ns"},
        {1500, "1.5us"},
        {1500000, "1.5ms"},
        {999999999, "999.999999ms"},
        {1500000000, "1.5s"},
        {60000000000, "1m"},
        {93600000000000, "1d2h"},
        {DAY * 10, "10d"},
        {-93600000000000, "-1d2h"},
        {60000000001, "1m1ns"},
        {61500000000, "1m1.5s"},
        {INT64_MAX, "106751d23h47m16.854775807s"},
        {INT64_MIN, "-106751d23h47m16.854775808s"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++)
        check_print(cases[i].ns, cases[i].text);
    uint64_t state = 7;
    for (int i = 0; i < 200000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        check_print((int64_t)state >> (state >> 3 & 63), NULL);
    }
}
END_TEST

UNIT_MAIN("time", every_day_is_on_the_calendar, days_that_do_not_exist_are_refused,
          every_minute_and_offset, the_forms_of_rfc_3339, leap_seconds_become_the_next_second,
          other_texts_are_refused_with_a_reason, the_clock_can_be_fixed,
          durations_in_both_notations, other_durations_are_refused_with_a_reason,
          durations_print_canonically_and_read_back)
