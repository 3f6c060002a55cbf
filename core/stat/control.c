/* XmR chart: limits, and what is beyond them. */
#include "core/stat/control.h"

#include <math.h>
#include <stdbool.h>

enum { RUN = 8 };

void sb_xmr(const double *values, size_t n, struct sb_xmr *ret)
{
    /* Of the range of two normal values of deviation 1: mean, deviation. */
    const double d2 = M_2_SQRTPI, d3 = sqrt(2 - 4 / M_PI), none = (double)NAN;
    double sum = 0, ranges = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
        ranges += i ? fabs(values[i] - values[i - 1]) : 0;
    }
    *ret = (struct sb_xmr){none, none, none, none, none};
    if (n > 0)
        ret->centre = sum / (double)n;
    if (n < 2)
        return;
    ret->range = ranges / (double)(n - 1);
    ret->low = ret->centre - 3 / d2 * ret->range;
    ret->high = ret->centre + 3 / d2 * ret->range;
    ret->range_high = (1 + 3 * d3 / d2) * ret->range;
}

/* Marks runs of values that are all above (side 1) or all below (side -1) the centre. */
static void mark_runs(const double *values, size_t n, double centre, double side,
                      unsigned char *marks)
{
    for (size_t i = 0, k; i < n; i += k + 1) {
        for (k = 0; i + k < n && (values[i + k] - centre) * side > 0; k++) {
        }
        for (size_t r = i; k >= RUN && r < i + k; r++)
            marks[r] |= SB_XMR_RUN;
    }
}

void sb_xmr_marks(const double *values, size_t n, const struct sb_xmr *limits, unsigned char *marks)
{
    for (size_t i = 0; i < n; i++) {
        bool outside = values[i] < limits->low || values[i] > limits->high;
        bool jump = i && fabs(values[i] - values[i - 1]) > limits->range_high;
        marks[i] = (unsigned char)((outside ? SB_XMR_OUTSIDE : 0) | (jump ? SB_XMR_JUMP : 0));
    }
    mark_runs(values, n, limits->centre, 1, marks);
    mark_runs(values, n, limits->centre, -1, marks);
}
