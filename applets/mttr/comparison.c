/* Two periods compared. */
#include "applets/mttr/comparison.h"

#include "core/base/mem.h"
#include "core/stat/order.h"
#include "core/stat/power.h"
#include "core/stat/summary.h"

#include <math.h>
#include <string.h>

static const double alpha = 1 - MTTR_COMPARE_CONFIDENCE;

/* The durations of a period as one of the ways has them, sorted; *ret_n of them. The caller frees. */
static double *as_if(const struct mttr_times *t, enum mttr_open_way way, double longest,
                     size_t *ret_n)
{
    size_t open = way == MTTR_OPEN_LEFT_OUT ? 0 : t->open;
    double *all = sb_xcalloc(t->n + open + 1, sizeof *all);
    memcpy(all, t->ended, t->n * sizeof *all);
    for (size_t i = 0; i < open; i++)
        all[t->n + i] = way == MTTR_OPEN_SO_FAR ? t->lasted[i] : longest + 1;
    sb_sort_doubles(all, t->n + open);
    *ret_n = t->n + open;
    return all;
}

/* -1 faster, 1 slower, 0 not distinguishable; *ret_p is the test's. */
static int judge(const struct mttr_times *before, const struct mttr_times *after,
                 enum mttr_open_way way, double *ret_p)
{
    size_t n, m;
    double longest = fmax(before->ended[before->n - 1], after->ended[after->n - 1]);
    double *x SB_CLEANUP_FREE = as_if(after, way, longest, &n);
    double *y SB_CLEANUP_FREE = as_if(before, way, longest, &m);
    struct sb_rank_test t;
    sb_mann_whitney(x, n, y, m, &t);
    *ret_p = t.p;
    return t.p >= alpha ? 0 : t.chance < 0.5 ? -1 : 1;
}

static enum mttr_verdict verdict(const struct mttr_times *before, const struct mttr_times *after,
                                 double open_p[MTTR_OPEN_WAYS])
{
    int first = judge(before, after, MTTR_OPEN_LEFT_OUT, &open_p[0]);
    bool same = true;
    for (enum mttr_open_way way = MTTR_OPEN_SO_FAR; way < MTTR_OPEN_WAYS; way++)
        same &= judge(before, after, way, &open_p[way]) == first;
    if (!same)
        return MTTR_HANGS_ON_OPEN;
    return first < 0 ? MTTR_FASTER : first > 0 ? MTTR_SLOWER : MTTR_ALIKE;
}

/* Logarithms of the durations, and the sum of their squares about their mean. The caller frees. */
static double *logs_of(const struct mttr_times *t, double *ret_squares)
{
    double *logs = sb_xcalloc(t->n, sizeof *logs);
    struct sb_summary s;
    for (size_t i = 0; i < t->n; i++)
        logs[i] = log(fmax(t->ended[i], 1));
    sb_summarize(logs, t->n, &s);
    *ret_squares = t->n > 1 ? s.sd * s.sd * (double)(t->n - 1) : 0;
    return logs;
}

static void compare_logs(const struct mttr_times *before, const struct mttr_times *after,
                         struct mttr_comparison *ret)
{
    const struct sb_power p = {alpha, MTTR_COMPARE_POWER};
    size_t n = after->n, m = before->n;
    double shift, of_x, of_y;
    double *x SB_CLEANUP_FREE = logs_of(after, &of_x), *y SB_CLEANUP_FREE = logs_of(before, &of_y);
    struct sb_interval i = sb_hodges_lehmann(x, n, y, m, MTTR_COMPARE_CONFIDENCE, &shift);
    ret->ratio = exp(shift);
    i.low = exp(i.low);
    i.high = exp(i.high);
    ret->ratio_interval = i;
    if (n + m <= 2)
        return;
    ret->sigma = sqrt((of_x + of_y) / (double)(n + m - 2));
    ret->least_cut = -expm1(-sb_detectable_normal(&p, ret->sigma, (double)m, (double)n));
}

void mttr_compare(struct mttr_times *before, struct mttr_times *after, uint64_t draws,
                  uint64_t seed, struct mttr_comparison *ret)
{
    const struct sb_power p = {alpha, MTTR_COMPARE_POWER};
    sb_sort_doubles(before->ended, before->n);
    sb_sort_doubles(after->ended, after->n);
    const double *x = after->ended, *y = before->ended;
    size_t n = after->n, m = before->n;
    *ret = (struct mttr_comparison){.median_before = sb_quantile(y, m, 0.5),
                                    .median_after = sb_quantile(x, n, 0.5),
                                    .sigma = (double)NAN,
                                    .least_cut = (double)NAN};
    ret->before = sb_quantile_interval(y, m, 0.5, MTTR_COMPARE_CONFIDENCE);
    ret->after = sb_quantile_interval(x, n, 0.5, MTTR_COMPARE_CONFIDENCE);
    sb_hodges_lehmann(x, n, y, m, MTTR_COMPARE_CONFIDENCE, &ret->shift);
    compare_logs(before, after, ret);
    sb_mann_whitney(x, n, y, m, &ret->ranks);
    sb_permutation_medians(x, n, y, m, draws, seed, &ret->medians);
    ret->needed = sb_power_rank(&p, ret->ranks.chance);
    ret->verdict = verdict(before, after, ret->open_p);
}
