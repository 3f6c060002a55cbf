/* mttr doctor: every ailment is found where it is, and nowhere else. */
#include "applets/mttr/diagnosis.h"
#include "core/stat/rng.h"
#include "tests/unit/mttr_made.h"
#include "tests/unit/unit.h"

static struct sb_zone *zone_of(const char *name)
{
    struct sb_zone *z;
    struct sb_error e;
    ck_assert_int_eq(sb_zone_load(sb_str(name), &z, &e), 0);
    return z;
}

/* Times that are no round ones, so that nothing else is found. */
#define T0 (made_time("2026-02-03T10:12:13.5Z"))
#define NOW (made_time("2026-03-01T09:00:00Z"))

static void healthy(struct made *m, const char *id, const char *service, int64_t at)
{
    made_incident(m, id, service);
    made_event(m, SB_EVENT_IMPACT_START, at, "csv", NULL);
    made_event(m, SB_EVENT_DETECTED, at + 61 * MADE_S, "csv", NULL);
    made_event(m, SB_EVENT_ALERTED, at + 61 * MADE_S, "csv", NULL);
    made_event(m, SB_EVENT_ACKED, at + 3 * MADE_MIN, "csv", "Sarah");
    made_event(m, SB_EVENT_RESTORED, at + 41 * MADE_MIN, "csv", NULL);
    made_spell(m, at, at + 41 * MADE_MIN);
    made_event(m, SB_EVENT_VERIFIED, at + 47 * MADE_MIN, "csv", "Sarah");
    made_event(m, SB_EVENT_CLOSED, at + 50 * MADE_H, "csv", "Sarah");
}

static size_t total(const struct mttr_diagnosis *d)
{
    size_t n = d->roundings.len;
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++)
        n += d->cases[what].len;
    return n;
}

static void examine(struct made *m, const char *zone, struct mttr_diagnosis *d)
{
    struct sb_zone *z = zone_of(zone);
    struct mttr_selection sel = made_all(m);
    mttr_diagnose(&sel, z, NOW, d);
    sb_zone_free(z);
}

static void is_only(const struct mttr_diagnosis *d, enum mttr_ailment what, size_t n)
{
    ck_assert_msg(d->cases[what].len == n, "%s: %zu, not %zu", mttr_ailments[what].name,
                  d->cases[what].len, n);
    for (int k = 0; k < MTTR_AILMENT_COUNT; k++)
        ck_assert_msg(k == (int)what || d->cases[k].len == 0, "%s: %zu", mttr_ailments[k].name,
                      d->cases[k].len);
    ck_assert(d->roundings.len == 0);
}

START_TEST(healthy_ones)
{
    struct made m = {0};
    struct mttr_diagnosis d;
    struct mttr_selection none = {.set = &m.set};
    struct sb_zone *z = zone_of("UTC");
    mttr_diagnose(&none, z, NOW, &d);
    ck_assert(total(&d) == 0 && d.incidents == 0 && d.ill == 0);
    mttr_diagnosis_done(&d);
    sb_zone_free(z);
    for (int k = 0; k < 30; k++)
        healthy(&m, "i", "checkout", T0 + k * 3 * MADE_H + k * 997 * MADE_S);
    examine(&m, "Europe/Berlin", &d);
    ck_assert_msg(total(&d) == 0, "%zu", total(&d));
    ck_assert(d.incidents == 30 && d.events == 210 && d.ill == 0);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(single_incidents)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    made_incident(&m, "negative", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    made_event(&m, SB_EVENT_ACKED, T0 + MADE_MIN, "csv", "Sarah");
    made_event(&m, SB_EVENT_ALERTED, T0 + 2 * MADE_MIN, "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + 3 * MADE_MIN, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_NEGATIVE, 1);
    ck_assert(d.cases[0].items[0].span == -MADE_MIN && d.ill == 1);
    ck_assert(d.cases[0].items[0].event->kind == SB_EVENT_ACKED);
    ck_assert(d.cases[0].items[0].other->kind == SB_EVENT_ALERTED);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* 14:33 may be any moment until 14:34: not negative. */
    m = (struct made){0};
    made_incident(&m, "a minute", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    made_event(&m, SB_EVENT_ACKED, T0 + MADE_MIN, "csv", "Sarah")->precision = MADE_MIN;
    made_event(&m, SB_EVENT_ALERTED, T0 + MADE_MIN + 30 * MADE_S, "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + 3 * MADE_MIN, "csv", NULL);
    examine(&m, "UTC", &d);
    ck_assert_uint_eq(total(&d), 0);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(times)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    /* Midnight of the zone, and of UTC; a day later than now. */
    made_incident(&m, "midnight", "a");
    made_event(&m, SB_EVENT_IMPACT_START, made_time("2026-02-03T00:00:00+01:00"), "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, made_time("2026-02-04T00:00:00Z"), "csv", NULL);
    made_event(&m, SB_EVENT_NOTE, made_time("2026-02-05T00:00:00Z"), "csv", NULL);
    examine(&m, "Europe/Berlin", &d);
    is_only(&d, MTTR_MIDNIGHT, 2);
    mttr_diagnosis_done(&d);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_MIDNIGHT, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);

    m = (struct made){0};
    made_incident(&m, "future", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, NOW + 5 * MADE_MIN, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_FUTURE, 1);
    ck_assert(d.cases[MTTR_FUTURE].items[0].span == 5 * MADE_MIN);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(acknowledgements)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    made_incident(&m, "instant", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "pagerduty", NULL);
    made_event(&m, SB_EVENT_ALERTED, T0 + MADE_MIN, "pagerduty", NULL);
    made_event(&m, SB_EVENT_ACKED, T0 + MADE_MIN + MADE_S / 2, "pagerduty", "Sarah");
    made_event(&m, SB_EVENT_RESTORED, T0 + MADE_H, "pagerduty", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_INSTANT_ACK, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);

    m = (struct made){0};
    made_incident(&m, "robot", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "pagerduty", NULL);
    made_event(&m, SB_EVENT_ALERTED, T0 + MADE_MIN, "pagerduty", NULL);
    made_event(&m, SB_EVENT_ACKED, T0 + 2 * MADE_MIN, "pagerduty", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + MADE_H, "pagerduty", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_ROBOT_ACK, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* Both at 10:13, to the minute. */
    m = (struct made){0};
    made_incident(&m, "same minute", "a");
    int64_t at = made_time("2026-02-03T10:13:00Z");
    made_event(&m, SB_EVENT_IMPACT_START, at, "csv", NULL);
    made_event(&m, SB_EVENT_ALERTED, at, "csv", NULL);
    made_event(&m, SB_EVENT_ACKED, at, "csv", "Sarah");
    made_event(&m, SB_EVENT_RESTORED, at + 71 * MADE_MIN, "csv", NULL);
    examine(&m, "UTC", &d);
    ck_assert_uint_eq(total(&d), 0);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(begins_and_ends)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    made_incident(&m, "no start", "a");
    made_event(&m, SB_EVENT_DETECTED, T0, "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + MADE_H, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_NO_START, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);

    m = (struct made){0};
    made_incident(&m, "no end", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    made_event(&m, SB_EVENT_CLOSED, T0 + MADE_H, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_NO_END, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);

    m = (struct made){0};
    made_incident(&m, "forgotten", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_FORGOTTEN, 1);
    mttr_diagnosis_done(&d);
    made_event(&m, SB_EVENT_NOTE, NOW - 24 * MADE_H, "mttr", "Sarah");
    examine(&m, "UTC", &d);
    ck_assert_uint_eq(total(&d), 0);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* Degraded for 18 minutes, open for 13 hours and 20 minutes. */
    m = (struct made){0};
    made_incident(&m, "paperwork", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "csv", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + 18 * MADE_MIN, "csv", NULL);
    made_spell(&m, T0, T0 + 18 * MADE_MIN);
    made_event(&m, SB_EVENT_CLOSED, T0 + 800 * MADE_MIN, "csv", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_PAPERWORK, 1);
    ck_assert(d.cases[MTTR_PAPERWORK].items[0].span == 782 * MADE_MIN);
    mttr_diagnosis_done(&d);
    made_done(&m);

    m = (struct made){0};
    made_incident(&m, "late", "a");
    made_event(&m, SB_EVENT_IMPACT_START, T0, "gcp", NULL);
    made_event(&m, SB_EVENT_DETECTED, T0 + 79 * MADE_MIN, "gcp", NULL);
    made_event(&m, SB_EVENT_RESTORED, T0 + 200 * MADE_MIN, "gcp", NULL);
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_LATE, 1);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(overlaps)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    static const struct {
        const char *service;
        int from, to; /* minutes */
    } rows[] = {{"a", 0, 100}, {"a", 10, 20}, {"a", 90, 95}, {"a", 100, 110},
                {"b", 50, 60}, {"", 0, 50},   {"", 10, 20}};
    for (size_t k = 0; k < SB_LEN(rows); k++) {
        const int64_t from = T0 + rows[k].from * MADE_MIN, to = T0 + rows[k].to * MADE_MIN;
        made_incident(&m, "i", rows[k].service);
        made_event(&m, SB_EVENT_IMPACT_START, from, "csv", NULL);
        made_event(&m, SB_EVENT_RESTORED, to, "csv", NULL);
        made_spell(&m, from, to);
    }
    examine(&m, "UTC", &d);
    is_only(&d, MTTR_OVERLAP, 2);
    ck_assert(d.cases[MTTR_OVERLAP].items[0].incident == 1 &&
              d.cases[MTTR_OVERLAP].items[0].twin == 0);
    ck_assert(d.cases[MTTR_OVERLAP].items[1].incident == 2 &&
              d.cases[MTTR_OVERLAP].items[1].twin == 0 &&
              d.cases[MTTR_OVERLAP].items[1].span == 5 * MADE_MIN);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

START_TEST(roundings)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    const int64_t hour = made_time("2026-02-03T10:00:00Z");
    struct sb_rng r;
    sb_rng_init(&r, 5);
    for (int k = 0; k < 40; k++) {
        made_incident(&m, "i", "");
        int64_t at = hour + k * 5 * MADE_H + (int64_t)(1 + sb_rng_below(&r, 11)) * 5 * MADE_MIN;
        made_event(&m, SB_EVENT_IMPACT_START, at, "five", NULL);
        made_event(&m, SB_EVENT_RESTORED, at + (int64_t)(61 + sb_rng_below(&r, 50)) * MADE_MIN,
                   "minutes", NULL);
    }
    examine(&m, "UTC", &d);
    ck_assert_uint_eq(d.roundings.len, 1);
    ck_assert(sb_str_is(d.roundings.items[0].source, "five"));
    ck_assert(d.roundings.items[0].minutes == 5 && d.roundings.items[0].n == 40);
    ck_assert_uint_eq(d.ill, 0);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

/* A year of incidents: our own clocks raise the alert, another tool says who acknowledged it. off(): by how
 * many hours its times are too late, by month. */
static void year(struct made *m, uint64_t seed, int winter, int summer, int work)
{
    struct sb_rng r;
    sb_rng_init(&r, seed);
    for (int k = 0; k < 60; k++) {
        const int64_t at = made_time("2025-02-03T10:12:13.5Z") + k * 6 * 24 * MADE_H;
        const bool dst =
            at >= made_time("2025-03-30T01:00:00Z") && at < made_time("2025-10-26T01:00:00Z");
        const int64_t off = (dst ? summer : winter) * MADE_H;
        const int64_t alert = at + MADE_MIN;
        const int64_t ack = alert + (int64_t)(30 + sb_rng_below(&r, 600)) * MADE_S;
        const int64_t fix = ack + (int64_t)(200 + sb_rng_below(&r, 9000)) * MADE_S;
        made_incident(m, "i", "");
        if (off < 0)
            made_event(m, SB_EVENT_ACKED, ack + off, "desk", "Sarah");
        made_event(m, SB_EVENT_IMPACT_START, at, "heartbeat", NULL);
        made_event(m, SB_EVENT_ALERTED, alert, "heartbeat", NULL);
        if (off >= 0)
            made_event(m, SB_EVENT_ACKED, ack + off, "desk", "Sarah");
        made_event(m, SB_EVENT_WORK_STARTED, ack + 100 * MADE_S + work * MADE_H, "desk", "Sarah");
        made_event(m, SB_EVENT_RESTORED, fix + 15 * MADE_H, "heartbeat", NULL);
    }
}

static void is_slip(const struct mttr_diagnosis *d, size_t at, enum sb_event_kind kind, int hours,
                    enum mttr_season season, size_t n)
{
    const struct mttr_slip *s = &d->slips.items[at];
    ck_assert(sb_str_is(s->source, "desk") && s->kind == kind);
    ck_assert_msg(s->hours == hours && s->season == season && s->n == n, "%d %d %zu", s->hours,
                  (int)s->season, s->n);
}

START_TEST(slips)
{
    struct mttr_diagnosis d;
    struct made m = {0};
    year(&m, 1, 0, 0, 0);
    examine(&m, "Europe/Berlin", &d);
    ck_assert_uint_eq(total(&d), 0);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* Two hours too early all year; what follows it is right. */
    m = (struct made){0};
    year(&m, 2, -2, -2, 0);
    examine(&m, "Europe/Berlin", &d);
    is_only(&d, MTTR_SLIP, 60);
    ck_assert_uint_eq(d.slips.len, 1);
    is_slip(&d, 0, SB_EVENT_ACKED, -2, MTTR_ALL_YEAR, 60);
    const struct mttr_case *c = &d.cases[MTTR_SLIP].items[0];
    ck_assert(c->right == c->event->at + 2 * MADE_H && c->right > c->other->at);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* An hour too late in summer only: the source does not know summer time. */
    m = (struct made){0};
    year(&m, 3, 0, 1, 2);
    examine(&m, "Europe/Berlin", &d);
    is_only(&d, MTTR_SLIP, d.slips.items[0].n + 60);
    ck_assert_uint_eq(d.slips.len, 2);
    is_slip(&d, 0, SB_EVENT_ACKED, 1, MTTR_IN_SUMMER, d.slips.items[0].of);
    ck_assert(d.slips.items[0].n > 25 && d.slips.items[0].n < 40);
    mttr_diagnosis_done(&d);
    made_done(&m);

    /* All of a source is off: each kind is said, and by as much. */
    m = (struct made){0};
    year(&m, 4, 2, 2, 2);
    examine(&m, "Europe/Berlin", &d);
    is_only(&d, MTTR_SLIP, 120);
    ck_assert_uint_eq(d.slips.len, 2);
    is_slip(&d, 0, SB_EVENT_ACKED, 2, MTTR_ALL_YEAR, 60);
    is_slip(&d, 1, SB_EVENT_WORK_STARTED, 2, MTTR_ALL_YEAR, 60);
    mttr_diagnosis_done(&d);
    made_done(&m);
}
END_TEST

UNIT_MAIN("mttr_doctor", healthy_ones, single_incidents, times, acknowledgements, begins_and_ends,
          overlaps, roundings, slips)
