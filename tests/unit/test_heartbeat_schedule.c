/* heartbeat schedules: what is due when, the instant before, and what pings say about the time zone. */
#include "applets/heartbeat/schedule.h"
#include "tests/unit/schedule_unit.h"

#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static struct heartbeat_schedule *make(const char *text, const char *zone, int64_t grace)
{
    struct heartbeat_schedule *s = NULL;
    struct sb_error e;
    struct heartbeat_schedule_spec spec = {.kind = heartbeat_schedule_kind_of(sb_str(text)),
                                           .text = sb_str(text),
                                           .zone = sb_str(zone),
                                           .grace = grace};
    unit_require(heartbeat_schedule_new(&spec, &s, &e) == 0, "%s: %s", text, e.text);
    return s;
}

static struct heartbeat_schedule *make_period(int64_t period, int64_t grace)
{
    struct heartbeat_schedule *s = NULL;
    struct sb_error e;
    struct heartbeat_schedule_spec spec = {
        .kind = HEARTBEAT_PERIOD, .period = period, .grace = grace};
    ck_assert_int_eq(heartbeat_schedule_new(&spec, &s, &e), 0);
    return s;
}

static void expect_due(const struct heartbeat_schedule *s, const char *since, const char *ping,
                       const char *start, const char *expected, const char *down)
{
    struct heartbeat_history h = {.since = unit_time(since),
                                  .last_ping = ping ? unit_time(ping) : HEARTBEAT_NEVER,
                                  .last_start = start ? unit_time(start) : HEARTBEAT_NEVER};
    struct heartbeat_due due;
    heartbeat_schedule_due(s, &h, &due);
    unit_require(strcmp(unit_printed(due.expected), expected) == 0, "expected %s instead of %s",
                 unit_printed(due.expected), expected);
    unit_require(strcmp(unit_printed(due.down), down) == 0, "down %s instead of %s",
                 unit_printed(due.down), down);
}

START_TEST(a_period_counts_from_the_last_ping)
{
    struct heartbeat_schedule *s = make_period(HOUR_NS, 10 * MINUTE_NS);
    expect_due(s, "2026-01-01T00:00:00Z", NULL, NULL, "2026-01-01T01:00:00Z",
               "2026-01-01T01:10:00Z");
    expect_due(s, "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", NULL, "2026-01-01T01:30:00Z",
               "2026-01-01T01:40:00Z");
    /* resumed after the last ping */
    expect_due(s, "2026-01-02T00:00:00Z", "2026-01-01T00:30:00Z", NULL, "2026-01-02T01:00:00Z",
               "2026-01-02T01:10:00Z");
    /* a run that was started is waited for, unless the ping is due before */
    expect_due(s, "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", "2026-01-01T00:40:00Z",
               "2026-01-01T00:40:00Z", "2026-01-01T00:50:00Z");
    expect_due(s, "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", "2026-01-01T02:40:00Z",
               "2026-01-01T01:30:00Z", "2026-01-01T01:40:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(a_schedule_before_and_after_pings)
{
    struct heartbeat_schedule *s = make("0 9 * * *", BERLIN, HOUR_NS);
    /* before any ping: the first match */
    expect_due(s, "2026-01-01T00:00:00Z", NULL, NULL, "2026-01-01T08:00:00Z",
               "2026-01-01T09:00:00Z");
    expect_due(s, "2026-01-01T08:30:00Z", NULL, NULL, "2026-01-02T08:00:00Z",
               "2026-01-02T09:00:00Z");
    /* a minute early does not count */
    expect_due(s, "2026-01-01T00:00:00Z", "2026-01-01T07:59:00Z", NULL, "2026-01-01T08:00:00Z",
               "2026-01-01T09:00:00Z");
    expect_due(s, "2026-01-01T00:00:00Z", "2026-01-01T08:00:00Z", NULL, "2026-01-02T08:00:00Z",
               "2026-01-02T09:00:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(grace_is_added_to_instants)
{
    /* 01:30 and two hours: by the clock that would be 03:30, which is one hour later */
    struct heartbeat_schedule *s = make("30 1 * * *", BERLIN, 2 * HOUR_NS);
    expect_due(s, "2026-03-28T12:00:00Z", NULL, NULL, "2026-03-29T00:30:00Z",
               "2026-03-29T02:30:00Z");
    expect_due(s, "2026-10-24T12:00:00Z", NULL, NULL, "2026-10-24T23:30:00Z",
               "2026-10-25T01:30:00Z");
    heartbeat_schedule_free(s);
    s = make("Mon 09:00 UTC", "America/Nowhere", 0);
    expect_due(s, "2026-01-01T00:00:00Z", NULL, NULL, "2026-01-05T09:00:00Z",
               "2026-01-05T09:00:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(what_never_comes_is_never_down)
{
    struct heartbeat_schedule *s = make("2003-03-05", "", HOUR_NS);
    struct heartbeat_history h = {unit_time("2026-01-01T00:00:00Z"), HEARTBEAT_NEVER,
                                  HEARTBEAT_NEVER};
    struct heartbeat_due due;
    heartbeat_schedule_due(s, &h, &due);
    ck_assert_int_eq(due.expected, INT64_MAX);
    ck_assert_int_eq(due.down, INT64_MAX);
    heartbeat_schedule_free(s);
    s = make_period(INT64_MAX, INT64_MAX);
    heartbeat_schedule_due(s, &h, &due);
    ck_assert_int_eq(due.down, INT64_MAX);
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(which_notation_a_text_is_in)
{
    static const char *const cron[] = {"* * * * *",    "0 9 * * 1-5", "@daily",
                                       " 0\t0 1 1 * ", "@hourly",     "1 2 3 4 5 6"};
    static const char *const calendar[] = {
        "daily", "Mon..Fri *-*-* 09:00 Europe/Berlin", "*:0/5", "@1800000000", "Wed, 17:48", "",
        "@"};
    for (size_t i = 0; i < SB_LEN(cron); i++)
        ck_assert_int_eq(heartbeat_schedule_kind_of(sb_str(cron[i])), HEARTBEAT_CRON);
    for (size_t i = 0; i < SB_LEN(calendar); i++)
        ck_assert_int_eq(heartbeat_schedule_kind_of(sb_str(calendar[i])), HEARTBEAT_CALENDAR);
}
END_TEST

static void expect_refused(struct heartbeat_schedule_spec spec, int rc, const char *reason)
{
    struct heartbeat_schedule *s = NULL;
    struct sb_error e;
    unit_require(heartbeat_schedule_new(&spec, &s, &e) == rc && !s, "%s", reason);
    unit_require(strstr(e.text, reason) != NULL, "%s instead of %s", e.text, reason);
}

START_TEST(what_is_refused)
{
    struct heartbeat_schedule_spec cron = {.kind = HEARTBEAT_CRON, .text = SB_STR("0 0 * * *")};
    struct heartbeat_schedule_spec spec = cron;
    setenv("TZDIR", "/nonexistent", 1);
    spec.zone = SB_STR("Europe/Berlin");
    expect_refused(spec, -SB_ENOTFOUND, "time zone");
    spec = cron;
    spec.grace = -1;
    expect_refused(spec, -SB_EINPUT, "grace");
    spec = cron;
    spec.text = SB_STR("0 0 * *");
    expect_refused(spec, -SB_EINPUT, "fewer");
    spec = (struct heartbeat_schedule_spec){.kind = HEARTBEAT_PERIOD};
    expect_refused(spec, -SB_EINPUT, "period");
    spec = (struct heartbeat_schedule_spec){.kind = HEARTBEAT_CALENDAR,
                                            .text = SB_STR("10:00 Mars/Base")};
    expect_refused(spec, -SB_ENOTFOUND, "Mars/Base");
    unsetenv("TZDIR");
}
END_TEST

START_TEST(schedules_are_printed)
{
    struct sb_buf b = SB_BUF_INIT(200);
    struct heartbeat_schedule *s = make_period(300 * SB_NS_PER_S, 60 * SB_NS_PER_S);
    heartbeat_schedule_print(s, &b);
    ck_assert_str_eq(b.data, "every 5m, grace 1m");
    heartbeat_schedule_free(s);
    s = make("0 9 * * 1-5", "+02:00", HOUR_NS);
    sb_buf_reset(&b);
    heartbeat_schedule_print(s, &b);
    ck_assert_str_eq(b.data, "cron \"0 9 * * 1-5\", +02:00, grace 1h");
    heartbeat_schedule_free(s);
    s = make("daily UTC", "", 0);
    sb_buf_reset(&b);
    heartbeat_schedule_print(s, &b);
    ck_assert_str_eq(b.data, "calendar \"daily UTC\", UTC, grace 0s");
    heartbeat_schedule_free(s);
    sb_buf_done(&b);
}
END_TEST

/* Forwards from a random time, then back again: the same instants. */
START_TEST(back_is_the_reverse_of_forth)
{
    static const char *const texts[] = {"30 2 * * *",
                                        "*/20 1-4 * * *",
                                        "0 0 29 2 *",
                                        "0 0 * 2 MON#5",
                                        "0 0-23 * * *",
                                        "*:0/20",
                                        "Mon..Fri *-*~03 02:30/7:00,15",
                                        "*:*:0/17.25",
                                        "*-02-29",
                                        "02:30",
                                        "0 1,2,3 25-31 3,10 *"};
    for (int i = 0; i < 3000; i++) {
        const char *zone = unit_zones[random_below(SB_LEN(unit_zones))];
        struct heartbeat_schedule *s = make(texts[random_below(SB_LEN(texts))], zone, 0);
        struct sb_zone *z = unit_zone(zone);
        int64_t at[8], back;
        int64_t start = unit_change(z) + ((int64_t)random_below(360) - 180) * MINUTE_NS;
        size_t n = 0;
        at[0] = start;
        while (n < 7 && heartbeat_schedule_next(s, at[n], &at[n + 1]))
            n++;
        ck_assert_uint_gt(n, 2);
        for (size_t j = n; j > 1; j--) {
            ck_assert(heartbeat_schedule_previous(s, at[j], &back));
            unit_require(back == at[j - 1], "%s before %s", unit_printed(back),
                         unit_printed(at[j]));
        }
        ck_assert(heartbeat_schedule_previous(s, at[1], &back) && back <= start);
        sb_zone_free(z);
        heartbeat_schedule_free(s);
    }
}
END_TEST

START_TEST(nothing_comes_before_the_first)
{
    struct heartbeat_schedule *s = make("2003-03-05", "", 0);
    int64_t at = 42, first = unit_time("2003-03-05T00:00:00Z");
    ck_assert(!heartbeat_schedule_previous(s, first, &at));
    ck_assert_int_eq(at, 42);
    ck_assert(heartbeat_schedule_previous(s, first + 1, &at) && at == first);
    ck_assert(heartbeat_schedule_previous(s, INT64_MAX, &at) && at == first);
    ck_assert(!heartbeat_schedule_previous(s, INT64_MIN, &at));
    heartbeat_schedule_free(s);
    s = make_period(HOUR_NS, 0);
    ck_assert(heartbeat_schedule_previous(s, first, &at) && at == first - HOUR_NS);
    ck_assert(!heartbeat_schedule_previous(s, INT64_MIN, &at));
    heartbeat_schedule_free(s);
}
END_TEST

/* --- diagnosis --- */
static void expect_diagnosis(const struct heartbeat_schedule *s, const char *const *pings,
                             enum heartbeat_fit fit, const char *sentence)
{
    int64_t at[32];
    size_t n = 0;
    struct heartbeat_diagnosis d;
    struct sb_buf b = SB_BUF_INIT(400);
    for (; pings[n]; n++)
        at[n] = unit_time(pings[n]);
    heartbeat_schedule_diagnose(s, at, n, &d);
    heartbeat_diagnosis_print(s, &d, &b);
    unit_require(d.fit == fit, "%d instead of %d: %s", d.fit, fit, b.len ? b.data : "");
    ck_assert_str_eq(b.len ? b.data : "", sentence);
    sb_buf_done(&b);
}
#define DIAGNOSE(s, fit, sentence, ...) \
    expect_diagnosis(s, (const char *const[]){__VA_ARGS__, NULL}, fit, sentence)

START_TEST(pings_that_fit)
{
    struct heartbeat_schedule *s = make("0 9 * * *", BERLIN, HOUR_NS);
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T08:00:00Z");
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T08:59:00Z", "2026-01-02T08:30:00Z");
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T04:00:00Z", "2026-01-02T08:30:00Z");
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T09:30:00Z"); /* late, once */
    heartbeat_schedule_free(s);
    s = make_period(HOUR_NS, 0);
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T04:00:00Z", "2026-01-02T08:30:00Z");
    heartbeat_schedule_free(s);
    s = make("2003-03-05", "", 0);
    DIAGNOSE(s, HEARTBEAT_FITS, "", "2026-01-01T04:00:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(pings_that_come_early)
{
    struct heartbeat_schedule *s = make("0 9 * * *", "+01:00", HOUR_NS);
    DIAGNOSE(
        s, HEARTBEAT_EARLY,
        "the last ping came 3h56m early and does not count: is +01:00 the time zone of the job?",
        "2026-01-01T04:04:00Z");
    DIAGNOSE(s, HEARTBEAT_EARLY, "the last ping came 30s early and does not count",
             "2026-01-01T08:10:00Z", "2026-01-02T07:59:30Z");
    /* what fitted before is not of the same kind */
    DIAGNOSE(
        s, HEARTBEAT_EARLY,
        "the last ping came 3h56m early and does not count: is +01:00 the time zone of the job?",
        "2026-01-01T08:10:00Z", "2026-01-02T04:04:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(pings_by_the_clock_of_another_zone)
{
    struct heartbeat_schedule *s = make("0 9 * * *", "+01:00", HOUR_NS);
    DIAGNOSE(
        s, HEARTBEAT_WRONG_ZONE,
        "the pings come 3h56m early: the job seems to run by the clock of UTC+05:00, not of +01:00",
        "2026-01-01T04:10:00Z", "2026-01-02T04:04:00Z");
    DIAGNOSE(
        s, HEARTBEAT_WRONG_ZONE,
        "the pings come 6h4m late: the job seems to run by the clock of UTC-05:00, not of +01:00",
        "2026-01-01T14:10:00Z", "2026-01-02T14:04:00Z");
    DIAGNOSE(
        s, HEARTBEAT_WRONG_ZONE,
        "the pings come 4h28m early: the job seems to run by the clock of UTC+05:30, not of +01:00",
        "2026-01-01T08:00:00Z", "2026-01-02T03:31:00Z", "2026-01-03T03:32:00Z");
    /* no shift explains both */
    DIAGNOSE(s, HEARTBEAT_EARLY,
             "the last ping came 56m early and does not count: is +01:00 the time zone of the job?",
             "2026-01-01T04:10:00Z", "2026-01-02T07:04:00Z");
    heartbeat_schedule_free(s);
}
END_TEST

START_TEST(only_the_last_pings_are_looked_at)
{
    struct heartbeat_schedule *s = make("0 9 * * *", "+01:00", HOUR_NS);
    int64_t at[40];
    struct heartbeat_diagnosis d;
    for (int i = 0; i < 40; i++) /* years ago by chance, then each four hours early */
        at[i] = unit_time(i < 24 ? "2026-01-01T07:01:00Z" : "2026-01-01T04:04:00Z") + i * DAY_NS;
    heartbeat_schedule_diagnose(s, at, 40, &d);
    ck_assert_int_eq(d.fit, HEARTBEAT_WRONG_ZONE);
    ck_assert_int_eq(d.seems_s, 5 * 3600);
    heartbeat_schedule_diagnose(s, at, 0, &d);
    ck_assert_int_eq(d.fit, HEARTBEAT_FITS);
    heartbeat_schedule_free(s);
}
END_TEST

UNIT_MAIN("heartbeat_schedule", a_period_counts_from_the_last_ping,
          a_schedule_before_and_after_pings, grace_is_added_to_instants,
          what_never_comes_is_never_down, which_notation_a_text_is_in, what_is_refused,
          schedules_are_printed, back_is_the_reverse_of_forth, nothing_comes_before_the_first,
          pings_that_fit, pings_that_come_early, pings_by_the_clock_of_another_zone,
          only_the_last_pings_are_looked_at)
