/* core/stat beside independent references (tests/unit/stat_table.h: scipy, enumeration), to 1e-9; beside
 * plain models on random data; and its random numbers beside published ones. */
#include "core/stat/count.h"
#include "core/stat/permutation.h"
#include "core/stat/quantile.h"
#include "core/stat/rank.h"
#include "core/stat/rng.h"
#include "core/stat/special.h"
#include "core/stat/summary.h"
#include "core/stat/survival.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>

#include "tests/unit/stat_table.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const double relative = 1e-9;

static bool close_to(double got, double want)
{
    if (isnan(want))
        return isnan(got);
    if (isinf(want) || got == want)
        return got == want;
    return fabs(got - want) <= relative * fmax(fabs(want), 1e-290);
}

#define SAME(got, want, ...)                                                                     \
    do {                                                                                         \
        double same_got = (got), same_want = (want);                                             \
        if (!close_to(same_got, same_want)) {                                                    \
            char same_case[128];                                                                 \
            snprintf(same_case, sizeof same_case, __VA_ARGS__);                                  \
            ck_abort_msg("%s: %.17g, not %.17g: case %s", #got, same_got, same_want, same_case); \
        }                                                                                        \
    } while (0)

static double call(enum stat_function f, double a, double b, double x)
{
    switch (f) {
    case NORMAL_CDF: return sb_normal_cdf(x);
    case NORMAL_TAIL: return sb_normal_tail(x);
    case NORMAL_QUANTILE: return sb_normal_quantile(x);
    case GAMMA_P: return sb_gamma_p(a, x);
    case GAMMA_Q: return sb_gamma_q(a, x);
    case GAMMA_QUANTILE: return sb_gamma_quantile(a, x);
    case CHI2_QUANTILE: return sb_chi2_quantile(a, x);
    case BETA_I: return sb_beta_i(a, b, x);
    case BETA_QUANTILE: return sb_beta_quantile(a, b, x);
    case BINOMIAL_CDF: return sb_binomial_cdf(a, b, x);
    case BINOMIAL_TAIL: return sb_binomial_tail(a, b, x);
    default: return (double)NAN;
    }
}

START_TEST(special_functions)
{
    for (size_t i = 0; i < COUNT(special_cases); i++)
        SAME(call(special_cases[i].f, special_cases[i].a, special_cases[i].b, special_cases[i].x),
             special_cases[i].value, "%zu: function %d of %g, %g, %g", i, (int)special_cases[i].f,
             special_cases[i].a, special_cases[i].b, special_cases[i].x);
    ck_assert(isnan(sb_gamma_p(-1, 2)) && isnan(sb_gamma_q(1, -2)) && isnan(sb_beta_i(0, 1, 0.5)));
    ck_assert(isnan(sb_normal_quantile(1.1)) && isnan(sb_gamma_quantile(1, -0.1)));
    ck_assert(sb_normal_quantile(0) < -1e300 && sb_normal_quantile(1) > 1e300);
}
END_TEST

START_TEST(summaries)
{
    struct sb_summary s;
    for (size_t i = 0; i < COUNT(summary_cases); i++) {
        size_t k = summary_cases[i].sample;
        sb_summarize(samples[k].v, samples[k].n, &s);
        SAME(s.sum, summary_cases[i].sum, "%zu", i);
        SAME(s.mean, summary_cases[i].mean, "%zu", i);
        SAME(s.sd, summary_cases[i].sd, "%zu", i);
        SAME(s.geo_mean, summary_cases[i].geo, "%zu", i);
        if (samples[k].v[0] != samples[k].v[samples[k].n - 1]) /* else rounding is all there is */
            SAME(s.log_sd, summary_cases[i].log_sd, "%zu", i);
        ck_assert(s.min == samples[k].v[0] && s.max == samples[k].v[samples[k].n - 1]);
    }
    sb_summarize((const double[]){1, 3, 0}, 3, &s);
    SAME(s.largest_share, 0.75, "a share");
    sb_summarize(NULL, 0, &s);
    ck_assert(s.n == 0 && isnan(s.mean) && isnan(s.geo_mean));
    sb_summarize((const double[]){-1, 3}, 2, &s);
    ck_assert(isnan(s.largest_share) && isnan(s.geo_mean));
}
END_TEST

START_TEST(quantiles)
{
    for (size_t i = 0; i < COUNT(quantile_cases); i++) {
        size_t k = quantile_cases[i].sample;
        struct sb_interval q = sb_quantile_interval(samples[k].v, samples[k].n, quantile_cases[i].p,
                                                    quantile_cases[i].confidence);
        SAME(sb_quantile(samples[k].v, samples[k].n, quantile_cases[i].p), quantile_cases[i].value,
             "%zu", i);
        SAME(q.low, quantile_cases[i].low, "%zu", i);
        SAME(q.high, quantile_cases[i].high, "%zu", i);
        SAME(q.coverage, quantile_cases[i].coverage, "%zu", i);
        ck_assert(q.has_low == (isfinite(q.low) != 0) && q.has_high == (isfinite(q.high) != 0));
        if (q.has_low && q.has_high)
            ck_assert(q.coverage >= quantile_cases[i].confidence);
    }
    /* p90 has an upper limit from 36 values on. */
    double v[36];
    for (int i = 0; i < 36; i++)
        v[i] = i;
    ck_assert(!sb_quantile_interval(v, 35, 0.9, 0.95).has_high);
    ck_assert(sb_quantile_interval(v, 36, 0.9, 0.95).has_high);
    ck_assert(sb_quantile(v, 36, 0) == 0 && sb_quantile(v, 36, 1) == 35);
}
END_TEST

START_TEST(pairs)
{
    for (size_t i = 0; i < COUNT(pair_cases); i++) {
        const double *x = pair_cases[i].x, *y = pair_cases[i].y;
        size_t n = pair_cases[i].n, m = pair_cases[i].m;
        struct sb_rank_test t;
        double shift;
        sb_mann_whitney(x, n, y, m, &t);
        SAME(t.u, pair_cases[i].u, "%zu", i);
        SAME(t.p, pair_cases[i].p, "%zu", i);
        SAME(t.chance, pair_cases[i].u / (double)(n * m), "%zu", i);
        ck_assert(t.exact == (n + m <= 40));
        struct sb_interval s = sb_hodges_lehmann(x, n, y, m, 0.95, &shift);
        SAME(shift, pair_cases[i].shift, "%zu", i);
        SAME(s.low, pair_cases[i].low, "%zu", i);
        SAME(s.high, pair_cases[i].high, "%zu", i);
        SAME(s.coverage, pair_cases[i].coverage, "%zu", i);
        if (isnan(pair_cases[i].medians_p))
            continue;
        struct sb_permutation p;
        sb_permutation_medians(x, n, y, m, 5000, 1, &p);
        ck_assert(p.exact);
        SAME(p.p, pair_cases[i].medians_p, "%zu", i);
        if (n + m >= 12) { /* drawn, it comes near; five standard deviations */
            sb_permutation_medians(x, n, y, m, 200, 7, &p);
            double sd = sqrt(pair_cases[i].medians_p * (1 - pair_cases[i].medians_p) / 200);
            ck_assert(!p.exact && p.draws == 200);
            ck_assert_double_le(fabs(p.p - pair_cases[i].medians_p), 5 * sd + 0.01);
        }
    }
}
END_TEST

/* The same from the other side: the shift and its limits change their sign, p stays. */
START_TEST(pairs_are_symmetric)
{
    for (size_t i = 0; i < COUNT(pair_cases); i++) {
        const double *x = pair_cases[i].x, *y = pair_cases[i].y;
        size_t n = pair_cases[i].n, m = pair_cases[i].m;
        struct sb_rank_test a, b;
        double there, back;
        sb_mann_whitney(x, n, y, m, &a);
        sb_mann_whitney(y, m, x, n, &b);
        SAME(a.p, b.p, "%zu", i);
        SAME(a.u + b.u, (double)(n * m), "%zu", i);
        struct sb_interval s = sb_hodges_lehmann(x, n, y, m, 0.9, &there);
        struct sb_interval r = sb_hodges_lehmann(y, m, x, n, 0.9, &back);
        ck_assert(there == -back && s.low == -r.high && s.high == -r.low);
    }
}
END_TEST

START_TEST(lifetimes)
{
    for (size_t i = 0; i < COUNT(life_cases); i++) {
        struct sb_lifetime lives[COUNT(life_cases[0].time)];
        struct sb_survival_step steps[COUNT(life_cases[0].time)];
        for (size_t k = 0; k < life_cases[i].n; k++)
            lives[k] = (struct sb_lifetime){life_cases[i].time[k], life_cases[i].ended[k]};
        size_t count = sb_kaplan_meier(lives, life_cases[i].n, 0.95, steps);
        ck_assert_uint_eq(count, life_cases[i].steps);
        double median = (double)INFINITY, low = median, high = median, got;
        for (size_t k = count; k-- > 0;) {
            SAME(steps[k].time, life_cases[i].at[k], "%zu, step %zu", i, k);
            SAME(steps[k].survival, life_cases[i].s[k], "%zu, step %zu", i, k);
            SAME(steps[k].low, life_cases[i].low[k], "%zu, step %zu", i, k);
            SAME(steps[k].high, life_cases[i].high[k], "%zu, step %zu", i, k);
            median = life_cases[i].s[k] <= 0.5 + 1e-12 ? steps[k].time : median;
            low = !(life_cases[i].low[k] > 0.5) ? steps[k].time : low;
            high = life_cases[i].high[k] <= 0.5 ? steps[k].time : high;
        }
        struct sb_interval m = sb_survival_quantile(steps, count, 0.5, &got);
        ck_assert(got == median && m.low == low && m.high == high);
        ck_assert(m.has_high == (isfinite(high) != 0));
    }
}
END_TEST

/* Without censoring the survival is the share that is greater. */
START_TEST(lifetimes_that_all_ended)
{
    struct sb_lifetime lives[100];
    struct sb_survival_step steps[100];
    struct sb_rng rng;
    double median;
    sb_rng_init(&rng, 3);
    double at = 0;
    for (int i = 0; i < 100; i++) {
        at += (double)sb_rng_below(&rng, 3);
        lives[i] = (struct sb_lifetime){at, true};
    }
    size_t count = sb_kaplan_meier(lives, 100, 0.95, steps);
    for (size_t k = 0; k < count; k++) {
        int greater = 0;
        for (int i = 0; i < 100; i++)
            greater += lives[i].time > steps[k].time;
        ck_assert_double_eq_tol(steps[k].survival, greater / 100.0, 1e-12);
    }
    sb_survival_quantile(steps, count, 0.5, &median);
    ck_assert_double_eq(median, lives[49].time);
    ck_assert_uint_eq(sb_kaplan_meier(NULL, 0, 0.95, NULL), 0);
    sb_survival_quantile(NULL, 0, 0.5, &median);
    ck_assert(isinf(median));
}
END_TEST

START_TEST(counts)
{
    double p;
    for (size_t i = 0; i < COUNT(poisson_cases); i++) {
        struct sb_interval c =
            sb_poisson_interval(poisson_cases[i].count, poisson_cases[i].confidence);
        SAME(c.low, poisson_cases[i].low, "%zu", i);
        SAME(c.high, poisson_cases[i].high, "%zu", i);
        struct sb_interval t =
            sb_mean_time_interval(1000, poisson_cases[i].count, poisson_cases[i].confidence);
        SAME(t.low, 1000 / poisson_cases[i].high, "%zu", i);
        SAME(t.high, poisson_cases[i].low > 0 ? 1000 / poisson_cases[i].low : (double)INFINITY,
             "%zu", i);
        ck_assert(t.has_high == (poisson_cases[i].count > 0));
    }
    for (size_t i = 0; i < COUNT(share_cases); i++) {
        struct sb_interval s = sb_share_interval(share_cases[i].k, share_cases[i].n, 0.95);
        SAME(s.low, share_cases[i].low, "%zu", i);
        SAME(s.high, share_cases[i].high, "%zu", i);
    }
    for (size_t i = 0; i < COUNT(ratio_cases); i++) {
        struct sb_interval r = sb_rate_ratio_interval(
            ratio_cases[i].a, ratio_cases[i].ta, ratio_cases[i].b, ratio_cases[i].tb, 0.95, &p);
        SAME(r.low, ratio_cases[i].low, "%zu", i);
        SAME(r.high, ratio_cases[i].high, "%zu", i);
        SAME(p, ratio_cases[i].p, "%zu", i);
    }
    struct sb_interval none = sb_rate_ratio_interval(0, 1, 0, 1, 0.95, &p);
    ck_assert(!none.has_low && !none.has_high && p == 1);
}
END_TEST

/* xoshiro256++ from the state 1, 2, 3, 4: the first values of its authors' C code, as quoted by the
 * test suites of several of its ports. */
START_TEST(random_numbers)
{
    static const uint64_t published[] = {UINT64_C(41943041), UINT64_C(58720359),
                                         UINT64_C(3588806011781223), UINT64_C(3591011842654386)};
    struct sb_rng r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT(published); i++)
        ck_assert_uint_eq(sb_rng_next(&r), published[i]);
    sb_rng_init(&r, 1234567); /* splitmix64 of this seed, as published with it */
    ck_assert_uint_eq(r.state[0], UINT64_C(6457827717110365317));
    ck_assert_uint_eq(r.state[1], UINT64_C(3203168211198807973));
    size_t hits[7] = {0};
    double sum = 0;
    for (int i = 0; i < 70000; i++) {
        hits[sb_rng_below(&r, 7)]++;
        double x = sb_rng_real(&r);
        ck_assert(x >= 0 && x < 1);
        sum += x;
    }
    for (int i = 0; i < 7; i++)
        ck_assert(hits[i] > 9500 && hits[i] < 10500);
    ck_assert(fabs(sum / 70000 - 0.5) < 0.01);
    ck_assert_uint_eq(sb_rng_below(&r, 1), 0);
    for (int i = 0; i < 1000; i++)
        ck_assert(sb_rng_below(&r, UINT64_MAX - 5) < UINT64_MAX - 5);
}
END_TEST

/* The exact interval of the median covers what it says, on tails that break the others. */
START_TEST(coverage)
{
    struct sb_rng r;
    int covered = 0;
    enum { ROUNDS = 4000, N = 30 };
    sb_rng_init(&r, 99);
    for (int k = 0; k < ROUNDS; k++) {
        double v[N];
        for (int i = 0; i < N; i++) { /* exp(2.3 z): median 1; inserted in order */
            double x = exp(2.3 * sb_normal_quantile(sb_rng_real(&r) * (1 - 1e-15) + 5e-16));
            int at = i;
            for (; at > 0 && v[at - 1] > x; at--)
                v[at] = v[at - 1];
            v[at] = x;
        }
        struct sb_interval i = sb_quantile_interval(v, N, 0.5, 0.95);
        covered += i.low <= 1 && 1 <= i.high;
    }
    ck_assert_int_ge(covered, ROUNDS * 945 / 1000); /* 95.7 % in theory */
    ck_assert_int_le(covered, ROUNDS * 970 / 1000);
}
END_TEST

UNIT_MAIN("stat", special_functions, summaries, quantiles, pairs, pairs_are_symmetric, lifetimes,
          lifetimes_that_all_ended, counts, random_numbers, coverage)
