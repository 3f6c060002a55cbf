/* Where the time went: the text's example by hand, gaps, disorder, and random lives whose waits must sum up
 * to their length. */
#include "applets/mttr/decompose.h"
#include "core/base/time.h"
#include "core/stat/rng.h"
#include "tests/unit/unit.h"

#include <math.h>

#define MINUTE (60 * SB_NS_PER_S)

static void clear(struct mttr_incident *i)
{
    *i = (struct mttr_incident){0};
    for (unsigned k = 0; k < MTTR_STEPS; k++)
        i->first[k] = i->last[k] = MTTR_NO_TIME;
}

static void happen(struct mttr_incident *i, enum sb_event_kind kind, int64_t at)
{
    if (i->first[kind] == MTTR_NO_TIME || at < i->first[kind])
        i->first[kind] = at;
    if (i->last[kind] == MTTR_NO_TIME || at > i->last[kind])
        i->last[kind] = at;
}

static void decompose(struct mttr_incident *items, size_t n, struct mttr_decomposition *ret)
{
    size_t indexes[64];
    struct mttr_incidents set = {.list = {items, n, n}};
    for (size_t i = 0; i < n; i++)
        indexes[i] = i;
    const struct mttr_selection sel = {.set = &set, .items = indexes, .n = n};
    mttr_decompose(&sel, ret);
}

START_TEST(example)
{
    struct mttr_incident i;
    struct mttr_decomposition d;
    clear(&i);
    happen(&i, SB_EVENT_IMPACT_START, 0);
    happen(&i, SB_EVENT_ALERTED, 3 * MINUTE);
    happen(&i, SB_EVENT_ACKED, 5 * MINUTE);
    happen(&i, SB_EVENT_DIAGNOSED, 10 * MINUTE);
    happen(&i, SB_EVENT_FIXED, 13 * MINUTE);
    happen(&i, SB_EVENT_RESTORED, 15 * MINUTE);
    happen(&i, SB_EVENT_VERIFIED, 25 * MINUTE);
    happen(&i, SB_EVENT_CLOSED, 30 * MINUTE);
    decompose(&i, 1, &d);
    ck_assert_uint_eq(d.incidents, 1);
    ck_assert_double_eq(d.seconds, 1800);
    ck_assert_double_eq(d.waits[SB_EVENT_ALERTED].seconds, 180);
    ck_assert_double_eq(d.waits[SB_EVENT_DIAGNOSED].median, 300);
    ck_assert_double_eq(d.waits[SB_EVENT_VERIFIED].seconds, 600);
    ck_assert_uint_eq(d.waits[SB_EVENT_DETECTED].n, 0);
    ck_assert(isnan(d.waits[SB_EVENT_DETECTED].median));
}
END_TEST

START_TEST(reopened_and_disordered)
{
    struct mttr_incident i;
    struct mttr_decomposition d;
    clear(&i);
    happen(&i, SB_EVENT_DETECTED, 10 * MINUTE);
    happen(&i, SB_EVENT_ALERTED, 4 * MINUTE); /* before it was seen: passed over */
    happen(&i, SB_EVENT_RESTORED, 20 * MINUTE);
    happen(&i, SB_EVENT_RESTORED, 50 * MINUTE); /* the last one counts */
    decompose(&i, 1, &d);
    ck_assert_uint_eq(d.disordered, 1);
    ck_assert_uint_eq(d.waits[SB_EVENT_ALERTED].n, 0);
    ck_assert_double_eq(d.waits[SB_EVENT_RESTORED].seconds, 2400);
    ck_assert_double_eq(d.seconds, 2400);
}
END_TEST

START_TEST(one_event_is_no_time)
{
    struct mttr_incident i;
    struct mttr_decomposition d;
    clear(&i);
    happen(&i, SB_EVENT_DETECTED, MINUTE);
    decompose(&i, 1, &d);
    ck_assert_uint_eq(d.incidents, 0);
    ck_assert_double_eq(d.seconds, 0);
    decompose(&i, 0, &d);
    ck_assert_uint_eq(d.incidents, 0);
}
END_TEST

/* Lives in order: what was waited for sums up to from the first to the last event. */
START_TEST(waits_sum_up)
{
    struct sb_rng rng;
    sb_rng_init(&rng, 7);
    for (int round = 0; round < 2000; round++) {
        struct mttr_incident items[8];
        struct mttr_decomposition d;
        double expected = 0, waits = 0;
        size_t n = 1 + sb_rng_below(&rng, 8), count = 0;
        for (size_t i = 0; i < n; i++) {
            int64_t at = (int64_t)sb_rng_below(&rng, 1000) * MINUTE, first = MTTR_NO_TIME;
            clear(&items[i]);
            for (unsigned k = SB_EVENT_IMPACT_START; k < MTTR_STEPS; k++) {
                if (sb_rng_below(&rng, 3) == 0)
                    continue;
                at += (int64_t)sb_rng_below(&rng, 100) * SB_NS_PER_S;
                happen(&items[i], (enum sb_event_kind)k, at);
                if (first == MTTR_NO_TIME)
                    first = at;
                else
                    count++;
            }
            if (first != MTTR_NO_TIME)
                for (unsigned k = MTTR_STEPS; k-- > 0;)
                    if (items[i].last[k] != MTTR_NO_TIME) {
                        expected += (double)(items[i].last[k] - first) / 1e9;
                        break;
                    }
        }
        decompose(items, n, &d);
        size_t n_waits = 0;
        for (unsigned k = 0; k < MTTR_STEPS; k++) {
            waits += d.waits[k].seconds;
            n_waits += d.waits[k].n;
        }
        unit_require(fabs(d.seconds - expected) < 1e-6, "round %d: %g, not %g", round, d.seconds,
                     expected);
        unit_require(fabs(waits - d.seconds) < 1e-6, "round %d: parts are not the sum", round);
        unit_require(n_waits == count && d.disordered == 0, "round %d: waits lost", round);
    }
}
END_TEST

UNIT_MAIN("mttr-decompose", example, reopened_and_disordered, one_event_is_no_time, waits_sum_up)
