#!/usr/bin/env python3
"""Writes tests/unit/stat_trend_table.h: what trend, control, lognormal and power of core/stat must agree
with, to 1e-9.

    python3 -m venv venv && venv/bin/pip install scipy statsmodels
    venv/bin/python contrib/scripts/stat-trend-cases.py >tests/unit/stat_trend_table.h

References: scipy's theilslopes, statsmodels' normal_ad and NormalIndPower; numpy for sums. The committed
table was made with scipy 1.17.1 and statsmodels 0.15.0.
"""
import math
import random

import numpy
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.diagnostic import normal_ad
from statsmodels.stats.power import NormalIndPower

random.seed(13)


def num(x):
    x = float(x)
    if math.isnan(x):
        return 'NONE'
    if math.isinf(x):
        return 'ENDLESS' if x > 0 else '-ENDLESS'
    return repr(x)


def row(*values):
    print('    {' + ', '.join('{' + ', '.join(num(x) for x in v) + '}' if isinstance(v, (list, tuple))
                              else str(v) if isinstance(v, int) else num(v) for v in values) + '},')


print('/* Made by contrib/scripts/stat-trend-cases.py with scipy %s and statsmodels %s; do not edit. */' %
      (scipy.__version__, statsmodels.__version__))
print('#define NONE __builtin_nan("")')
print('#define ENDLESS __builtin_inf()')

# ---- trends: where scipy's ranks are cut to the first and the last slope there is no limit
TRENDS = []
for n, slope, noise, ties in ((2, 1, 0, False), (3, -2, 1, False), (5, 0, 1, False), (8, 0.5, 1, False), (12, 0, 3, True),
                              (20, -0.3, 2, False), (40, 0.1, 2, True), (70, 0, 1, False), (90, 0.02, 1, True)):
    x = sorted(float(random.randrange(n)) if ties else random.uniform(0, 50) for _ in range(n))
    y = [slope * a + random.gauss(0, noise) * math.exp(random.gauss(0, 1)) for a in x]
    TRENDS.append((x, [float(round(v)) for v in y] if ties else y))
TRENDS.append(([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]))
TRENDS.append(([1.0, 2.0, 3.0, 4.0], [5.0] * 4))


def trend(x, y, confidence):
    n = len(x)
    slopes = sorted((y[k] - y[i]) / (x[k] - x[i]) for i in range(n) for k in range(i + 1, n) if x[k] > x[i])
    if not slopes:
        return math.nan, -math.inf, math.inf, 0
    got = stats.theilslopes(y, x, alpha=confidence)

    def tied(v):
        return sum(k * (k - 1) * (2 * k + 5) for k in numpy.unique(v, return_counts=True)[1])

    sigma = math.sqrt((n * (n - 1) * (2 * n + 5) - tied(x) - tied(y)) / 18)
    z = stats.norm.ppf((1 + confidence) / 2)
    low = round((len(slopes) - z * sigma) / 2) - 1
    high = round((len(slopes) + z * sigma) / 2)
    return (got.slope, got.low_slope if low >= 0 else -math.inf,
            got.high_slope if high <= len(slopes) - 1 else math.inf, len(slopes))


MOST = max(len(x) for x, _ in TRENDS)
print('static const struct { size_t n; double x[%d], y[%d], confidence, slope, low, high; size_t pairs; } '
      'trend_cases[] = {' % (MOST, MOST))
for x, y in TRENDS:
    for confidence in (0.9, 0.95):
        row(len(x), x, y, confidence, *trend(x, y, confidence))
print('};')

# ---- control charts
CHARTS = [[random.gauss(5, 2) for _ in range(n)] for n in (1, 2, 3, 10, 30)] + [[4.0] * 5]
MOST = max(len(v) for v in CHARTS)
print('static const struct { size_t n; double v[%d], centre, range, low, high; } xmr_cases[] = {' % MOST)
for v in CHARTS:
    moving = numpy.abs(numpy.diff(v))
    mean = moving.mean() if len(moving) else math.nan
    d2 = 2 / math.sqrt(math.pi)
    row(len(v), v, numpy.mean(v), mean, numpy.mean(v) - 3 * mean / d2, numpy.mean(v) + 3 * mean / d2)
print('};')

# ---- log-normal fits
FITS = [[math.exp(random.gauss(3, s)) for _ in range(n)] for n, s in ((8, 1), (12, 0.3), (25, 1.6), (60, 1.2), (100, 2))]
FITS += [[random.uniform(1, 100) for _ in range(90)], [random.expovariate(0.1) for _ in range(50)],
         [float(random.randrange(1, 6)) for _ in range(30)], [1.0] * 20 + [100.0] * 20,
         [math.exp(random.gauss(0, 1) / max(abs(random.gauss(0, 1)), 1e-2)) for _ in range(70)],
         [math.exp(1 + stats.norm.ppf((i + 0.5) / 40)) for i in range(40)]]
MOST = max(len(v) for v in FITS)
print('static const struct { size_t n; double v[%d], mu, sigma, a2, p; } fit_cases[] = {' % MOST)
for v in FITS:
    v = sorted(v)
    logs = numpy.log(v)
    z = (logs - logs.mean()) / logs.std(ddof=1)
    i = numpy.arange(1, len(v) + 1)
    a2 = -len(v) - ((2 * i - 1) * (stats.norm.logcdf(z) + stats.norm.logsf(z[::-1]))).mean()
    theirs, p = normal_ad(logs)
    assert abs(theirs / a2 - 1) < 1e-6
    if abs(theirs / a2 - 1) > 1e-12:  # their log(1 - cdf) loses digits in the far tail
        a = a2 * (1 + 0.75 / len(v) + 2.25 / len(v)**2)
        assert 0.6 < a <= 13
        p = math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
    row(len(v), v, logs.mean(), logs.std(ddof=1), a2, p)
print('};')

# ---- power: normal by statsmodels' formula without the far tail, ranks by the published formulas
print('static const struct { double alpha, power, sigma, delta, normal, rank; } power_cases[] = {')
for alpha, power in ((0.05, 0.8), (0.05, 0.9), (0.01, 0.8), (0.1, 0.5)):
    for sigma in (0.4, 1.25, 1.58, 2.3):
        for cut in (0.05, 0.1, 0.2, 0.3, 0.5, 0.8):
            delta = -math.log1p(-cut)
            reach = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
            n = 2 * (reach * sigma / delta)**2
            if n > 3:  # statsmodels counts the far tail, too, which is nothing here
                solved = NormalIndPower().solve_power(delta / sigma, alpha=alpha, power=power, ratio=1)
                assert abs(solved / n - 1) < 1e-3 or power == 0.5, (solved, n)
            row(alpha, power, sigma, delta, float(math.ceil(n)), float(math.ceil(n * math.pi / 3)))
print('};')
