/* Definitions: the numbers of the user's text under each profile, fallbacks, what is open,
 * missing, negative, what a reopening undoes, and the times between failures. */
#include "tests/unit/mttr_unit.h"

/* Of the incident at index i of a set. */
static struct mttr_measure measure_at(enum mttr_defs defs, enum mttr_metric m,
                                      const struct mttr_incidents *set, size_t i, int64_t now)
{
    const struct mttr_incident *of = &set->list.items[i];
    const struct mttr_incident *next = NULL;
    if (m == MTTR_MTBF || m == MTTR_MTTF)
        for (size_t k = i + 1; k < set->list.len && !next; k++)
            if (sb_str_eq(set->list.items[k].service, of->service))
                next = &set->list.items[k];
    return mttr_measure_one(defs, m, of, next, now);
}

struct want {
    enum mttr_defs defs;
    double respond, repair, recover, resolve; /* minutes; negative: missing */
};

static void same(const struct mttr_incidents *set, size_t i, const struct want *w)
{
    const double want[] = {w->respond, w->repair, w->recover, w->resolve};
    for (int m = MTTR_RESPOND; m <= MTTR_RESOLVE; m++) {
        struct mttr_measure x = measure_at(w->defs, (enum mttr_metric)m, set, i, minute(1e5));
        if (want[m] < 0)
            unit_require(x.what == MTTR_MISSING, "%s of %s: %d, not missing", mttr_metric_names[m],
                         mttr_defs_names[w->defs], x.what);
        else
            unit_require(x.what == MTTR_MEASURED && x.ns == (int64_t)(want[m] * 60e9),
                         "%s of %s: %d, %g min, not %g", mttr_metric_names[m],
                         mttr_defs_names[w->defs], x.what, (double)x.ns / 60e9, want[m]);
    }
}

/* The text's example: 14:30 down, 14:33 alert, 14:35 ack, 14:40 cause, 14:43 fix, 14:45
 * restored, 14:55 verified, 15:00 closed. */
static void put_example(struct journal *j, const char *id)
{
    put(j, id, SB_EVENT_IMPACT_START, 30);
    put_machine(j, id, SB_EVENT_ALERTED, 33);
    put(j, id, SB_EVENT_ACKED, 35);
    put(j, id, SB_EVENT_DIAGNOSED, 40);
    put(j, id, SB_EVENT_FIXED, 43);
    put(j, id, SB_EVENT_RESTORED, 45);
    put(j, id, SB_EVENT_VERIFIED, 55);
    put(j, id, SB_EVENT_CLOSED, 60);
}

/* Its drawing: no "service down", closed and verified are one. */
static void put_drawing(struct journal *j, const char *id)
{
    put_machine(j, id, SB_EVENT_ALERTED, 0);
    put(j, id, SB_EVENT_ACKED, 5);
    put(j, id, SB_EVENT_WORK_STARTED, 15);
    put(j, id, SB_EVENT_FIXED, 45);
    put(j, id, SB_EVENT_RESTORED, 50);
    put(j, id, SB_EVENT_VERIFIED, 60);
    put(j, id, SB_EVENT_CLOSED, 60);
}

START_TEST(example_of_the_text)
{
    static const struct want wants[] = {
        {MTTR_DEFS_STRICT, 2, 3, 15, 22},
        {MTTR_DEFS_TABLE, 2, 3, 15, 22},
        {MTTR_DEFS_EXAMPLE, 2, 15, 12, 27},
        {MTTR_DEFS_DRAWING, 2, -1, -1, 27}, /* nothing says when work began */
    };
    struct journal j;
    journal_open(&j);
    put_example(&j, "A");
    for (size_t k = 0; k < sizeof wants / sizeof *wants; k++)
        same(gather(&j), 0, &wants[k]);
    ck_assert(!measure_at(MTTR_DEFS_STRICT, MTTR_RESPOND, &j.set, 0, minute(99)).derived);
    ck_assert(measure_at(MTTR_DEFS_STRICT, MTTR_REPAIR, &j.set, 0, minute(99)).derived);
    journal_done(&j);
}
END_TEST

START_TEST(drawing_of_the_text)
{
    static const struct want wants[] = {
        {MTTR_DEFS_DRAWING, 5, 30, 35, 60},
        {MTTR_DEFS_STRICT, 5, 30, 50, 60}, /* recover: a lower bound, from the alert on */
        {MTTR_DEFS_TABLE, 5, 30, -1, 60},  /* it has no "service down" */
        {MTTR_DEFS_EXAMPLE, 5, -1, 50, 60},
    };
    struct journal j;
    journal_open(&j);
    put_drawing(&j, "A");
    for (size_t k = 0; k < sizeof wants / sizeof *wants; k++)
        same(gather(&j), 0, &wants[k]);
    ck_assert(measure_at(MTTR_DEFS_STRICT, MTTR_RECOVER, &j.set, 0, minute(99)).derived);
    journal_done(&j);
}
END_TEST

/* Where the text contradicts itself, the note of the metric says so. */
START_TEST(notes_say_why)
{
    static const enum mttr_metric of_example[] = {MTTR_REPAIR, MTTR_RECOVER, MTTR_RESOLVE};
    for (size_t k = 0; k < 3; k++)
        ck_assert(strstr(mttr_metric_note(MTTR_DEFS_EXAMPLE, of_example[k]), "nconsistent"));
    ck_assert(strstr(mttr_metric_note(MTTR_DEFS_DRAWING, MTTR_RECOVER), "nconsistent"));
    for (int d = 0; mttr_defs_names[d]; d++)
        for (int m = 0; m <= MTTR_RESOLVE; m++)
            ck_assert(*mttr_metric_definition((enum mttr_defs)d, (enum mttr_metric)m));
    ck_assert_str_eq(mttr_metric_definition(MTTR_DEFS_STRICT, MTTR_RESPOND), "alerted -> acked");
    ck_assert_str_eq(mttr_metric_definition(MTTR_DEFS_TABLE, MTTR_CLOSE), "");
}
END_TEST

START_TEST(names)
{
    struct sb_error e;
    enum mttr_metric m = MTTR_CLOSE;
    ck_assert_int_eq(mttr_metric_find(MTTR_DEFS_STRICT, sb_str("mtbf"), &m, &e), 0);
    ck_assert_int_eq(m, MTTR_MTBF);
    ck_assert_int_eq(mttr_metric_find(MTTR_DEFS_TABLE, sb_str("mtbf"), &m, &e), -SB_EUSAGE);
    ck_assert(strstr(e.text, "table"));
    ck_assert_int_eq(mttr_metric_find(MTTR_DEFS_STRICT, sb_str("recovery"), &m, &e), -SB_EUSAGE);
    ck_assert(strstr(e.hint, "recover"));
    ck_assert_int_eq(m, MTTR_MTBF);
}
END_TEST

/* --- one measure --- */

static struct mttr_measure measure(struct journal *j, enum mttr_metric m, double now)
{
    return measure_at(MTTR_DEFS_STRICT, m, gather(j), 0, minute(now));
}

#define IS(x, kind, minutes)                                                  \
    do {                                                                      \
        struct mttr_measure is_x = (x);                                       \
        ck_assert_int_eq(is_x.what, (kind));                                  \
        ck_assert_msg(is_x.ns == (int64_t)((minutes)*60e9), "%g min, not %g", \
                      (double)is_x.ns / 60e9, (double)(minutes));             \
    } while (0)

START_TEST(responding_is_a_persons)
{
    struct journal j;
    journal_open(&j);
    put_machine(&j, "A", SB_EVENT_ALERTED, 0);
    IS(measure(&j, MTTR_RESPOND, 9), MTTR_OPEN, 9);
    put_machine(&j, "A", SB_EVENT_ACKED, 1); /* the paging tool itself */
    struct mttr_measure m = measure(&j, MTTR_RESPOND, 9);
    IS(m, MTTR_MEASURED, 1);
    ck_assert(m.derived);
    IS(measure(&j, MTTR_ACKNOWLEDGE, 9), MTTR_MEASURED, 1);
    put(&j, "A", SB_EVENT_NOTE, 4);
    m = measure(&j, MTTR_RESPOND, 9);
    IS(m, MTTR_MEASURED, 4);
    ck_assert(m.derived && m.to_kind == SB_EVENT_NOTE);
    put(&j, "A", SB_EVENT_ACKED, 7);
    m = measure(&j, MTTR_RESPOND, 9);
    IS(m, MTTR_MEASURED, 7);
    ck_assert(!m.derived);
    IS(measure(&j, MTTR_ACKNOWLEDGE, 9), MTTR_MEASURED, 1);
    journal_done(&j);
}
END_TEST

START_TEST(open_then_missing)
{
    struct journal j;
    journal_open(&j);
    put(&j, "A", SB_EVENT_DETECTED, 0);
    put(&j, "A", SB_EVENT_WORK_STARTED, 2);
    IS(measure(&j, MTTR_RESOLVE, 10), MTTR_OPEN, 10);
    IS(measure(&j, MTTR_REPAIR, 10), MTTR_OPEN, 8);
    IS(measure(&j, MTTR_DETECT, 10), MTTR_MISSING, 0); /* its start is not known, and will not be */
    put(&j, "A", SB_EVENT_RESTORED, 20);
    IS(measure(&j, MTTR_REPAIR, 30), MTTR_MISSING, 0);
    IS(measure(&j, MTTR_RESOLVE, 30), MTTR_OPEN, 30); /* somebody may still verify it */
    IS(measure(&j, MTTR_RESOLVE, 20 + 29 * DAY), MTTR_OPEN, 20 + 29 * DAY);
    IS(measure(&j, MTTR_RESOLVE, 20 + 31 * DAY), MTTR_MISSING, 0);
    put(&j, "A", SB_EVENT_CLOSED, 40);
    struct mttr_measure m = measure(&j, MTTR_RESOLVE, 50);
    IS(m, MTTR_MEASURED, 40);
    ck_assert(m.derived && m.to_kind == SB_EVENT_CLOSED);
    journal_done(&j);
}
END_TEST

START_TEST(ends_before_it_starts)
{
    struct journal j;
    journal_open(&j);
    put(&j, "A", SB_EVENT_DETECTED, 10);
    put(&j, "A", SB_EVENT_ALERTED, 12);
    put(&j, "A", SB_EVENT_ACKED, 11);
    put(&j, "A", SB_EVENT_VERIFIED, 5);
    IS(measure(&j, MTTR_RESPOND, 99), MTTR_NEGATIVE, -1);
    IS(measure(&j, MTTR_RESOLVE, 99), MTTR_NEGATIVE, -5);
    journal_done(&j);
}
END_TEST

START_TEST(reopened)
{
    struct journal j;
    journal_open(&j);
    put_example(&j, "A");
    put(&j, "A", SB_EVENT_REOPENED, 100);
    IS(measure(&j, MTTR_RECOVER, 110), MTTR_OPEN, 25); /* 15, and 10 so far */
    IS(measure(&j, MTTR_RESOLVE, 110), MTTR_OPEN, 77);
    IS(measure(&j, MTTR_REPAIR, 110), MTTR_OPEN, 70);
    IS(measure(&j, MTTR_RESPOND, 110), MTTR_MEASURED, 2); /* that stands */
    put(&j, "A", SB_EVENT_FIXED, 118);
    put(&j, "A", SB_EVENT_RESTORED, 120);
    IS(measure(&j, MTTR_RECOVER, 130), MTTR_MEASURED, 35); /* both spells, not the time between */
    put(&j, "A", SB_EVENT_VERIFIED, 125);
    IS(measure(&j, MTTR_RESOLVE, 130), MTTR_MEASURED, 92); /* first seen to last verified */
    IS(measure(&j, MTTR_REPAIR, 130), MTTR_MEASURED, 78);
    journal_done(&j);
}
END_TEST

START_TEST(between_failures)
{
    struct journal j;
    journal_open(&j);
    put_example(&j, "A"); /* down 30 to 45 */
    put_full(&j, "B", SB_EVENT_IMPACT_START, 50, "{\"service\":\"search\"}");
    put(&j, "C", SB_EVENT_IMPACT_START, 145);
    gather(&j);
    IS(measure_at(MTTR_DEFS_STRICT, MTTR_MTBF, &j.set, 0, minute(200)), MTTR_MEASURED, 115);
    IS(measure_at(MTTR_DEFS_STRICT, MTTR_MTTF, &j.set, 0, minute(200)), MTTR_MEASURED, 100);
    IS(measure_at(MTTR_DEFS_STRICT, MTTR_MTBF, &j.set, 1, minute(200)), MTTR_OPEN, 150);
    IS(measure_at(MTTR_DEFS_STRICT, MTTR_MTTF, &j.set, 1, minute(200)), MTTR_NOT_MINE, 0);
    IS(measure_at(MTTR_DEFS_STRICT, MTTR_MTBF, &j.set, 2, minute(200)), MTTR_OPEN, 55);
    journal_done(&j);
}
END_TEST

/* The ends of what a journal can hold: 584 years do not fit a duration; nothing overflows. */
START_TEST(ends_of_time)
{
    static const int64_t ends[] = {INT64_MIN + 1, -1, 0, INT64_MAX};
    struct journal j;
    struct sb_error e;
    journal_open(&j);
    for (int kind = SB_EVENT_IMPACT_START; kind <= SB_EVENT_PAUSED; kind++) {
        struct sb_event ev = unit_event(ends[kind % 4], (enum sb_event_kind)kind, "checkout");
        char id[2] = {(char)('A' + kind % 3), 0};
        ev.incident = sb_str(id);
        OK(sb_journal_append(j.store, &ev, NULL, &e));
        ev.at = ends[(kind + 3) % 4];
        OK(sb_journal_append(j.store, &ev, NULL, &e));
    }
    gather(&j);
    for (int d = 0; mttr_defs_names[d]; d++)
        for (int m = 0; m < MTTR_METRIC_COUNT; m++)
            for (size_t k = 0; k < j.set.list.len * 4; k++) {
                struct mttr_measure x =
                    measure_at((enum mttr_defs)d, (enum mttr_metric)m, &j.set, k / 4, ends[k % 4]);
                ck_assert(x.what == MTTR_NEGATIVE ? x.ns < 0 : x.ns >= 0);
            }
    journal_done(&j);
}
END_TEST

UNIT_MAIN("mttr_metric", example_of_the_text, drawing_of_the_text, notes_say_why, names,
          responding_is_a_persons, open_then_missing, ends_before_it_starts, reopened,
          between_failures, ends_of_time)
