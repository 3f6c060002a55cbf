/* Does it rise or fall? A straight line that a few wild values do not bend. Pure. */
#ifndef SB_STAT_TREND_H
#define SB_STAT_TREND_H

#include "core/stat/quantile.h"

/* From so many points on, pairs are taken by Theil's incomplete method. */
#define SB_TREND_COMPLETE ((size_t)600)

struct sb_trend {
    double slope;             /* units of y for one of x; NaN when no two points differ in x */
    struct sb_interval range; /* of the slope */
    size_t pairs;             /* slopes looked at; 0: no trend can be told */
    bool complete;            /* all pairs of points, not only i and i + (n + 1) / 2 */
};

/* H. Theil (1950), P. Sen (1968): the median of the slopes of all pairs of points with different x. The
 * interval is Sen's: two of those slopes, by ranks of Kendall's S, normal and corrected for ties (as
 * scipy's theilslopes); no limits when there are too few. n >= SB_TREND_COMPLETE: Theil's incomplete method, the
 * pairs i and i + (n + 1) / 2, whose slopes are independent: their median with its exact interval.
 * x sorted, all finite; at most O(n^2) time and memory for a small n, O(n log n) for a large one. */
void sb_theil_sen(const double *x, const double *y, size_t n, double confidence,
                  struct sb_trend *ret);

#endif
