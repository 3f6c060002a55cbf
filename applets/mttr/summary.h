/* The statistics of one metric over a group of incidents: never a number without its n, its
 * counts and, where one is known that keeps its promise, its interval. Pure.
 *
 * Every interval here is of 95 %, and one of those whose real coverage was simulated to lie
 * between 93 % and 99 % on log-normal and on heavier-tailed data
 * (tests/unit/test_mttr_coverage.c). There is none for the mean: those in use cover 61 to 85 %
 * of such data, not 95. */
#ifndef MTTR_SUMMARY_H
#define MTTR_SUMMARY_H

#include "applets/mttr/filter.h"
#include "applets/mttr/metric.h"
#include "core/stat/quantile.h"
#include "core/stat/summary.h"

#define MTTR_CONFIDENCE 0.95
/* Bins of a quarter of a decade each: bin k >= 1 begins at mttr_bin_start(k) = 10^((k - 1) / 4)
 * s, 0 at 0; the last holds everything above. */
enum { MTTR_BINS = 32 };
double mttr_bin_start(size_t k);

/* What the incidents of a selection say of one metric, in the order of their start. */
struct mttr_sample {
    size_t n;         /* measured */
    double *seconds;  /* n of them */
    size_t *incident; /* n indexes into the set */
    int64_t *at;      /* n: the incident's start */
    size_t open;
    double *lasted;                              /* open: s, so far */
    size_t missing, negative, not_mine, derived; /* counts; derived ones are measured ones, too */
    enum sb_event_kind
        lacks; /* of what is missing, the kind that is most often; SB_EVENT_OTHER: none */
};
/* ret is initialised here. */
void mttr_sample_take(enum mttr_defs defs, enum mttr_metric m, const struct mttr_selection *sel,
                      int64_t now, struct mttr_sample *ret);
void mttr_sample_done(struct mttr_sample *s); /* {0} is fine */

/* A quantile of the durations: NaN and no limits where n is too small to tell (`needs` values
 * would do). */
struct mttr_quantile {
    double value;
    struct sb_interval interval;
    size_t needs;
};

struct mttr_summary {
    enum mttr_metric metric;
    size_t n, open, missing, negative, derived;
    enum sb_event_kind lacks;
    struct sb_summary sums;        /* mean, sd, geo_mean ..., all of s */
    struct mttr_quantile median;   /* its value is told from n = 1 on, its interval from 6 on */
    struct mttr_quantile p90, p95; /* told when the data bounds them from both sides */
    double q1, q3;                 /* quartiles; NaN for n < 4 */
    size_t largest;                /* index into the set of the incident behind sums.max */
    double until_now; /* with the open ones, as Kaplan and Meier count them: half are over ... */
    struct sb_interval until_interval; /* ... by then; NaN, infinite: not reached */
    bool has_trend;                    /* n >= 10, all > 0, starts that differ */
    double trend;                      /* factor a 30 days: 0.9 is a tenth less */
    struct sb_interval trend_interval;
    bool has_limits; /* n >= 10, all > 0 */
    double centre, low_limit, high_limit;
    size_t outside; /* durations beyond the limits */
    size_t histogram[MTTR_BINS];
};
/* now: for what is open. */
void mttr_summarize(enum mttr_metric m, const struct mttr_sample *s, struct mttr_summary *ret);

#endif
