/* Means by compensated sums, spreads in a second pass. */
#include "core/stat/summary.h"

#include "core/base/macros.h"

#include <math.h>
#include <stdbool.h>

struct sum {
    double sum, lost;
};

static void add(struct sum *s, double x)
{
    double t = s->sum + x;
    s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
    s->sum = t;
}

static double total(const struct sum *s)
{
    return s->sum + s->lost;
}

/* Standard deviation of the values, or of their logarithms, about their mean. */
static double spread(const double *values, size_t n, bool logs, double mean)
{
    struct sum squares = {0, 0}, rest = {0, 0};
    for (size_t i = 0; i < n; i++) {
        double d = (logs ? log(values[i]) : values[i]) - mean;
        add(&squares, d * d);
        add(&rest, d);
    }
    double excess = total(&rest) * total(&rest) / (double)n; /* the mean's own rounding */
    return n < 2 ? (double)NAN : sqrt((total(&squares) - excess) / (double)(n - 1));
}

static void summarize_logs(const double *values, size_t n, struct sb_summary *ret)
{
    struct sum s = {0, 0};
    for (size_t i = 0; i < n; i++)
        add(&s, log(values[i]));
    ret->log_mean = total(&s) / (double)n;
    ret->log_sd = spread(values, n, true, ret->log_mean);
    ret->geo_mean = exp(ret->log_mean);
}

void sb_summarize(const double *values, size_t n, struct sb_summary *ret)
{
    const double none = (double)NAN;
    struct sum s = {0, 0};
    *ret = (struct sb_summary){.n = n,
                               .mean = none,
                               .sd = none,
                               .min = none,
                               .max = none,
                               .largest_share = none,
                               .geo_mean = none,
                               .log_mean = none,
                               .log_sd = none};
    if (n == 0)
        return;
    double min = values[0], max = values[0];
    for (size_t i = 0; i < n; i++) {
        add(&s, values[i]);
        min = SB_MIN(min, values[i]);
        max = SB_MAX(max, values[i]);
    }
    ret->min = min;
    ret->max = max;
    ret->sum = total(&s);
    ret->mean = ret->sum / (double)n;
    ret->sd = spread(values, n, false, ret->mean);
    if (min >= 0 && ret->sum > 0)
        ret->largest_share = max / ret->sum;
    if (min > 0)
        summarize_logs(values, n, ret);
}
