/* Means by compensated sums, spreads in a second pass. */
#include "core/stat/summary.h"

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

/* Mean and standard deviation of the values, or of their logarithms. */
static void moments(const double *values, size_t n, bool logs, double *ret_mean, double *ret_sd)
{
    struct sum s = {0, 0}, squares = {0, 0}, rest = {0, 0};
    for (size_t i = 0; i < n; i++)
        add(&s, logs ? log(values[i]) : values[i]);
    double mean = total(&s) / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = (logs ? log(values[i]) : values[i]) - mean;
        add(&squares, d * d);
        add(&rest, d);
    }
    double excess = total(&rest) * total(&rest) / (double)n; /* the mean's own rounding */
    *ret_mean = mean;
    *ret_sd = n < 2 ? (double)NAN : sqrt((total(&squares) - excess) / (double)(n - 1));
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
    ret->min = ret->max = values[0];
    for (size_t i = 0; i < n; i++) {
        add(&s, values[i]);
        ret->min = fmin(ret->min, values[i]);
        ret->max = fmax(ret->max, values[i]);
    }
    ret->sum = total(&s);
    moments(values, n, false, &ret->mean, &ret->sd);
    if (ret->min >= 0 && ret->sum > 0)
        ret->largest_share = ret->max / ret->sum;
    if (ret->min > 0) {
        moments(values, n, true, &ret->log_mean, &ret->log_sd);
        ret->geo_mean = exp(ret->log_mean);
    }
}
