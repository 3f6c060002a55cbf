/* Means of a sample: arithmetic, geometric, and what belongs to them. Pure; values are finite. */
#ifndef SB_STAT_SUMMARY_H
#define SB_STAT_SUMMARY_H

#include <stddef.h>

struct sb_summary {
    size_t n;
    double sum, mean;
    double sd; /* of the sample, n - 1; NaN for n < 2 */
    double min, max;
    double largest_share; /* of the sum, when no value is negative and the sum is not 0; else NaN */
    double geo_mean;      /* NaN unless all are > 0, as the next two */
    double log_mean, log_sd;
};

/* n 0: everything is NaN but n and sum. Sums are compensated (A. Neumaier, 1974). */
void sb_summarize(const double *values, size_t n, struct sb_summary *ret);

#endif
