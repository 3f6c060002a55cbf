#!/usr/bin/env python3
"""Writes tests/unit/quantity.txt: Kubernetes quantities with their exact value in nano units.

    python3 contrib/scripts/quantity-cases.py >tests/unit/quantity.txt

The reference is Python's fractions: no code is shared with core/doc/quantity.c.
"""
import random
import re
from fractions import Fraction
from math import ceil

SUFFIX = {'': 1, 'n': Fraction(1, 10**9), 'u': Fraction(1, 10**6), 'm': Fraction(1, 1000)}
SUFFIX.update({s: 10**(3 * i + 3) for i, s in enumerate('kMGTPE')})
SUFFIX.update({s + 'i': 1024**(i + 1) for i, s in enumerate('KMGTPE')})
FORM = re.compile(r'([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)(?:([eE])([+-]?[0-9]+)|([a-zA-Z]*))\Z')


def nanos(text):
    m = FORM.match(text)
    if not m:
        return 'bad'
    sign, digits, is_exp, exp, suffix = m.groups()
    if suffix is None:
        suffix = ''
    if not is_exp and suffix not in SUFFIX:
        return 'bad'
    value = Fraction(('0' + digits + '0') if '.' in digits else digits)
    value *= Fraction(10)**int(exp) if is_exp else SUFFIX[suffix]
    n = ceil(value * 10**9)
    if n >= 2**63 * 10**9:
        return 'bad'
    return ('-' if sign == '-' and n else '') + str(n)


cases = '''0 -0 +1 1 1. .5 . - + 1.5 1.5.5 1Gi 1.5Gi 1536Mi 0.5 500m 1000m 1K 1k 1Kb 1E 1E3 1e3 1e 1E+3 1e-3 1e-9
1e-10 -1e-10 1.0000000001 0.0000000009 1n 1u 0.1n 0.0001u 1Ei 7Ei 8Ei -8Ei 9E 9.3E 9223372036854775807
9223372036854775808 -9223372036854775808 9223372036854775807.9999999999 1e18 1e19 0e99 1i 1mi 1Ui 1M 1m 1G 1g
1T 1P 0.00000000000000000001Ei 0.000000000000000000000001Ki 1e-99 1.e3 .e3 0x10 1_000 1,5 Ki i e3 E 00010 1e03
0.1Ki 100.1Mi 1e5Ki 1Eie2 ++1 1- 0.000000001 1.000000001'''.split()
random.seed(1)
for _ in range(400):
    text = random.choice(['', '', '-', '+']) + str(random.randrange(10**random.randrange(1, 19)))
    if random.random() < 0.6:
        text += '.' + ''.join(random.choice('0123456789') for _ in range(random.randrange(0, 30)))
    text += random.choice(list(SUFFIX) + ['e%d' % random.randrange(-30, 20)])
    cases.append(text)
print('# Made by contrib/scripts/quantity-cases.py: a text, and its value in nano units or "bad".')
for text in cases:
    print(text, nanos(text))
