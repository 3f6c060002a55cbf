/* Are these durations log-normal? Most are, some have heavier tails, and then figures that assume it lie.
 * Pure. */
#ifndef SB_STAT_LOGNORMAL_H
#define SB_STAT_LOGNORMAL_H

#include <stdbool.h>
#include <stddef.h>

struct sb_lognormal {
    size_t n;
    double mu, sigma; /* of the logarithms; sigma with n - 1 */
    double a2;        /* T. Anderson, D. Darling (1952), mean and deviation estimated */
    double
        p; /* of so bad a fit when they are log-normal: R. D'Agostino, M. Stephens, "Goodness-of-Fit
               * Techniques" (1986), table 4.9, with a2 (1 + 0.75 / n + 2.25 / n^2) */
    bool fits; /* p >= 0.05 */
};

/* sorted: ascending, finite, all > 0. False, and ret untouched, when n < 8 or all are equal: nothing can be
 * said. */
bool sb_lognormal_fit(const double *sorted, size_t n, struct sb_lognormal *ret);

#endif
