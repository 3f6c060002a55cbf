/* Two periods compared: did it get faster, slower, or is that chance? Pure.
 *
 * Durations are skewed and few, so nothing here is about means: Mann and Whitney's test says whether one
 * period's incidents tend to last longer, Hodges and Lehmann's shift by how much, a permutation test looks
 * at the medians alone. Incidents that are not over are no durations yet. They are left out of the figures,
 * but the answer must hold whatever becomes of them: see the three ways of MTTR_OPEN_WAYS. */
#ifndef MTTR_COMPARISON_H
#define MTTR_COMPARISON_H

#include "core/stat/permutation.h"
#include "core/stat/quantile.h"
#include "core/stat/rank.h"

#include <stdint.h>

#define MTTR_COMPARE_CONFIDENCE 0.95
#define MTTR_COMPARE_POWER 0.8

/* One period, in seconds. Filled by the caller and sorted here. */
struct mttr_times {
    double *ended; /* how long those lasted that are over */
    size_t n;
    double *lasted; /* how long the others last already */
    size_t open;
};

enum mttr_verdict {
    MTTR_FASTER,
    MTTR_SLOWER,
    MTTR_ALIKE,         /* not distinguishable */
    MTTR_HANGS_ON_OPEN, /* one or the other, as the open ones turn out */
};

/* What open incidents may become. */
enum mttr_open_way {
    MTTR_OPEN_LEFT_OUT,
    MTTR_OPEN_SO_FAR,  /* they end this instant */
    MTTR_OPEN_OUTLAST, /* they outlast everything that has ended */
    MTTR_OPEN_WAYS
};

struct mttr_comparison {
    enum mttr_verdict verdict;
    double median_before, median_after;
    struct sb_interval before, after; /* of the medians, exact */
    double shift; /* s: after less before, Hodges and Lehmann's; negative is faster */
    /* after / before, by the shift of logarithms (less than a second counts as one): 0.9 is a tenth less. A change
     * of durations is a factor rather than a difference, and then the interval of a difference in seconds
     * covers 85 % where it says 95 (simulated, 30 against 90 incidents): there is none. */
    double ratio;
    struct sb_interval ratio_interval;
    struct sb_rank_test ranks; /* chance: that an incident after lasts longer than one before */
    struct sb_permutation medians;
    double open_p[MTTR_OPEN_WAYS]; /* Mann and Whitney's p in each way; the first is ranks.p */
    double needed;                 /* incidents in each period that would show what is seen;
                                    * infinite: nothing is seen */
    double sigma;                  /* of the logarithms, within the periods; NaN for one each */
    double least_cut; /* the smallest cut so many show, 0.3 is 30 %; NaN for one each */
};

/* draws, seed: of the permutation test. Both n >= 1. */
void mttr_compare(struct mttr_times *before, struct mttr_times *after, uint64_t draws,
                  uint64_t seed, struct mttr_comparison *ret);

#endif
