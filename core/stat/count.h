/* Intervals for counts and rates: exact, by the chi-square and beta distributions. Pure.
 *
 * Each side has at most (1 - confidence) / 2 of error; the sides without a limit are those of a count of
 * 0 (no lower limit but 0, no upper limit of a mean time). */
#ifndef SB_STAT_COUNT_H
#define SB_STAT_COUNT_H

#include "core/stat/quantile.h"

/* The mean of a Poisson variable that was seen to be `count` (F. Garwood, 1936). Divide by the exposure
 * for a rate. */
struct sb_interval sb_poisson_interval(double count, double confidence);
/* The mean time between failures when `failures` came in `time`, watched for a time fixed beforehand:
 * 2 T / chi2(1 - a/2; 2 r + 2) to 2 T / chi2(a/2; 2 r). */
struct sb_interval sb_mean_time_interval(double time, double failures, double confidence);
/* The share of successes in n trials (C. Clopper, E. Pearson, 1934). */
struct sb_interval sb_share_interval(double successes, double n, double confidence);
/* (count_a / exposure_a) / (count_b / exposure_b), conditional on the sum of both counts; *ret_p (may be
 * NULL) is the two-sided p of no difference, twice the smaller tail. Exposures > 0. */
struct sb_interval sb_rate_ratio_interval(double count_a, double exposure_a, double count_b,
                                          double exposure_b, double confidence, double *ret_p);

#endif
