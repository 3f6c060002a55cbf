/* The statistics of one metric. Values are seconds, none negative. */
#include "applets/mttr/summary.h"

#include "core/base/mem.h"
#include "core/stat/control.h"
#include "core/stat/order.h"
#include "core/stat/survival.h"
#include "core/stat/trend.h"

#include <math.h>

/* Fewer values show neither a trend nor what is ordinary. */
enum { LEAST_FOR_TREND = 10 };
/* From here on the interval of Kaplan and Meier's median was seen to keep its promise. */
enum { LEAST_FOR_SURVIVAL = 10 };

/* --- the sample --- */

static void count(struct mttr_sample *s, const struct mttr_measure *m,
                  size_t lacking[SB_EVENT_COUNT])
{
    s->missing += m->what == MTTR_MISSING;
    s->negative += m->what == MTTR_NEGATIVE;
    s->not_mine += m->what == MTTR_NOT_MINE;
    s->derived += m->what == MTTR_MEASURED && m->derived;
    if (m->what == MTTR_MISSING)
        lacking[m->from == MTTR_NO_TIME ? m->from_kind : m->to_kind]++;
}

void mttr_sample_take(enum mttr_defs defs, enum mttr_metric m, const struct mttr_selection *sel,
                      int64_t now, struct mttr_sample *ret)
{
    struct mttr_sample s = {0};
    size_t lacking[SB_EVENT_COUNT] = {0};
    s.seconds = sb_xcalloc(sel->n + 1, sizeof *s.seconds);
    s.incident = sb_xcalloc(sel->n + 1, sizeof *s.incident);
    s.at = sb_xcalloc(sel->n + 1, sizeof *s.at);
    s.lasted = sb_xcalloc(sel->n + 1, sizeof *s.lasted);
    for (size_t k = 0; k < sel->n; k++) {
        const struct mttr_incident *i = &sel->set->list.items[sel->items[k]];
        struct mttr_measure x = mttr_measure_one(defs, m, i, mttr_selection_next(sel, k), now);
        count(&s, &x, lacking);
        if (x.what == MTTR_OPEN) {
            s.lasted[s.open++] = (double)x.ns / 1e9;
        } else if (x.what == MTTR_MEASURED) {
            s.seconds[s.n] = (double)x.ns / 1e9;
            s.incident[s.n] = sel->items[k];
            s.at[s.n++] = i->start;
        }
    }
    for (int kind = 1; kind < SB_EVENT_COUNT; kind++)
        if (lacking[kind] > lacking[s.lacks])
            s.lacks = (enum sb_event_kind)kind;
    *ret = s;
}

void mttr_sample_done(struct mttr_sample *s)
{
    free(s->seconds);
    free(s->incident);
    free(s->at);
    free(s->lasted);
    *s = (struct mttr_sample){0};
}

/* --- the parts of a summary --- */

static struct mttr_quantile quantile(const double *sorted, size_t n, double p, bool always)
{
    struct mttr_quantile q = {.value = (double)NAN,
                              .interval = {.low = (double)NAN, .high = (double)NAN}};
    double tail = (1 - MTTR_CONFIDENCE) / 2;
    q.needs = (size_t)ceil(log(tail) / log(p));
    if (n >= q.needs)
        q.interval = sb_quantile_interval(sorted, n, p, MTTR_CONFIDENCE);
    if (n && (always || n >= q.needs))
        q.value = sb_quantile(sorted, n, p);
    return q;
}

/* With what is still open: when half are over. Without anything open the median says the same. */
static void survive(const double *sorted, const struct mttr_sample *s, struct mttr_summary *ret)
{
    size_t n = s->n + s->open;
    double *open = sb_xcalloc(s->open + 1, sizeof *open);
    struct sb_lifetime *lives = sb_xcalloc(n, sizeof *lives);
    struct sb_survival_step *steps = sb_xcalloc(n, sizeof *steps);
    memcpy(open, s->lasted, s->open * sizeof *open);
    sb_sort_doubles(open, s->open);
    for (size_t i = 0, k = 0; i + k < n;) {
        bool ended = k == s->open || (i < s->n && sorted[i] <= open[k]);
        lives[i + k] = (struct sb_lifetime){ended ? sorted[i] : open[k], ended};
        *(ended ? &i : &k) += 1;
    }
    size_t count = sb_kaplan_meier(lives, n, MTTR_CONFIDENCE, steps);
    struct sb_interval i = sb_survival_quantile(steps, count, 0.5, &ret->until_now);
    if (n >= LEAST_FOR_SURVIVAL)
        ret->until_interval = i;
    free(steps);
    free(lives);
    free(open);
}

static void trend(const struct mttr_sample *s, const double *logs, struct mttr_summary *ret)
{
    struct sb_trend t;
    double *days = sb_xcalloc(s->n + 1, sizeof *days);
    for (size_t i = 0; i < s->n; i++)
        days[i] = ((double)s->at[i] - (double)s->at[0]) / (86400.0 * 1e9);
    sb_theil_sen(days, logs, s->n, MTTR_CONFIDENCE, &t);
    free(days);
    if (!t.pairs || !t.range.has_low || !t.range.has_high)
        return;
    ret->has_trend = true;
    ret->trend = exp(30 * t.slope);
    ret->trend_interval = t.range;
    ret->trend_interval.low = exp(30 * t.range.low);
    ret->trend_interval.high = exp(30 * t.range.high);
}

static void control(const double *logs, size_t n, struct mttr_summary *ret)
{
    const double noise = 1e-9; /* of logarithms: equal durations are not outside of themselves */
    struct sb_xmr limits;
    sb_xmr(logs, n, &limits);
    ret->has_limits = true;
    ret->centre = exp(limits.centre);
    ret->low_limit = exp(limits.low);
    ret->high_limit = exp(limits.high);
    for (size_t i = 0; i < n; i++)
        ret->outside += logs[i] < limits.low - noise || logs[i] > limits.high + noise;
}

static void over_time(const struct mttr_sample *s, struct mttr_summary *ret)
{
    if (s->n < LEAST_FOR_TREND || !(ret->sums.min > 0))
        return;
    double *logs = sb_xcalloc(s->n, sizeof *logs);
    for (size_t i = 0; i < s->n; i++)
        logs[i] = log(s->seconds[i]);
    trend(s, logs, ret);
    control(logs, s->n, ret);
    free(logs);
}

double mttr_bin_start(size_t k)
{
    return k ? pow(10, (double)(k - 1) / 4) : 0;
}

static void bin(const double *sorted, size_t n, size_t histogram[MTTR_BINS])
{
    size_t at = 0;
    for (size_t k = 1; k <= MTTR_BINS; k++) {
        size_t from = at;
        double end = k < MTTR_BINS ? mttr_bin_start(k) : (double)INFINITY;
        while (at < n && sorted[at] < end)
            at++;
        histogram[k - 1] = at - from;
    }
}

void mttr_summarize(enum mttr_metric m, const struct mttr_sample *s, struct mttr_summary *ret)
{
    double *sorted = sb_xcalloc(s->n + 1, sizeof *sorted);
    *ret = (struct mttr_summary){.metric = m,
                                 .n = s->n,
                                 .open = s->open,
                                 .missing = s->missing,
                                 .negative = s->negative,
                                 .derived = s->derived,
                                 .lacks = s->lacks,
                                 .q1 = (double)NAN,
                                 .q3 = (double)NAN,
                                 .until_now = (double)NAN};
    memcpy(sorted, s->seconds, s->n * sizeof *sorted);
    sb_sort_doubles(sorted, s->n);
    sb_summarize(s->seconds, s->n, &ret->sums);
    ret->median = quantile(sorted, s->n, 0.5, true);
    ret->p90 = quantile(sorted, s->n, 0.9, false);
    ret->p95 = quantile(sorted, s->n, 0.95, false);
    if (s->n >= 4) {
        ret->q1 = sb_quantile(sorted, s->n, 0.25);
        ret->q3 = sb_quantile(sorted, s->n, 0.75);
    }
    for (size_t i = 0; i < s->n; i++)
        if (s->seconds[i] > s->seconds[ret->largest])
            ret->largest = i;
    if (s->n)
        ret->largest = s->incident[ret->largest];
    if (s->open)
        survive(sorted, s, ret);
    over_time(s, ret);
    bin(sorted, s->n, ret->histogram);
    free(sorted);
}
