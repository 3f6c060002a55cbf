#!/usr/bin/env python3
"""Writes tests/unit/stat_table.h: what core/stat must agree with, to 1e-9.

    python3 -m venv venv && venv/bin/pip install scipy
    venv/bin/python contrib/scripts/stat-cases.py >tests/unit/stat_table.h

References: scipy and numpy where they have the method; plain enumeration and fractions where they have
not (ties in exact tests, intervals by ranks). The committed table was made with scipy 1.17.1.
"""
import itertools
import math
import random
from fractions import Fraction
from functools import lru_cache

import numpy
import scipy
from scipy import special, stats

random.seed(11)


def num(x):
    if math.isnan(x):
        return 'NONE'
    if math.isinf(x):
        return 'ENDLESS' if x > 0 else '-ENDLESS'
    return repr(float(x))


def row(*values):
    out = []
    for v in values:
        if isinstance(v, str):
            out.append(v)
        elif isinstance(v, (list, tuple)):
            out.append('{' + (', '.join(num(x) for x in v) or '0') + '}')
        elif isinstance(v, bool):
            out.append('true' if v else 'false')
        elif isinstance(v, (int, numpy.integer)):
            out.append(str(v))
        else:
            out.append(num(v))
    print('    {' + ', '.join(out) + '},')


def table(declaration):
    print('%s = {' % declaration)


def end():
    print('};')


print('/* Made by contrib/scripts/stat-cases.py with scipy %s and numpy %s; do not edit. */' %
      (scipy.__version__, numpy.__version__))
print('#define NONE __builtin_nan("")')
print('#define ENDLESS __builtin_inf()')
print('enum stat_function { NORMAL_CDF, NORMAL_TAIL, NORMAL_QUANTILE, GAMMA_P, GAMMA_Q, GAMMA_QUANTILE, '
      'CHI2_QUANTILE, BETA_I, BETA_QUANTILE, BINOMIAL_CDF, BINOMIAL_TAIL };')

# ---- special functions: f, a, b, x, value
table('static const struct { enum stat_function f; double a, b, x, value; } special_cases[]')
for z in (-37.0, -8.3, -1.96, -0.5, -1e-9, 0.0, 1e-5, 0.7, 2.5, 6.0, 9.5):
    row('NORMAL_CDF', 0, 0, z, stats.norm.cdf(z))
    row('NORMAL_TAIL', 0, 0, z, stats.norm.sf(z))
for p in (1e-300, 1e-20, 1e-9, 0.001, 0.025, 0.2, 0.3, 0.4999999, 0.5, 0.6, 0.8, 0.95, 0.975, 0.999999):
    row('NORMAL_QUANTILE', 0, 0, p, stats.norm.ppf(p))
for a in (0.01, 0.5, 1, 2.5, 10, 77.7, 1000, 123456):
    for f in (0.01, 0.3, 0.9, 0.99, 1.0, 1.01, 1.3, 3):
        row('GAMMA_P', a, 0, a * f, special.gammainc(a, a * f))
        row('GAMMA_Q', a, 0, a * f, special.gammaincc(a, a * f))
    for p in (1e-6, 0.025, 0.5, 0.9, 0.975):
        row('GAMMA_QUANTILE', a, 0, p, special.gammaincinv(a, p))
        row('CHI2_QUANTILE', 2 * a, 0, p, stats.chi2.ppf(p, 2 * a))
for a, b in ((0.5, 0.5), (1, 3), (2, 2), (10, 0.3), (30, 70), (500, 500), (3, 5000), (20000, 45000)):
    for f in (0.1, 0.8, 0.99, 1.0, 1.02, 1.3):
        x = a / (a + b) * f
        if 0 < x < 1:
            row('BETA_I', a, b, x, special.betainc(a, b, x))
    for p in (0.001, 0.025, 0.5, 0.975):
        row('BETA_QUANTILE', a, b, p, special.betaincinv(a, b, p))
for n in (1, 7, 60, 1000, 100000):
    for p in (0.01, 0.5, 0.9):
        for k in sorted({-1, 0, 1, int(n * p), int(n * p) + 1, n - 1, n}):
            row('BINOMIAL_CDF', k, n, p, stats.binom.cdf(k, n, p))
            row('BINOMIAL_TAIL', k, n, p, stats.binom.sf(k, n, p))
end()


# ---- samples
def sample(n, ties=False, shift=0.0):
    values = [math.exp(random.gauss(3, 1.4)) + shift for _ in range(n)]
    if ties:
        values = [float(round(v / 20) * 5) for v in values]
    return sorted(values)


SAMPLES = [sample(n) for n in (1, 2, 3, 5, 8, 12, 20, 29, 36, 60, 100)] + \
          [sample(n, ties=True) for n in (4, 9, 15, 25, 40, 80)] + [[7.0] * 6] + \
          [sorted(random.gauss(0, 1) for _ in range(31)), [1e15, 1e15 + 1, 1e15 + 2], [0.0, 1.0, 2.0]]
MOST = max(len(s) for s in SAMPLES)
table('static const struct { size_t n; double v[%d]; } samples[]' % MOST)
for s in SAMPLES:
    row(len(s), s)
end()

table('static const struct { size_t sample; double sum, mean, sd, geo, log_sd; } summary_cases[]')
for i, s in enumerate(SAMPLES):
    exact = [Fraction(v) for v in s]
    mean = sum(exact) / len(s)
    var = sum((v - mean) ** 2 for v in exact) / (len(s) - 1) if len(s) > 1 else None
    positive = s[0] > 0
    logs = [math.log(v) for v in s] if positive else None
    row(i, float(sum(exact)), float(mean), math.sqrt(var) if var is not None else math.nan,
        stats.gmean(s) if positive else math.nan,
        float(numpy.std(logs, ddof=1)) if positive and len(s) > 1 else math.nan)
end()


def binomial_cdf(k, n, p):
    return float(sum(Fraction(math.comb(n, i)) * p**i * (1 - p)**(n - i) for i in range(0, k + 1)))


table('static const struct { size_t sample; double p, confidence, value, low, high, coverage; } quantile_cases[]')
for i, s in enumerate(SAMPLES):
    n = len(s)
    for p in (Fraction(1, 2), Fraction(9, 10), Fraction(19, 20), Fraction(1, 4)):
        for confidence in (0.9, 0.95, 0.99):
            each = (1 - confidence) / 2
            below = [0.0] + [binomial_cdf(k, n, p) for k in range(n + 1)]  # below[l] = P(B < l)
            low = max((r for r in range(1, n + 1) if below[r] <= each), default=0)
            high = min((r for r in range(1, n + 1) if 1 - below[r] <= each), default=n + 1)
            coverage = (below[high] if high <= n else 1) - (below[low] if low else 0)
            row(i, float(p), confidence, float(numpy.quantile(s, float(p))),
                s[low - 1] if low else -math.inf, s[high - 1] if high <= n else math.inf, coverage)
end()


# ---- two samples
@lru_cache(None)
def u_ways(n, m, u):
    if u < 0:
        return 0
    if n == 0 or m == 0:
        return int(u == 0)
    return u_ways(n - 1, m, u - m) + u_ways(n, m - 1, u)


def shift_interval(x, y, confidence):
    n, m = len(x), len(y)
    d = sorted(a - b for a in x for b in y)
    each = (1 - confidence) / 2
    coverage = math.nan
    if n + m <= 40:
        all_ways, below, k = math.comb(n + m, n), 0, 0
        while (below + u_ways(n, m, k)) / all_ways <= each:
            below += u_ways(n, m, k)
            k += 1
        coverage = 1 - 2 * below / all_ways
    else:
        k = math.floor(n * m / 2 + 0.5 + stats.norm.ppf(each) * math.sqrt(n * m * (n + m + 1) / 12))
    if k < 1:
        return float(numpy.median(d)), -math.inf, math.inf, coverage
    return float(numpy.median(d)), d[k - 1], d[n * m - k], coverage


def rank_p(x, y):
    n, m = len(x), len(y)
    if n + m > 40:
        return stats.mannwhitneyu(x, y, method='asymptotic').pvalue
    if len(set(x + y)) == n + m:
        return stats.mannwhitneyu(x, y, method='exact').pvalue
    ranks = stats.rankdata(x + y)
    seen = sum(ranks[:n])
    sums = [sum(c) for c in itertools.combinations(ranks, n)]
    low, high = sum(s <= seen for s in sums), sum(s >= seen for s in sums)
    return min(1.0, 2 * min(low, high) / len(sums))


def medians_p(x, y):
    pool, n = sorted(x + y), len(x)
    seen = abs(numpy.median(x) - numpy.median(y))
    hits = ways = 0
    for chosen in itertools.combinations(range(len(pool)), n):
        marks = set(chosen)
        a = [pool[i] for i in chosen]
        b = [pool[i] for i in range(len(pool)) if i not in marks]
        ways += 1
        hits += abs(numpy.median(a) - numpy.median(b)) >= seen
    return hits / ways


PAIRS = []
for n, m, ties, shift in ((1, 1, False, 0), (2, 3, False, 5), (4, 4, False, 40), (6, 8, False, 0), (7, 5, True, 5),
                          (6, 6, True, 0), (3, 9, True, 10), (20, 20, False, 20), (13, 27, False, 0), (35, 5, False, 10),
                          (25, 25, False, 5), (60, 41, True, 10), (100, 3, False, 0), (90, 100, True, 0)):
    PAIRS.append((sample(n, ties), sample(m, ties, shift)))
PAIRS.append(([5.0] * 3, [5.0] * 4))
PAIRS.append(([5.0] * 30, [5.0] * 30))
MOST = max(max(len(x), len(y)) for x, y in PAIRS)
table('static const struct { size_t n, m; double x[%d], y[%d], u, p, shift, low, high, coverage, medians_p; } '
      'pair_cases[]' % (MOST, MOST))
for x, y in PAIRS:
    n, m = len(x), len(y)
    u = stats.mannwhitneyu(x, y, method='asymptotic').statistic
    p = 1.0 if len(set(x + y)) == 1 else rank_p(x, y)
    row(n, m, x, y, u, p, *shift_interval(x, y, 0.95), medians_p(x, y) if n + m <= 14 else math.nan)
end()

# ---- survival
LIVES = []
for n, censored in ((1, 0), (5, 0.3), (12, 0.5), (30, 0.2), (60, 0.7), (90, 0)):
    times = [float(round(math.exp(random.gauss(3, 1)))) for _ in range(n)]
    LIVES.append((times, [random.random() < censored for _ in range(n)]))
LIVES.append(([1.0, 2.0, 3.0], [True, True, True]))
STEPS = max(len(t) for t, _ in LIVES)
table('static const struct { size_t n; double time[%d]; bool ended[%d]; size_t steps; double at[%d], s[%d], '
      'low[%d], high[%d]; } life_cases[]' % ((STEPS,) * 6))
for times, censored in LIVES:
    order = sorted(range(len(times)), key=lambda i: times[i])
    t = [times[i] for i in order]
    c = [censored[i] for i in order]
    data = stats.CensoredData.right_censored(t, c)
    sf = stats.ecdf(data).sf
    ci = sf.confidence_interval(0.95, method='log-log')
    at = [(q, p, lo, hi) for q, p, lo, hi in
          zip(sf.quantiles, sf.probabilities, ci.low.probabilities, ci.high.probabilities)
          if any(tt == q and not cc for tt, cc in zip(t, c))]
    row(len(t), t, '{' + ', '.join('false' if x else 'true' for x in c) + '}', len(at), [a[0] for a in at],
        [a[1] for a in at], [a[2] if a[1] > 0 else math.nan for a in at],
        [a[3] if a[1] > 0 else math.nan for a in at])
end()

# ---- counts
table('static const struct { double count, confidence, low, high; } poisson_cases[]')
for count in (0, 1, 2, 10, 137, 5000, 1000000):
    for confidence in (0.9, 0.95, 0.99):
        a = 1 - confidence
        row(float(count), confidence, stats.chi2.ppf(a / 2, 2 * count) / 2 if count else 0.0,
            stats.chi2.ppf(1 - a / 2, 2 * count + 2) / 2)
end()
table('static const struct { double k, n, low, high; } share_cases[]')
for k, n in ((0, 1), (0, 20), (1, 20), (10, 20), (20, 20), (3, 1000), (999, 1000)):
    ci = stats.binomtest(k, n).proportion_ci(0.95, method='exact')
    row(float(k), float(n), ci.low, ci.high)
end()
table('static const struct { double a, ta, b, tb, low, high, p; } ratio_cases[]')
for a, ta, b, tb in ((5, 10.0, 3, 10.0), (0, 4.0, 6, 9.0), (6, 9.0, 0, 4.0), (120, 365.0, 150, 300.0), (1, 1.0, 1, 1.0)):
    ci = stats.binomtest(a, a + b).proportion_ci(0.95, method='exact')
    p = ta / (ta + tb)
    low = ci.low / (1 - ci.low) * tb / ta if a else 0.0
    high = ci.high / (1 - ci.high) * tb / ta if b else math.inf
    row(float(a), ta, float(b), tb, low, high,
        min(1, 2 * min(stats.binom.cdf(a, a + b, p), stats.binom.sf(a - 1, a + b, p))))
end()
