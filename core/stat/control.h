/* Control chart of single values by their moving ranges (XmR): between which limits they are the noise that
 * this process has. Pure.
 *
 * W. Shewhart, "Economic Control of Quality of Manufactured Product" (1931); D. Wheeler, "Understanding
 * Variation" (1993). For skewed values (durations) take logarithms first, and exp() of what comes out. */
#ifndef SB_STAT_CONTROL_H
#define SB_STAT_CONTROL_H

#include <stddef.h>

struct sb_xmr {
    double centre;    /* mean of the values; NaN for n 0 */
    double range;     /* mean of the moving ranges |v[i] - v[i - 1]|; NaN for n < 2, as the rest */
    double low, high; /* centre -+ 3 range / d2, d2 = 2 / sqrt(pi), for normal noise */
};

/* Values in the order in which they came. */
void sb_xmr(const double *values, size_t n, struct sb_xmr *ret);

#endif
