#!/usr/bin/env python3
"""Writes tests/unit/mttr_summary_table.h: statistics of durations by Python's own statistics module, exact
intervals by whole-number binomials, Kaplan and Meier's median by its definition.

Run: contrib/scripts/mttr-summary-cases.py >tests/unit/mttr_summary_table.h"""
import math
import random
import statistics
from fractions import Fraction

PLACES = 120


def ranks(n, percent):
    """The l-th and u-th value (from 1) between which the quantile is, 2.5 % at most of error on each side."""
    p, tail = Fraction(percent, 100), Fraction(25, 1000)
    below = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    low = high = None
    for l in range(1, n + 1):  # P(fewer than l values are below) = P(B < l)
        if sum(below[:l]) <= tail:
            low = l
    for u in range(n, 0, -1):  # P(u or more values are below)
        if sum(below[u:]) <= tail:
            high = u
    return low, high


def interval(values, percent):
    low, high = ranks(len(values), percent)
    if low is None or high is None:
        return None
    return values[low - 1], values[high - 1]


def survival_median(ended, censored):
    """The first time at which the product-limit estimate is at most a half."""
    survival = Fraction(1)
    for t in sorted(set(ended)):
        at_risk = sum(x >= t for x in ended) + sum(x >= t for x in censored)
        survival *= 1 - Fraction(ended.count(t), at_risk)
        if survival <= Fraction(1, 2):
            return t
    return math.inf


def number(x):
    if x is None:
        return "NONE"
    return "ENDLESS" if math.isinf(x) else repr(float(x))


def case(values, censored):
    ordered, n = sorted(values), len(values)
    cuts = statistics.quantiles(ordered, n=20, method="inclusive") if n > 1 else [values[0]] * 19
    fields = [
        statistics.fmean(values) if n else None,
        statistics.stdev(values) if n > 1 else None,
        statistics.geometric_mean(values) if n and min(values) > 0 else None,
        statistics.median(values) if n else None,
    ]
    for percent, least in ((50, 6), (90, 36), (95, 72)):
        both = interval(ordered, percent) if n >= least else None
        if percent != 50:
            fields.append(cuts[percent // 5 - 1] if both else None)
        fields += both if both else (None, None)
    fields += [cuts[4], cuts[14]] if n >= 4 else [None, None]
    fields.append(survival_median(values, censored) if censored and n else None)
    pad = lambda list_: "{" + ", ".join(number(x) for x in list_ or [0.0]) + "}"
    print("    {%d, %d, %s, %s," % (n, len(censored), pad(values), pad(censored)))
    print("     {" + ", ".join(number(x) for x in fields) + "}},")


random.seed(4)
print("/* Made by contrib/scripts/mttr-summary-cases.py; do not edit. */")
print("#define NONE __builtin_nan(\"\")")
print("#define ENDLESS __builtin_inf()")
print("/* want: mean, sd, geo_mean, median, its interval, p90, its interval, p95, its interval, q1, q3, and the median")
print(" * with what is open. */")
print("static const struct {")
print("    size_t n, open;")
print("    double seconds[%d], lasted[%d], want[15];" % (PLACES, PLACES))
print("} summary_cases[] = {")
for n, open_ in ((1, 0), (2, 0), (3, 1), (5, 2), (6, 0), (7, 3), (8, 0), (9, 1), (12, 20), (35, 0), (36, 5), (71, 0),
                 (72, 10), (120, 40)):
    draw = lambda: round(random.lognormvariate(5, 1.58), random.choice((0, 3)))
    case([draw() + 1 for _ in range(n)], [draw() for _ in range(open_)])
case([0, 0, 60, 60, 60, 120, 120, 180], [60, 60])
case([7] * 40, [])
print("};")
