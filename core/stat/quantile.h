/* Quantiles of a sample, and how sure one may be of them. Pure; samples are sorted and finite. */
#ifndef SB_STAT_QUANTILE_H
#define SB_STAT_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>

/* An interval of confidence. has_low, has_high: false where the data sets no limit on that side. */
struct sb_interval {
    double low, high;
    bool has_low, has_high;
    double coverage; /* at least so much of it, whatever the distribution; NaN: approximate */
};

/* Type 7 of R. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages" (1996), the default of R and
 * numpy: linear between the values at (n - 1) p. n >= 1, 0 <= p <= 1. */
double sb_quantile(const double *sorted, size_t n, double p);
#define SB_QUANTILE_DEFINITION "type 7 (Hyndman and Fan)"

/* The exact interval by order statistics: from the l-th to the u-th value, where a binomial of n and p is
 * below l, or u or more, with at most (1 - confidence) / 2 each. No assumption about the distribution. A
 * side for which n is too small has no limit (an upper one of p90 needs 36 values at 0.95). */
struct sb_interval sb_quantile_interval(const double *sorted, size_t n, double p,
                                        double confidence);

#endif
