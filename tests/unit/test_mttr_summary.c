/* The statistics of a metric beside an independent reference (mttr_summary_table.h), to 1e-9;
 * what changes with the order and the unit of the values, and what does not. */
#include "applets/mttr/summary.h"
#include "core/stat/rng.h"
#include "core/stat/special.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>

#include "tests/unit/mttr_summary_table.h"

enum { MOST = 300 };

struct sample {
    double seconds[MOST], lasted[MOST];
    size_t incident[MOST];
    int64_t at[MOST];
    struct mttr_sample s;
};

/* Incidents a day apart. */
static void fill(struct sample *x, const double *seconds, size_t n, const double *lasted,
                 size_t open)
{
    for (size_t k = 0; k < n; k++) {
        x->seconds[k] = seconds[k];
        x->incident[k] = k;
        x->at[k] = (int64_t)k * 86400 * SB_NS_PER_S;
    }
    for (size_t k = 0; k < open; k++)
        x->lasted[k] = lasted[k];
    x->s = (struct mttr_sample){.n = n,
                                .seconds = x->seconds,
                                .incident = x->incident,
                                .at = x->at,
                                .open = open,
                                .lasted = x->lasted};
}

static bool close_to(double got, double want)
{
    if (isnan(want))
        return isnan(got);
    return got == want || fabs(got - want) <= 1e-9 * fabs(want);
}

static double low(const struct sb_interval *i)
{
    return i->has_low ? i->low : (double)NAN;
}

static double high(const struct sb_interval *i)
{
    return i->has_high ? i->high : (double)NAN;
}

START_TEST(reference)
{
    static struct sample x;
    struct mttr_summary s;
    for (size_t c = 0; c < sizeof summary_cases / sizeof *summary_cases; c++) {
        fill(&x, summary_cases[c].seconds, summary_cases[c].n, summary_cases[c].lasted,
             summary_cases[c].open);
        mttr_summarize(MTTR_RECOVER, &x.s, &s);
        const double got[] = {s.sums.mean,
                              s.sums.sd,
                              s.sums.geo_mean,
                              s.median.value,
                              low(&s.median.interval),
                              high(&s.median.interval),
                              s.p90.value,
                              low(&s.p90.interval),
                              high(&s.p90.interval),
                              s.p95.value,
                              low(&s.p95.interval),
                              high(&s.p95.interval),
                              s.q1,
                              s.q3,
                              s.until_now};
        for (size_t k = 0; k < 15; k++)
            unit_require(close_to(got[k], summary_cases[c].want[k]),
                         "case %zu, n %zu, figure %zu: %.17g, not %.17g", c, x.s.n, k, got[k],
                         summary_cases[c].want[k]);
    }
}
END_TEST

/* Of one incident there is a time, and nothing else is claimed. */
START_TEST(one_and_none)
{
    static struct sample x;
    struct mttr_summary s;
    fill(&x, (double[]){120}, 1, NULL, 0);
    mttr_summarize(MTTR_RESPOND, &x.s, &s);
    ck_assert_double_eq(s.median.value, 120);
    ck_assert(!s.median.interval.has_low && !s.median.interval.has_high && !s.has_trend);
    ck_assert(isnan(s.p90.value) && s.p90.needs == 36 && s.p95.needs == 72 && !s.has_limits);
    fill(&x, NULL, 0, (double[]){60, 70}, 2);
    mttr_summarize(MTTR_RESPOND, &x.s, &s);
    ck_assert(s.n == 0 && s.open == 2 && isnan(s.median.value) && isnan(s.sums.mean));
    ck_assert(isinf(s.until_now)); /* nothing has ended yet */
    fill(&x, NULL, 0, NULL, 0);
    mttr_summarize(MTTR_RESPOND, &x.s, &s);
    ck_assert(s.n == 0 && isnan(s.median.value) && isnan(s.until_now));
}
END_TEST

static void draw(struct sb_rng *r, double *values, size_t n, double scale)
{
    for (size_t k = 0; k < n; k++)
        values[k] =
            scale *
                round(1000 * exp(5 + 1.58 * sb_normal_quantile(sb_rng_real(r) * 0.998 + 0.001))) +
            scale;
}

/* Everything but what looks at the order in time. */
static void same(const struct mttr_summary *a, const struct mttr_summary *b, double scale)
{
    const double x[] = {a->median.value,
                        a->median.interval.low,
                        a->median.interval.high,
                        a->p90.value,
                        a->p95.interval.high,
                        a->sums.mean,
                        a->sums.sd,
                        a->sums.geo_mean,
                        a->q1,
                        a->q3,
                        a->sums.max,
                        a->until_now};
    const double y[] = {b->median.value,
                        b->median.interval.low,
                        b->median.interval.high,
                        b->p90.value,
                        b->p95.interval.high,
                        b->sums.mean,
                        b->sums.sd,
                        b->sums.geo_mean,
                        b->q1,
                        b->q3,
                        b->sums.max,
                        b->until_now};
    for (size_t k = 0; k < sizeof x / sizeof *x; k++)
        unit_require(close_to(x[k] * scale, y[k]), "figure %zu: %.17g and %.17g", k, x[k] * scale,
                     y[k]);
    unit_require(close_to(a->sums.largest_share, b->sums.largest_share), "share");
}

START_TEST(order_and_unit)
{
    static struct sample x, y;
    static double values[MOST], lasted[MOST];
    struct mttr_summary a, b;
    struct sb_rng r;
    sb_rng_init(&r, 11);
    for (size_t round = 0; round < 100; round++) {
        size_t n = 1 + (size_t)sb_rng_below(&r, MOST), open = (size_t)sb_rng_below(&r, 40);
        draw(&r, values, n, 1e-3);
        draw(&r, lasted, open, 1e-3);
        fill(&x, values, n, lasted, open);
        mttr_summarize(MTTR_RECOVER, &x.s, &a);
        for (size_t k = n; k-- > 1;) {
            size_t other = (size_t)sb_rng_below(&r, k + 1);
            double t = values[k];
            values[k] = values[other];
            values[other] = t;
        }
        fill(&y, values, n, lasted, open);
        mttr_summarize(MTTR_RECOVER, &y.s, &b);
        same(&a, &b, 1);
        ck_assert_mem_eq(a.histogram, b.histogram, sizeof a.histogram);
        ck_assert(x.seconds[a.largest] == y.seconds[b.largest]);
        for (size_t k = 0; k < MOST; k++) {
            x.seconds[k] *= 8;
            x.lasted[k] *= 8;
        }
        mttr_summarize(MTTR_RECOVER, &x.s, &b);
        same(&a, &b, 8);
        ck_assert(a.has_trend == b.has_trend && a.outside == b.outside);
        ck_assert(!a.has_trend || fabs(a.trend - b.trend) < 1e-9);
    }
}
END_TEST

/* Halved every 30 days: the trend says so; a wild value does not bend it, and is outside of the
 * limits. */
START_TEST(trend_and_limits)
{
    static struct sample x;
    double values[90];
    struct mttr_summary s;
    for (size_t k = 0; k < 90; k++)
        values[k] = 3600 * pow(0.5, (double)k / 30) * (k % 2 ? 1.02 : 0.98);
    values[40] *= 1000;
    fill(&x, values, 90, NULL, 0);
    mttr_summarize(MTTR_RECOVER, &x.s, &s);
    ck_assert(s.has_trend && fabs(s.trend - 0.5) < 0.005);
    ck_assert(s.trend_interval.low < 0.5 && s.trend_interval.high > 0.5);
    ck_assert(s.trend_interval.high - s.trend_interval.low < 0.02);
    ck_assert_uint_eq(s.largest, 40);
    ck_assert(s.has_limits && s.outside >= 1);
    for (size_t k = 0; k < 90; k++)
        values[k] = 4204800;
    fill(&x, values, 90, NULL, 0);
    mttr_summarize(MTTR_RECOVER, &x.s, &s);
    ck_assert_uint_eq(s.outside, 0); /* all alike: rounding puts none outside */
}
END_TEST

START_TEST(bins)
{
    static struct sample x;
    struct mttr_summary s;
    fill(&x, (double[]){0, 0.5, 1, 9.99, 10, 1e9}, 6, NULL, 0);
    mttr_summarize(MTTR_RECOVER, &x.s, &s);
    ck_assert_uint_eq(s.histogram[0], 2);
    ck_assert_uint_eq(s.histogram[1], 1);
    ck_assert_double_eq(mttr_bin_start(5), 10);
    ck_assert_uint_eq(s.histogram[4], 1);
    ck_assert_uint_eq(s.histogram[5], 1);
    ck_assert_uint_eq(s.histogram[MTTR_BINS - 1], 1);
}
END_TEST

UNIT_MAIN("mttr_summary", reference, one_and_none, order_and_unit, trend_and_limits, bins)
