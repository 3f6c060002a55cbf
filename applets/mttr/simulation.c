/* Sets are drawn as counts: how often each of the sorted durations was taken. The median is then found in
 * one walk, without sorting what was drawn. */
#include "applets/mttr/simulation.h"

#include "core/base/mem.h"
#include "core/stat/order.h"
#include "core/stat/quantile.h"
#include "core/stat/rng.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct figures {
    double mean, median;
};

/* Two indexes below n (at most 2^31) from one random number. Of its halves some of 2^32 values are taken once
 * more than others: a bias of n / 2^32, far below what draws can show. */
static inline void draw_two(struct sb_rng *r, uint64_t n, size_t ret[2])
{
    uint64_t bits = sb_rng_next(r);
    ret[0] = (size_t)(((bits >> 32) * n) >> 32);
    ret[1] = (size_t)(((bits & UINT32_MAX) * n) >> 32);
}

/* The middle of what was drawn: the value at which half of the counts are passed. */
static double median_of(const double *v, const uint32_t *counts, size_t arm)
{
    size_t i = 0, seen = counts[0], low = (arm + 1) / 2;
    while (seen < low)
        seen += counts[++i];
    double first = v[i];
    while (seen < arm / 2 + 1)
        seen += counts[++i];
    return first / 2 + v[i] / 2;
}

static struct figures draw(const struct mttr_simulation *s, struct sb_rng *r, uint32_t *counts)
{
    double sums[2] = {0, 0};
    size_t at[2];
    memset(counts, 0, s->n * sizeof *counts);
    for (size_t k = 0; k + 1 < s->arm; k += 2) {
        draw_two(r, s->n, at);
        counts[at[0]]++;
        counts[at[1]]++;
        sums[0] += s->seconds[at[0]];
        sums[1] += s->seconds[at[1]];
    }
    if (s->arm % 2) {
        draw_two(r, s->n, at);
        counts[at[0]]++;
        sums[0] += s->seconds[at[0]];
    }
    return (struct figures){(sums[0] + sums[1]) / (double)s->arm,
                            median_of(s->seconds, counts, s->arm)};
}

/* One statistic over all draws. changes[d]: after / before - 1 without a change. */
struct tally {
    uint64_t worse, half, phantom;
    double *changes;
};

static void count(struct tally *t, uint64_t d, double cut, double before, double after)
{
    double real = after * (1 - cut);
    t->worse += real > before;
    t->half += real <= before * (1 - cut / 2) && before > 0;
    t->phantom += after <= before * (1 - cut) && before > 0;
    t->changes[d] = before > 0 ? after / before - 1 : 0;
}

static struct mttr_outcome outcome(struct tally *t, uint64_t draws)
{
    double all = (double)draws;
    sb_sort_doubles(t->changes, draws);
    struct mttr_outcome o = {.worse = (double)t->worse / all,
                             .half = (double)t->half / all,
                             .phantom = (double)t->phantom / all,
                             .low = sb_quantile(t->changes, draws, 0.05),
                             .high = sb_quantile(t->changes, draws, 0.95)};
    free(t->changes);
    return o;
}

void mttr_simulate(const struct mttr_simulation *s, struct mttr_simulated *ret)
{
    uint32_t *counts SB_CLEANUP_FREE = sb_xcalloc(s->n, sizeof *counts);
    struct tally mean = {.changes = sb_xcalloc(s->draws, sizeof(double))};
    struct tally median = {.changes = sb_xcalloc(s->draws, sizeof(double))};
    struct sb_rng r;
    sb_rng_init(&r, s->seed);
    for (uint64_t d = 0; d < s->draws; d++) {
        struct figures before = draw(s, &r, counts), after = draw(s, &r, counts);
        count(&mean, d, s->cut, before.mean, after.mean);
        count(&median, d, s->cut, before.median, after.median);
    }
    ret->mean = outcome(&mean, s->draws);
    ret->median = outcome(&median, s->draws);
}
