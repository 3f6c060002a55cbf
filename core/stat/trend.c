/* Theil and Sen's slope: all pairs of few points, half as many pairs as points of many. */
#include "core/stat/trend.h"

#include "core/base/mem.h"
#include "core/stat/order.h"
#include "core/stat/special.h"

#include <math.h>
#include <string.h>

/* The sum of k (k - 1) (2 k + 5) over values that occur k times. */
static double tied(const double *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0, k; i < n; i += k) {
        for (k = 1; i + k < n && sorted[i + k] == sorted[i]; k++) {
        }
        double t = (double)k;
        sum += t * (t - 1) * (2 * t + 5);
    }
    return sum;
}

/* The variance of Kendall's S: Sen's equation 2.6. */
static double variance_of_s(const double *x, const double *y, size_t n)
{
    double *sorted SB_CLEANUP_FREE = sb_xcalloc(n, sizeof *sorted);
    double all = (double)n;
    memcpy(sorted, y, n * sizeof *sorted);
    sb_sort_doubles(sorted, n);
    return (all * (all - 1) * (2 * all + 5) - tied(x, n) - tied(sorted, n)) / 18;
}

static struct sb_interval between(const double *slopes, size_t count, double variance,
                                  double confidence)
{
    struct sb_interval i = {
        .low = (double)-INFINITY, .high = (double)INFINITY, .coverage = (double)NAN};
    double reach = sb_normal_quantile((1 + confidence) / 2) * sqrt(variance);
    double low = rint(((double)count - reach) / 2) - 1, high = rint(((double)count + reach) / 2);
    i.has_low = low >= 0;
    i.has_high = high <= (double)count - 1;
    if (i.has_low)
        i.low = slopes[(size_t)low];
    if (i.has_high)
        i.high = slopes[(size_t)high];
    return i;
}

void sb_theil_sen(const double *x, const double *y, size_t n, double confidence,
                  struct sb_trend *ret)
{
    bool complete = n < SB_TREND_COMPLETE;
    size_t count = 0, most = complete ? n * (n - SB_MIN(n, 1)) / 2 : n / 2, half = n - n / 2;
    double *slopes SB_CLEANUP_FREE = sb_xcalloc(most + 1, sizeof *slopes);
    for (size_t i = 0; i + (complete ? 1 : half) < n; i++)
        for (size_t k = complete ? i + 1 : i + half; k < (complete ? n : i + half + 1); k++)
            if (x[k] > x[i])
                slopes[count++] = (y[k] - y[i]) / (x[k] - x[i]);
    *ret = (struct sb_trend){
        .slope = (double)NAN,
        .range = {.low = (double)-INFINITY, .high = (double)INFINITY, .coverage = (double)NAN},
        .pairs = count,
        .complete = complete};
    if (count == 0)
        return;
    sb_sort_doubles(slopes, count);
    ret->slope = sb_quantile(slopes, count, 0.5);
    ret->range = complete ? between(slopes, count, variance_of_s(x, y, n), confidence)
                          : sb_quantile_interval(slopes, count, 0.5, confidence);
}
