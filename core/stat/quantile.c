/* Sample quantiles and their intervals by order statistics. */
#include "core/stat/quantile.h"

#include "core/stat/special.h"

#include <math.h>

double sb_quantile(const double *sorted, size_t n, double p)
{
    double at = (double)(n - 1) * p, whole = floor(at);
    size_t i = (size_t)whole;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - whole) * (sorted[i + 1] - sorted[i]);
}

/* The greatest l with P(B < l) <= most; 0: there is none. */
static size_t lower_rank(size_t n, double p, double most)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = high - (high - low) / 2;
        if (sb_binomial_cdf((double)mid - 1, (double)n, p) <= most)
            low = mid;
        else
            high = mid - 1;
    }
    return low;
}

/* The least u with P(B >= u) <= most; n + 1: there is none. */
static size_t upper_rank(size_t n, double p, double most)
{
    size_t low = 1, high = n + 1;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (sb_binomial_tail((double)mid - 1, (double)n, p) <= most)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

struct sb_interval sb_quantile_interval(const double *sorted, size_t n, double p, double confidence)
{
    double each = (1 - confidence) / 2;
    size_t l = lower_rank(n, p, each), u = upper_rank(n, p, each);
    struct sb_interval i = {.has_low = l >= 1, .has_high = u <= n};
    i.low = i.has_low ? sorted[l - 1] : (double)-INFINITY;
    i.high = i.has_high ? sorted[u - 1] : (double)INFINITY;
    i.coverage = 1 - (i.has_low ? sb_binomial_cdf((double)l - 1, (double)n, p) : 0) -
                 (i.has_high ? sb_binomial_tail((double)u - 1, (double)n, p) : 0);
    return i;
}
