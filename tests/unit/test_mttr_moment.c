/* applets/mttr: times as people type them. */
#include "applets/mttr/moment.h"
#include "tests/unit/unit.h"

/* now is 2026-11-23T14:38:20Z, in Berlin 15:38:20. */
#define NOW INT64_C(1795444700)

struct sample {
    const char *text, *zone, *at; /* at: RFC 3339, or NULL: refused */
    int64_t precision;            /* s */
    const char *says;             /* part of the reading, or of the error with its hint */
};

static const struct sample samples[] = {
    {"14:33", "UTC", "2026-11-23T14:33:00Z", 60, ""},
    {"14:33:20", "UTC", "2026-11-23T14:33:20Z", 1, ""},
    {"14:33:20.25", "UTC", "2026-11-23T14:33:20.25Z", 0, ""},
    {"9:05", "UTC", "2026-11-23T09:05:00Z", 60, ""},
    {"2:33pm", "UTC", "2026-11-23T14:33:00Z", 60, ""},
    {"12:01 am", "UTC", "2026-11-23T00:01:00Z", 60, ""},
    {"12:01 PM", "UTC", "2026-11-23T12:01:00Z", 60, ""},
    {"15:33", "Europe/Berlin", "2026-11-23T14:33:00Z", 60, ""},
    {"15:33", "+05:30", "2026-11-23T10:03:00Z", 60, ""},
    {"14:39", "UTC", NULL, 0, "40s ahead"},
    {"14:39", "UTC", NULL, 0, "yesterday 14:33"},
    {"23:10", "UTC", NULL, 0, "still to come"},
    {"23:10", "+09:00", "2026-11-23T14:10:00Z", 60, ""},
    {"yesterday 23:10", "UTC", "2026-11-22T23:10:00Z", 60, ""},
    {"Yesterday 23:10", "Europe/Berlin", "2026-11-22T22:10:00Z", 60, ""},
    {"today 9:05", "UTC", "2026-11-23T09:05:00Z", 60, ""},
    {"yesterday", "UTC", "2026-11-22T00:00:00Z", 86400, ""},
    {"5m ago", "UTC", "2026-11-23T14:33:20Z", 60, ""},
    {"90s ago", "UTC", "2026-11-23T14:36:50Z", 1, ""},
    {"1h 30m ago", "UTC", "2026-11-23T13:08:20Z", 60, ""},
    {"2d ago", "UTC", "2026-11-21T14:38:20Z", 86400, ""},
    {"2d ago ", "UTC", "2026-11-21T14:38:20Z", 86400, ""},
    {"now", "UTC", "2026-11-23T14:38:20Z", 0, ""},
    {"@1795444400", "UTC", "2026-11-23T14:33:20Z", 1, ""},
    {"2026-11-23 14:33", "UTC", "2026-11-23T14:33:00Z", 60, ""},
    {"2026-11-23T14:33:20", "Europe/Berlin", "2026-11-23T13:33:20Z", 1, ""},
    {"2026-11-23T14:33:20+01:00", "UTC", "2026-11-23T13:33:20Z", 1, ""},
    {"2026-11-23 14:33:20.5Z", "Europe/Berlin", "2026-11-23T14:33:20.5Z", 0, ""},
    {"2026-11-01", "UTC", "2026-11-01T00:00:00Z", 86400, ""},
    /* clocks forward in Berlin at 2026-03-29 02:00, back at 2026-10-25 03:00 */
    {"2026-03-29 02:30", "Europe/Berlin", NULL, 0, "never showed"},
    {"2026-03-29 02:30", "Europe/Berlin", NULL, 0, "2026-03-29T03:00:00+02:00"},
    {"2026-03-29 03:00", "Europe/Berlin", "2026-03-29T01:00:00Z", 60, ""},
    {"2026-10-25 02:30", "Europe/Berlin", "2026-10-25T01:30:00Z", 60, "the later of two"},
    {"2026-10-25T02:30:00+02:00", "Europe/Berlin", "2026-10-25T00:30:00Z", 1, ""},
    {"2027-01-01 10:00", "UTC", NULL, 0, "still to come"},
    {"0001-01-01 00:00", "UTC", NULL, 0, "1970 to 2261"},
    {"0001-01-01T00:00:00Z", "UTC", NULL, 0, "1970 to 2261"},
    {"1969-12-31 23:59:59", "UTC", NULL, 0, "1970 to 2261"},
    {"1970-01-01", "UTC", "1970-01-01T00:00:00Z", 86400, ""},
    {"1970-01-01 00:30", "+01:00", NULL, 0, "1970 to 2261"},
    {"1970-01-01T00:30:00+01:00", "UTC", NULL, 0, "1970 to 2261"},
    {"2026-02-29 10:00", "UTC", NULL, 0, "no such day"},
    {"2024-02-29 10:00", "UTC", "2024-02-29T10:00:00Z", 60, ""},
    {"2026-13-01", "UTC", NULL, 0, "no such day"},
    {"24:00", "UTC", NULL, 0, "no such time"},
    {"14:60", "UTC", NULL, 0, "no such time"},
    {"13:00pm", "UTC", NULL, 0, "no such hour"},
    {"14", "UTC", NULL, 0, "is no time"},
    {"1433", "UTC", NULL, 0, "is no time"},
    {"14:33 tomorrow", "UTC", NULL, 0, "is no time"},
    {"", "UTC", NULL, 0, "is no time"},
    {"   ", "UTC", NULL, 0, "is no time"},
    {"ago", "UTC", NULL, 0, "is no time"},
    {" ago", "UTC", NULL, 0, "is no time"},
    {"soon ago", "UTC", NULL, 0, "duration"},
    {"-5m ago", "UTC", NULL, 0, "duration"},
    {"@", "UTC", NULL, 0, "seconds since"},
    {"@99999999999", "UTC", NULL, 0, "seconds since"},
    {"2026-11-23 14:33:20+99:00", "UTC", NULL, 0, "2026-11-23"},
    {"23:59:60", "UTC", NULL, 0, "no such time"},
    {"14:3\x1b[31m", "UTC", NULL, 0, "HH:MM"},
};

static struct sb_zone *zone_of(const char *name)
{
    struct sb_zone *zone;
    struct sb_error e;
    unit_require(mttr_zone(name, &zone, &e) == 0, "%s: %s", name, e.text);
    return zone;
}

START_TEST(times_are_read)
{
    for (size_t i = 0; i < SB_LEN(samples); i++) {
        const struct sample *s = &samples[i];
        struct mttr_moment m = {.precision = 0};
        struct sb_error e = {.text = ""};
        struct sb_zone *zone = zone_of(s->zone);
        int64_t want = 0;
        int code = mttr_moment_read(sb_str(s->text), zone, NOW * SB_NS_PER_S, false, &m, &e);
        sb_zone_free(zone);
        if (!s->at) {
            unit_require(code < 0, "\"%s\" is taken", s->text);
            unit_require(strstr(e.text, s->says) || strstr(e.hint, s->says), "\"%s\": %s (%s)",
                         s->text, e.text, e.hint);
            continue;
        }
        unit_require(code == 0, "\"%s\": %s", s->text, e.text);
        ck_assert_int_eq(sb_time_parse(sb_str(s->at), &want, &e), 0);
        unit_require(m.at == want, "\"%s\" is %lld", s->text, (long long)(m.at / SB_NS_PER_S));
        unit_require(m.precision == s->precision * SB_NS_PER_S, "\"%s\" is known to %lld s",
                     s->text, (long long)(m.precision / SB_NS_PER_S));
        unit_require(*s->says ? strstr(m.reading, s->says) != NULL : !*m.reading,
                     "\"%s\" is read: %s", s->text, m.reading);
    }
}
END_TEST

/* Just after midnight the evening before is meant, and that is said. */
START_TEST(evenings_after_midnight)
{
    struct sb_zone *zone = zone_of("UTC");
    struct mttr_moment m;
    struct sb_error e;
    int64_t now, want;
    ck_assert_int_eq(sb_time_parse(SB_STR("2026-11-24T00:10:00Z"), &now, &e), 0);
    ck_assert_int_eq(sb_time_parse(SB_STR("2026-11-23T23:50:00Z"), &want, &e), 0);
    ck_assert_int_eq(mttr_moment_read(SB_STR("23:50"), zone, now, false, &m, &e), 0);
    ck_assert_int_eq(m.at, want);
    ck_assert_ptr_nonnull(strstr(m.reading, "yesterday's"));
    ck_assert_int_lt(mttr_moment_read(SB_STR("00:11"), zone, now, false, &m, &e), 0);
    ck_assert_int_eq(mttr_moment_read(SB_STR("00:11"), zone, now, true, &m, &e), 0);
    sb_zone_free(zone);
}
END_TEST

/* In the doubled hour itself: the later of two is only taken when it has passed. */
START_TEST(within_the_doubled_hour)
{
    struct sb_zone *zone = zone_of("Europe/Berlin");
    struct mttr_moment m;
    struct sb_error e;
    int64_t now, want;
    ck_assert_int_eq(sb_time_parse(SB_STR("2026-10-25T00:40:00Z"), &now, &e), 0); /* 02:40 CEST */
    ck_assert_int_eq(sb_time_parse(SB_STR("2026-10-25T00:30:00Z"), &want, &e), 0);
    ck_assert_int_eq(mttr_moment_read(SB_STR("02:30"), zone, now, false, &m, &e), 0);
    ck_assert_int_eq(m.at, want);
    ck_assert_ptr_nonnull(strstr(m.reading, "the earlier of two"));
    sb_zone_free(zone);
}
END_TEST

START_TEST(spans_are_printed)
{
    static const struct {
        int64_t ms;
        const char *text;
    } spans[] = {{0, "0s"},           {350, "350ms"},   {1000, "1s"},        {2345, "2.3s"},
                 {59999, "59.9s"},    {60000, "1m"},    {90500, "1m 30s"},   {3600000, "1h"},
                 {4500000, "1h 15m"}, {86400000, "1d"}, {97200000, "1d 3h"}, {-120000, "-2m"},
                 {-500, "-500ms"},    {2050, "2s"}};
    for (size_t i = 0; i < SB_LEN(spans); i++) {
        struct sb_buf b = SB_BUF_INIT(64);
        mttr_span_print(&b, spans[i].ms * 1000000);
        ck_assert_str_eq(b.data, spans[i].text);
        sb_buf_done(&b);
    }
    struct sb_buf b = SB_BUF_INIT(64);
    mttr_span_print(&b, INT64_MIN);
    ck_assert_str_eq(b.data, "-106751d 23h");
    sb_buf_done(&b);
}
END_TEST

UNIT_MAIN("mttr-moment", times_are_read, evenings_after_midnight, within_the_doubled_hour,
          spans_are_printed)
