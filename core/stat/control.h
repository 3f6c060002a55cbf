/* Control chart of single values and their moving ranges (XmR): which of them need an explanation, and which
 * are the noise that this process has. Pure.
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
    double
        range_high; /* (1 + 3 d3 / d2) range, d3 = sqrt(2 - 4 / pi): a moving range above is a jump */
};

/* Values in the order in which they came. */
void sb_xmr(const double *values, size_t n, struct sb_xmr *ret);

enum {
    SB_XMR_OUTSIDE = 1 << 0, /* beyond low or high */
    SB_XMR_RUN = 1 << 1, /* in a run of 8 or more on one side of the centre: the level has moved */
    SB_XMR_JUMP = 1 << 2 /* its range from the one before is above range_high */
};
/* marks[i] gets the bits that are true of values[i], or 0. */
void sb_xmr_marks(const double *values, size_t n, const struct sb_xmr *limits,
                  unsigned char *marks);

#endif
