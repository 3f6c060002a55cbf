#!/usr/bin/env python3
"""Writes core/base/utf8_width.c from the Unicode data inside Python. Run by hand when Unicode grows:

    python3 contrib/scripts/utf8-width.py >core/base/utf8_width.c

Zero cells: categories Mn, Me and Cf (but the soft hyphen, and the Arabic and other prefix signs, which
are drawn) and the Hangul vowels and finals U+1160-11FF. Two cells: East Asian Width W or F, and the
planes and blocks that the standard (EastAsianWidth.txt, header) makes wide before they are assigned.
"""
import unicodedata

DRAWN = {0xAD, *range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
WIDE_UNASSIGNED = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
                   (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def width(code):
    char = chr(code)
    category = unicodedata.category(char)
    if 0xD800 <= code <= 0xDFFF:
        return 1
    if 0x1160 <= code <= 0x11FF:
        return 0
    if category in ('Mn', 'Me', 'Cf') and code not in DRAWN:
        return 0
    if any(first <= code <= last for first, last in WIDE_UNASSIGNED):
        return 2
    if category == 'Cn':
        return None  # free to join its neighbours: a smaller table
    return 2 if unicodedata.east_asian_width(char) in 'WF' else 1


def ranges(wanted):
    found = []
    current = None
    for code in range(0x300, 0x110000):
        w = width(code)
        if w == wanted:
            if current is None:
                current = [code, code]
            current[1] = code
        elif w is not None and current is not None:
            found.append(current)
            current = None
    if current is not None:
        found.append(current)
    return found


def table(name, items):
    cells = ['{0x%X, 0x%X}' % tuple(item) for item in items]
    lines, line = [], '   '
    for cell in cells:
        if len(line) + len(cell) + 2 > 100:
            lines.append(line)
            line = '   '
        line += ' ' + cell + ','
    lines.append(line)
    return 'const struct sb_utf8_range %s[] = {\n%s\n};\nconst size_t %s_len = SB_LEN(%s);\n' % (
        name, '\n'.join(lines), name, name)


print('/* Made by contrib/scripts/utf8-width.py from Unicode %s; do not edit. */' %
      unicodedata.unidata_version)
print('#include "core/base/utf8_width.h"\n\n#include "core/base/macros.h"\n\n/* clang-format off */')
print(table('sb_utf8_zero', ranges(0)))
print(table('sb_utf8_wide', ranges(2)) + '/* clang-format on */')
