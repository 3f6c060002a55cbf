/* Sample sizes and detectable changes, by normal approximation. */
#include "core/stat/power.h"

#include "core/stat/special.h"

#include <math.h>

/* z_alpha/2 + z_power */
static double reach(const struct sb_power *p)
{
    return sb_normal_quantile(1 - p->alpha / 2) + sb_normal_quantile(p->power);
}

static double normal(const struct sb_power *p, double sigma, double delta)
{
    double d = reach(p) * sigma / delta;
    return 2 * d * d;
}

double sb_power_normal(const struct sb_power *p, double sigma, double delta)
{
    return ceil(normal(p, sigma, delta));
}

double sb_power_rank_normal(const struct sb_power *p, double sigma, double delta)
{
    return ceil(normal(p, sigma, delta) * M_PI / 3);
}

double sb_power_rank(const struct sb_power *p, double chance)
{
    double d = reach(p) / (chance - 0.5);
    return ceil(d * d / 6);
}

double sb_detectable_normal(const struct sb_power *p, double sigma, double n, double m)
{
    return reach(p) * sigma * sqrt(M_PI / 3 * (1 / n + 1 / m));
}
