/* Counts, rates and shares. */
#include "core/stat/count.h"

#include "core/stat/special.h"

#include <math.h>

struct sb_interval sb_poisson_interval(double count, double confidence)
{
    double each = (1 - confidence) / 2;
    return (struct sb_interval){
        .low = count > 0 ? sb_gamma_quantile(count, each) : 0,
        .high = sb_gamma_quantile(count + 1, 1 - each),
        .has_low = count > 0,
        .has_high = true,
        .coverage = confidence,
    };
}

struct sb_interval sb_mean_time_interval(double time, double failures, double confidence)
{
    struct sb_interval rate = sb_poisson_interval(failures, confidence);
    return (struct sb_interval){
        .low = time / rate.high,
        .high = rate.has_low ? time / rate.low : (double)INFINITY,
        .has_low = true,
        .has_high = rate.has_low,
        .coverage = confidence,
    };
}

struct sb_interval sb_share_interval(double successes, double n, double confidence)
{
    double each = (1 - confidence) / 2, rest = n - successes;
    return (struct sb_interval){
        .low = successes > 0 ? sb_beta_quantile(successes, rest + 1, each) : 0,
        .high = rest > 0 ? sb_beta_quantile(successes + 1, rest, 1 - each) : 1,
        .has_low = successes > 0,
        .has_high = rest > 0,
        .coverage = confidence,
    };
}

/* Given the sum, count_a is binomial with the share ratio * exposure_a / (ratio * exposure_a + exposure_b). */
struct sb_interval sb_rate_ratio_interval(double count_a, double exposure_a, double count_b,
                                          double exposure_b, double confidence, double *ret_p)
{
    double n = count_a + count_b, scale = exposure_b / exposure_a;
    struct sb_interval i = {0, (double)INFINITY, false, false, confidence};
    if (n > 0) {
        struct sb_interval share = sb_share_interval(count_a, n, confidence);
        i.has_low = share.has_low;
        i.has_high = share.has_high;
        if (share.has_low)
            i.low = share.low / (1 - share.low) * scale;
        if (share.has_high)
            i.high = share.high / (1 - share.high) * scale;
    }
    if (ret_p) {
        double p = exposure_a / (exposure_a + exposure_b);
        double low = sb_binomial_cdf(count_a, n, p), high = sb_binomial_tail(count_a - 1, n, p);
        *ret_p = fmin(1, 2 * fmin(low, high));
    }
    return i;
}
