/* Trend, control chart, log-normal fit and sample sizes of core/stat beside independent references
 * (tests/unit/stat_trend_table.h: scipy, statsmodels), to 1e-9, and beside simulation. */
#include "core/stat/control.h"
#include "core/stat/lognormal.h"
#include "core/stat/order.h"
#include "core/stat/power.h"
#include "core/stat/rank.h"
#include "core/stat/rng.h"
#include "core/stat/special.h"
#include "core/stat/trend.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>

#include "tests/unit/stat_trend_table.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool close_to(double got, double want)
{
    if (isnan(want))
        return isnan(got);
    return got == want || fabs(got - want) <= 1e-9 * fmax(fabs(want), 1e-290);
}

#define SAME(got, want, i)                                                                  \
    do {                                                                                    \
        double same_got = (got), same_want = (want);                                        \
        unit_require(close_to(same_got, same_want), "%s: %.17g, not %.17g: case %zu", #got, \
                     same_got, same_want, (size_t)(i));                                     \
    } while (0)

static double normal_value(struct sb_rng *r)
{
    return sb_normal_quantile(sb_rng_real(r) * (1 - 1e-15) + 5e-16);
}

/* SB_LONG=1 asks for the long simulations. */
static int rounds(int few, int many)
{
    return getenv("SB_LONG") ? many : few;
}

START_TEST(trends)
{
    for (size_t i = 0; i < COUNT(trend_cases); i++) {
        struct sb_trend t;
        sb_theil_sen(trend_cases[i].x, trend_cases[i].y, trend_cases[i].n,
                     trend_cases[i].confidence, &t);
        SAME(t.slope, trend_cases[i].slope, i);
        SAME(t.range.low, trend_cases[i].low, i);
        SAME(t.range.high, trend_cases[i].high, i);
        ck_assert_uint_eq(t.pairs, trend_cases[i].pairs);
        ck_assert(t.complete && t.range.has_low == (isfinite(t.range.low) != 0));
    }
    struct sb_trend none;
    sb_theil_sen(NULL, NULL, 0, 0.95, &none);
    ck_assert(isnan(none.slope) && none.pairs == 0 && !none.range.has_low);
}
END_TEST

/* Slopes of noisy lines, complete and incomplete: the true one is found, and covered as often as said. */
START_TEST(trend_coverage)
{
    struct sb_rng r;
    sb_rng_init(&r, 5);
    const size_t sizes[] = {25, SB_TREND_COMPLETE + 1};
    for (size_t s = 0; s < COUNT(sizes); s++) {
        int covered = 0, n = rounds(1000, 20000);
        for (int k = 0; k < n; k++) {
            double x[SB_TREND_COMPLETE + 1], y[SB_TREND_COMPLETE + 1];
            for (size_t i = 0; i < sizes[s]; i++) {
                double z = normal_value(&r);
                x[i] = (double)i;
                y[i] = 0.25 * x[i] + z * exp(z * z / 3); /* heavy tails */
            }
            struct sb_trend t;
            sb_theil_sen(x, y, sizes[s], 0.95, &t);
            covered += t.range.low <= 0.25 && 0.25 <= t.range.high;
            ck_assert(t.complete == (sizes[s] < SB_TREND_COMPLETE));
        }
        ck_assert_msg(covered >= n * 93 / 100 && covered <= n * 98 / 100, "n %zu: %d of %d",
                      sizes[s], covered, n);
    }
}
END_TEST

START_TEST(control_limits)
{
    for (size_t i = 0; i < COUNT(xmr_cases); i++) {
        struct sb_xmr x;
        sb_xmr(xmr_cases[i].v, xmr_cases[i].n, &x);
        SAME(x.centre, xmr_cases[i].centre, i);
        SAME(x.range, xmr_cases[i].range, i);
        SAME(x.low, xmr_cases[i].low, i);
        SAME(x.high, xmr_cases[i].high, i);
    }
    struct sb_xmr none;
    sb_xmr(NULL, 0, &none);
    ck_assert(isnan(none.centre) && isnan(none.high));
}
END_TEST

START_TEST(lognormal_fits)
{
    for (size_t i = 0; i < COUNT(fit_cases); i++) {
        struct sb_lognormal f;
        ck_assert(sb_lognormal_fit(fit_cases[i].v, fit_cases[i].n, &f));
        SAME(f.mu, fit_cases[i].mu, i);
        SAME(f.sigma, fit_cases[i].sigma, i);
        SAME(f.a2, fit_cases[i].a2, i);
        SAME(f.p, fit_cases[i].p, i);
        ck_assert(f.fits == (fit_cases[i].p >= 0.05));
    }
    struct sb_lognormal untouched = {.n = 77};
    const double same[8] = {2, 2, 2, 2, 2, 2, 2, 2}, few[] = {1, 2, 3};
    ck_assert(!sb_lognormal_fit(same, 8, &untouched) && !sb_lognormal_fit(few, 3, &untouched));
    ck_assert_uint_eq(untouched.n, 77);
    const double far[] = {1e-300, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1e300}; /* finite all the same */
    ck_assert(sb_lognormal_fit(far, COUNT(far), &untouched) && isfinite(untouched.a2));
}
END_TEST

START_TEST(sample_sizes)
{
    for (size_t i = 0; i < COUNT(power_cases); i++) {
        const struct sb_power p = {power_cases[i].alpha, power_cases[i].power};
        double sigma = power_cases[i].sigma, delta = power_cases[i].delta;
        SAME(sb_power_normal(&p, sigma, delta), power_cases[i].normal, i);
        SAME(sb_power_normal(&p, sigma, -delta), power_cases[i].normal, i);
        double n = sb_power_rank_normal(&p, sigma, delta);
        SAME(n, power_cases[i].rank, i);
        /* The inverse: n values show it, one less does not. */
        ck_assert_double_le(sb_detectable_normal(&p, sigma, n, n), delta);
        if (n > 1)
            ck_assert_double_gt(sb_detectable_normal(&p, sigma, n - 1, n - 1), delta);
        double chance = 0.5 + fmin(0.45, delta / 5), m = sb_power_rank(&p, chance);
        double reach = sb_normal_quantile(1 - p.alpha / 2) + sb_normal_quantile(p.power);
        ck_assert_double_le(reach * sqrt(1 / (6 * m)), chance - 0.5);
        SAME(sb_power_rank(&p, 1 - chance), m, i);
    }
    const struct sb_power usual = {0.05, 0.8};
    ck_assert(isinf(sb_power_rank(&usual, 0.5)) && isinf(sb_power_normal(&usual, 1, 0)));
}
END_TEST

/* How often Mann and Whitney's test finds a cut of log-normal values, with so many in each arm. */
static double found(double sigma, double delta, size_t n, int times)
{
    struct sb_rng r;
    double x[600], y[600];
    int hits = 0;
    sb_rng_init(&r, 17);
    for (int k = 0; k < times; k++) {
        for (size_t i = 0; i < n; i++) {
            x[i] = sigma * normal_value(&r);
            y[i] = sigma * normal_value(&r) - delta;
        }
        sb_sort_doubles(x, n);
        sb_sort_doubles(y, n);
        struct sb_rank_test t;
        sb_mann_whitney(x, n, y, n, &t);
        hits += t.p < 0.05;
    }
    return (double)hits / times;
}

START_TEST(sample_sizes_hold)
{
    const struct sb_power usual = {0.05, 0.8};
    const double cuts[] = {0.2, 0.5};
    for (size_t i = 0; i < COUNT(cuts); i++) {
        double delta = -log1p(-cuts[i]), n = sb_power_rank_normal(&usual, 1.25, delta);
        double share = found(1.25, delta, (size_t)n, rounds(400, 10000));
        ck_assert_msg(share > 0.72 && share < 0.87, "%g of n %g", share, n);
    }
    ck_assert_double_lt(found(1.25, 0, 50, rounds(400, 10000)), 0.08);
}
END_TEST

UNIT_MAIN("stat_trend", trends, trend_coverage, control_limits, lognormal_fits, sample_sizes,
          sample_sizes_hold)
