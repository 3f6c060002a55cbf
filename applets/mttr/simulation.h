/* What a real improvement would look like in data like yours, and what none would. Pure.
 *
 * S. Davidovic's procedure ("Incident Metrics in SRE", 2021): of the incidents that are there two sets are drawn
 * with replacement, "before" and "after", of `arm` incidents each. In one world every incident after takes
 * a share `cut` less time, in the other nothing has changed. The mean and the median of both sets are
 * compared, `draws` times. The same seed gives the same figures on every machine. */
#ifndef MTTR_SIMULATION_H
#define MTTR_SIMULATION_H

#include <stddef.h>
#include <stdint.h>

struct mttr_simulation {
    const double *seconds; /* sorted, > 0 or 0, finite */
    size_t n;              /* 1 to 2^31 */
    size_t arm;            /* >= 1 */
    double cut;            /* in (0, 1) */
    uint64_t draws, seed;  /* draws >= 1 */
};

/* Shares of the draws, of one statistic. */
struct mttr_outcome {
    double worse;     /* a real cut, and the figure rose */
    double half;      /* a real cut, and the figure fell by half of it at least */
    double phantom;   /* no change, and the figure fell by the cut at least */
    double low, high; /* 90 % of the changes without a change lie there: -0.2 is a fifth less */
};
struct mttr_simulated {
    struct mttr_outcome mean, median;
};

/* O(draws (arm + n)) time, O(draws + n) memory. */
void mttr_simulate(const struct mttr_simulation *s, struct mttr_simulated *ret);

#endif
