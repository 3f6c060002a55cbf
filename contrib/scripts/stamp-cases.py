#!/usr/bin/env python3
"""Prints tests/unit/stamp_table.h: time stamps as Python's datetime writes them, and their instants.

Python's is another implementation than core/base/stamp: instants by datetime arithmetic, local times by
zoneinfo (PEP 495: in a gap fold 0 takes the offset before it, in an overlap the first of the two).
"""
import datetime as dt
import random
import sys
import zoneinfo

RANDOM = random.Random(20261123)
UTC = dt.timezone.utc
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")  # since 1996 what CET-1CEST,M3.5.0,M10.5.0/3 says
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


def seconds(moment):
    delta = moment - EPOCH
    return delta.days * 86400 + delta.seconds


def offset_text(minutes, colon):
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}{':' if colon else ''}{abs(minutes) % 60:02d}"


def case(fmt, text, moment, nanosecond, local=False):
    at = seconds(moment) * 10**9 + nanosecond
    print(f'    {{SB_STAMP_{fmt}, "{text}", INT64_C({at}), {"true" if local else "false"}}},')


def fraction(digits, nanosecond, point="."):
    return f"{point}{nanosecond:09d}"[: digits + 1] if digits else ""


def cut(digits, nanosecond):
    return nanosecond // 10 ** (9 - digits) * 10 ** (9 - digits) if digits else 0


def one(year_from, year_to):
    start = seconds(dt.datetime(year_from, 1, 1, tzinfo=UTC))
    end = seconds(dt.datetime(year_to, 1, 1, tzinfo=UTC))
    at = EPOCH + dt.timedelta(seconds=RANDOM.randrange(start, end))
    digits = RANDOM.choice([0, 0, 1, 2, 3, 6, 9])
    ns = cut(digits, RANDOM.randrange(10**9))
    minutes = RANDOM.choice([0, 60, 120, -210, -480, 345, 765, -720])
    there = at.astimezone(dt.timezone(dt.timedelta(minutes=minutes)))
    return at, there, digits, ns, minutes


def written_offsets():
    for _ in range(60):
        at, t, digits, ns, minutes = one(1700, 2250)
        z = RANDOM.choice([offset_text(minutes, True), offset_text(minutes, False),
                           " " + offset_text(minutes, False)])
        f = fraction(digits, ns, RANDOM.choice(".,"))
        sep = RANDOM.choice("T _")
        day = RANDOM.choice([t.strftime("%m-%d"), t.strftime("%m/%d"), t.strftime("%m.%d")])
        case("ISO", f"{t.year:04d}{day[2]}{day}{sep}{t:%H:%M:%S}{f}{z}", at, ns)
        case("BASIC", f"{t.year:04d}{t:%m%dT%H%M%S}{f}{offset_text(minutes, False)}", at, ns)
        case("CLF", f"{t:%d/%b}/{t.year:04d}:{t:%H:%M:%S} {offset_text(minutes, False)}", at, 0)
        case("MAIL", f"{t:%a, %d %b} {t.year:04d} {t:%H:%M:%S} {offset_text(minutes, False)}", at, 0)
    for _ in range(40):
        at, _t, digits, ns, _minutes = one(2002, 2099)
        s = seconds(at)
        case("EPOCH", f"{s}{fraction(digits, ns)}", at, ns)
        case("EPOCH", f"{s}{ns // 10**6:03d}", at, ns // 10**6 * 10**6)
        case("EPOCH", f"{s}{ns // 10**3:06d}", at, ns // 10**3 * 10**3)
        case("EPOCH", f"{s}{ns:09d}", at, ns)


def local_times():
    for _ in range(60):
        at, _t, digits, ns, _minutes = one(1997, 2250)
        naive = at.astimezone(BERLIN).replace(tzinfo=None, fold=0)
        there = naive.replace(tzinfo=BERLIN)
        f = fraction(digits, ns)
        case("ISO", f"{naive:%Y-%m-%d %H:%M:%S}{f}", there, ns, True)
        case("CTIME", f"{naive:%a %b} {naive.day:2d} {naive:%H:%M:%S}{f} {naive.year}", there, ns, True)
        case("RFC3164", f"{naive:%b} {naive.day:2d} {naive.year} {naive:%H:%M:%S}{f}", there, ns, True)
        case("DMY", f"{naive:%d/%m/%Y %H:%M:%S}{f}", there, ns, True)
        case("MDY", f"{naive:%m/%d/%Y %I:%M:%S}{f} {naive:%p}", there, ns, True)
        case("DMY", f"{naive.day}.{naive.month}.{naive.year} {naive.hour}:{naive:%M:%S}{f}", there, ns, True)
        case("KLOG", f"I{naive:%Y%m%d %H:%M:%S}{f}", there, ns, True)
    for year in (1996, 2024, 2026, 2037, 2038, 2100):  # around both changes, every 20 minutes
        for month in (3, 10):
            sunday = max(d for d in range(25, 32) if dt.date(year, month, d).weekday() == 6)
            for minute in range(60, 240, 20):
                naive = dt.datetime(year, month, sunday) + dt.timedelta(minutes=minute)
                case("ISO", f"{naive:%Y-%m-%d %H:%M:%S}", naive.replace(tzinfo=BERLIN), 0, True)


def main():
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"/* Made by contrib/scripts/stamp-cases.py with Python {version}; do not edit. */")
    print("static const struct { enum sb_stamp_format format; const char *text; int64_t at;")
    print("    bool local; /* in CET-1CEST,M3.5.0,M10.5.0/3 */ } stamp_cases[] = {")
    written_offsets()
    local_times()
    print("};")


main()
