/* Log-normal fit, and Anderson and Darling's test of it. */
#include "core/stat/lognormal.h"

#include "core/stat/special.h"
#include "core/stat/summary.h"

#include <math.h>

enum { LEAST = 8 };

/* log P(Z <= z). */
static double log_cdf(double z)
{
    return z > 0 ? log1p(-sb_normal_tail(z)) : log(fmax(sb_normal_cdf(z), 1e-320));
}

static double distance(const double *sorted, size_t n, double mu, double sigma)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double below = log_cdf((log(sorted[i]) - mu) / sigma);
        double above = log_cdf(-(log(sorted[n - 1 - i]) - mu) / sigma);
        sum += (2 * (double)i + 1) * (below + above);
    }
    return -(double)n - sum / (double)n;
}

/* Table 4.9 of the book, for the corrected statistic. */
static double p_of(double a)
{
    if (a < 0.2)
        return 1 - exp(-13.436 + 101.14 * a - 223.73 * a * a);
    if (a < 0.34)
        return 1 - exp(-8.318 + 42.796 * a - 59.938 * a * a);
    if (a < 0.6)
        return exp(0.9177 - 4.279 * a - 1.38 * a * a);
    return a <= 13 ? exp(1.2937 - 5.709 * a + 0.0186 * a * a) : 0;
}

bool sb_lognormal_fit(const double *sorted, size_t n, struct sb_lognormal *ret)
{
    struct sb_summary s;
    if (n < LEAST || sorted[0] == sorted[n - 1])
        return false;
    sb_summarize(sorted, n, &s);
    double all = (double)n, a2 = distance(sorted, n, s.log_mean, s.log_sd);
    double p = p_of(a2 * (1 + 0.75 / all + 2.25 / (all * all)));
    *ret = (struct sb_lognormal){
        .n = n, .mu = s.log_mean, .sigma = s.log_sd, .a2 = a2, .p = p, .fits = p >= 0.05};
    return true;
}
