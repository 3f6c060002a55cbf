/* XmR chart: limits. */
#include "core/stat/control.h"

#include <math.h>

void sb_xmr(const double *values, size_t n, struct sb_xmr *ret)
{
    /* d2: the mean range of two normal values of deviation 1. */
    const double d2 = M_2_SQRTPI, none = (double)NAN;
    double sum = 0, ranges = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        ranges += i ? fabs(values[i] - values[i - 1]) : 0;
    }
    *ret = (struct sb_xmr){none, none, none, none};
    if (n > 0)
        ret->centre = sum / (double)n;
    if (n < 2)
        return;
    ret->range = ranges / (double)(n - 1);
    ret->low = ret->centre - 3 / d2 * ret->range;
    ret->high = ret->centre + 3 / d2 * ret->range;
}
