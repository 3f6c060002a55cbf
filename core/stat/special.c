/* Series where they converge fast, continued fractions elsewhere (W. Lentz's method); the factors in front
 * of them by deviances, which keep their digits for large parameters (C. Loader, "Fast and Accurate
 * Computation of Binomial Probabilities", 2000); inverses by bisection over the bits of the result, which
 * ends at the last place that the function itself can tell apart. */
#include "core/stat/special.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define TINY 1e-300
#define ENOUGH 1e-17
enum { TERMS = 1000000 };

static const double nan_value = (double)NAN;

/* ---- factors ---- */

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* log(n!) less Stirling's formula for it. */
static double stirling_error(double n)
{
    double s = n * n;
    if (n <= 15)
        return log_gamma(n + 1) - (n + 0.5) * log(n) + n - 0.5 * log(2 * M_PI);
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / s) / s) / s) / s) / n;
}

/* x log(x / m) + m - x, without cancellation where x is near m. */
static double deviance(double x, double m)
{
    if (fabs(x - m) >= 0.1 * (x + m))
        return x * log(x / m) + m - x;
    double v = (x - m) / (x + m), sum = (x - m) * v, term = 2 * x * v;
    for (int j = 1; j < 1000; j++) {
        term *= v * v;
        double next = sum + term / (2 * j + 1);
        if (next == sum)
            break;
        sum = next;
    }
    return sum;
}

/* x^a exp(-x) / Gamma(a + 1) */
static double gamma_factor(double a, double x)
{
    return exp(-stirling_error(a) - deviance(a, x)) / sqrt(2 * M_PI * a);
}

/* x^a y^b / (a B(a, b)), y = 1 - x */
static double beta_factor(double a, double b, double x, double y)
{
    double n = a + b;
    double log_c = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) -
                   deviance(b, n * y);
    return exp(log_c) * sqrt(n / (2 * M_PI * a * b)) * (b / n);
}

/* ---- distributions ---- */

double sb_normal_cdf(double z)
{
    return 0.5 * erfc(-z / M_SQRT2);
}

double sb_normal_tail(double z)
{
    return 0.5 * erfc(z / M_SQRT2);
}

static double gamma_series(double a, double x)
{
    double sum = 1, term = 1;
    for (int n = 1; n < TERMS && term > ENOUGH * sum; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return gamma_factor(a, x) * sum;
}

static double gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
    for (int n = 1; n < TERMS; n++) {
        double an = -n * (n - a);
        b += 2;
        d = an * d + b;
        c = b + an / c;
        d = 1 / (fabs(d) < TINY ? TINY : d);
        c = fabs(c) < TINY ? TINY : c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return gamma_factor(a, x) * a * h;
}

double sb_gamma_p(double a, double x)
{
    if (!(a > 0) || !(x >= 0))
        return nan_value;
    if (x == 0)
        return 0;
    return isinf(x) ? 1 : x < a + 1 ? gamma_series(a, x) : 1 - gamma_fraction(a, x);
}

double sb_gamma_q(double a, double x)
{
    if (!(a > 0) || !(x >= 0))
        return nan_value;
    if (x == 0)
        return 1;
    return isinf(x) ? 0 : x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < TINY ? TINY : d);
    double h = d;
    for (int m = 1; m < TERMS; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int k = 0; k < 2; k++) {
            double t = k ? odd : even;
            d = 1 + t * d;
            c = 1 + t / c;
            d = 1 / (fabs(d) < TINY ? TINY : d);
            c = fabs(c) < TINY ? TINY : c;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-16)
            break;
    }
    return h;
}

/* I_x(a, b), with y = 1 - x known by itself. */
static double beta_both(double a, double b, double x, double y)
{
    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(y >= 0))
        return nan_value;
    if (x == 0 || y == 0)
        return x == 0 ? 0 : 1;
    if (x < (a + 1) / (a + b + 2))
        return beta_factor(a, b, x, y) * beta_fraction(a, b, x);
    return 1 - beta_factor(b, a, y, x) * beta_fraction(b, a, y);
}

double sb_beta_i(double a, double b, double x)
{
    return beta_both(a, b, x, 1 - x);
}

double sb_binomial_cdf(double k, double n, double p)
{
    if (k < 0)
        return 0;
    return k >= n ? 1 : beta_both(n - k, k + 1, 1 - p, p);
}

double sb_binomial_tail(double k, double n, double p)
{
    if (k < 0)
        return 1;
    return k >= n ? 0 : beta_both(k + 1, n - k, p, 1 - p);
}

/* ---- inverses ---- */

enum which { NORMAL_MIDDLE, NORMAL_TAIL, GAMMA, BETA };
struct target {
    enum which which;
    double a, b, p;
};

/* Has x gone as far as wanted? Of two tails the smaller is looked at: it has the digits. */
static bool reached(const struct target *t, double x)
{
    switch (t->which) {
    case NORMAL_MIDDLE: return erf(x / M_SQRT2) >= t->p;
    case NORMAL_TAIL: return sb_normal_tail(x) <= t->p;
    case GAMMA: return t->p <= 0.5 ? sb_gamma_p(t->a, x) >= t->p : sb_gamma_q(t->a, x) <= 1 - t->p;
    case BETA:
    default:
        return t->p <= 0.5 ? sb_beta_i(t->a, t->b, x) >= t->p
                           : beta_both(t->b, t->a, 1 - x, x) <= 1 - t->p;
    }
}

/* The least x from 0 to most that has: doubles from 0 up are ordered as their bits are. */
static double solve(const struct target *t, double most)
{
    uint64_t low = 0, high;
    double x;
    memcpy(&high, &most, sizeof high);
    while (low < high) {
        uint64_t mid = low + (high - low) / 2;
        memcpy(&x, &mid, sizeof x);
        if (reached(t, x))
            high = mid;
        else
            low = mid + 1;
    }
    memcpy(&x, &low, sizeof x);
    return x;
}

double sb_normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1))
        return nan_value;
    if (p == 0 || p == 1)
        return p == 0 ? (double)-INFINITY : (double)INFINITY;
    double tail = p < 0.5 ? p : 1 - p;
    struct target t = {tail < 0.2 ? NORMAL_TAIL : NORMAL_MIDDLE, 0, 0,
                       tail < 0.2 ? tail : fabs(2 * p - 1)};
    double z = solve(&t, 40);
    return p < 0.5 ? -z : z;
}

double sb_gamma_quantile(double a, double p)
{
    if (!(a > 0) || !(p >= 0 && p <= 1))
        return nan_value;
    return p == 1 ? (double)INFINITY : solve(&(struct target){GAMMA, a, 0, p}, 1e300);
}

double sb_chi2_quantile(double df, double p)
{
    return 2 * sb_gamma_quantile(df / 2, p);
}

double sb_beta_quantile(double a, double b, double p)
{
    if (!(a > 0) || !(b > 0) || !(p >= 0 && p <= 1))
        return nan_value;
    return solve(&(struct target){BETA, a, b, p}, 1);
}
