/* The estimator of Kaplan and Meier. */
#include "core/stat/survival.h"

#include "core/stat/special.h"

#include <math.h>

/* sum: of d / (r (r - d)), Greenwood's. */
static void limits(struct sb_survival_step *step, double sum, double z)
{
    double s = step->survival;
    if (s <= 0) {
        step->deviation = step->low = step->high = (double)NAN;
        return;
    }
    step->deviation = s * sqrt(sum);
    double theta = z * sqrt(sum) / fabs(log(s));
    step->low = pow(s, exp(theta));
    step->high = pow(s, exp(-theta));
}

size_t sb_kaplan_meier(const struct sb_lifetime *sorted, size_t n, double confidence,
                       struct sb_survival_step *steps)
{
    double z = sb_normal_quantile(1 - (1 - confidence) / 2), survival = 1, sum = 0;
    size_t count = 0, i = 0;
    while (i < n) {
        struct sb_survival_step step = {.time = sorted[i].time, .at_risk = n - i};
        for (; i < n && sorted[i].time == step.time; i++)
            step.ended += sorted[i].ended;
        if (step.ended == 0)
            continue;
        double r = (double)step.at_risk, d = (double)step.ended;
        survival *= (r - d) / r;
        sum += d / (r * (r - d));
        step.survival = survival;
        limits(&step, sum, z);
        steps[count++] = step;
    }
    return count;
}

/* The least share that may still count as the one asked for, past rounding. */
#define SLACK 1e-12

struct sb_interval sb_survival_quantile(const struct sb_survival_step *steps, size_t count,
                                        double p, double *ret)
{
    const double none = (double)INFINITY, left = 1 - p + SLACK;
    struct sb_interval i = {.low = none, .high = none, .coverage = (double)NAN};
    double value = none;
    for (size_t k = count; k > 0; k--) {
        const struct sb_survival_step *s = &steps[k - 1];
        if (s->survival <= left)
            value = s->time;
        if (s->survival <= 0 || s->low <= left)
            i.low = s->time;
        if (s->high <= left)
            i.high = s->time;
    }
    i.has_low = isfinite(i.low);
    i.has_high = isfinite(i.high);
    *ret = value;
    return i;
}
