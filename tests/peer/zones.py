"""Every zone of the system's tables, asked of tests/lib/clock beside Python's zoneinfo (offset,
abbreviation, gaps, overlaps) and zdump (the list of changes, daylight saving). Usage: CLOCK SEED.

Prints "ok NAME" and "not ok NAME" lines, "# ..." for what differs."""
import datetime as dt
import random
import re
import subprocess
import sys
import zoneinfo

clock, seed = sys.argv[1], int(sys.argv[2])
random.seed(seed)
EPOCH = dt.datetime(1970, 1, 1)
UTC = dt.timezone.utc
FIRST, LAST = -5000000000, 7258118400  # 1811 to 2200: both have these


def ask(questions):
    done = subprocess.run([clock], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    answers = done.stdout.splitlines()
    if len(answers) != len(questions):
        raise SystemExit("answers are missing")
    return answers


def at(seconds, zone):
    return (EPOCH + dt.timedelta(seconds=seconds)).replace(tzinfo=UTC).astimezone(zone)


def offset_of(moment):
    return int(moment.utcoffset().total_seconds())


def check_offsets(name, zone, changes):
    times = [random.randrange(FIRST, LAST) for _ in range(60)]
    times += [t + d for t in changes for d in (-1, 0, 1)]
    answers = ask([f"offset {name} {t}" for t in times])
    for t, answer in zip(times, answers):
        moment = at(t, zone)
        offset, _, abbr = answer.split()
        if int(offset) != offset_of(moment) or abbr != moment.tzname():
            yield f"{name} at {t}: {answer}, zoneinfo says {offset_of(moment)} {moment.tzname()}"


def expected_local(civil, zone):
    """What sb_zone_local() must say, from both folds (PEP 495)."""
    moments = [civil.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    instants = [int((civil - EPOCH).total_seconds()) - offset_of(m) for m in moments]
    if instants[0] == instants[1]:
        return "unique", instants[0], instants[1]
    fit = "overlap" if instants[0] < instants[1] else "gap"
    return fit, min(instants), max(instants)


def check_local(name, zone, changes):
    times = [random.randrange(FIRST, LAST) for _ in range(20)]
    for change in changes:
        times += [change + offset_of(at(change + side, zone)) + d for side in (-1, 0)
                  for d in (-1, 0, 1, 600, -600, random.randrange(-5000, 5000))]
    civils = [EPOCH + dt.timedelta(seconds=t) for t in times]
    answers = ask([f"local {name} {c.year} {c.month} {c.day} {c.hour} {c.minute} {c.second}" for c in civils])
    for civil, answer in zip(civils, answers):
        fit, first, last, change = answer.split()
        wanted = expected_local(civil, zone)
        if (fit, int(first), int(last)) != wanted:
            yield f"{name} local {civil}: {answer}, zoneinfo says {wanted}"
        if fit != "unique" and int(change) not in changes:
            yield f"{name} local {civil}: there is no change at {change}"


def check_dump(name):
    """zdump looks at 1900 to 2100; the instants at which something changes, and isdst after them."""
    text = subprocess.run(["zdump", "-V", "-c", "1900,2100", name], capture_output=True, text=True, check=True).stdout
    wanted = {}
    for line in text.splitlines():
        found = re.match(r"\S+ +\w+ (\w+ +\d+ \d+:\d+:\d+ \d+) UTC? = .* (\S+) isdst=(\d) gmtoff=(-?\d+)$", line)
        if not found:
            raise SystemExit(f"zdump says {line}")
        when = dt.datetime.strptime(found[1], "%b %d %H:%M:%S %Y")
        wanted[int((when - EPOCH).total_seconds())] = (found[4], found[3], found[2])
    times = sorted(wanted)
    for t, answer in zip(times, ask([f"offset {name} {t}" for t in times]) if times else []):
        if tuple(answer.split()) != wanted[t]:
            yield f"{name} at {t}: {answer}, zdump says {wanted[t]}"
    pairs = {b for a, b in zip(times, times[1:]) if b == a + 1}
    limits = (-2208988800, 4102444800)
    mine = {int(t) for t in ask([f"changes {name} {limits[0]} {limits[1]}"])[0].split()}
    for t in sorted(mine ^ pairs):
        yield f"{name}: a change at {t} is known to {'srebox' if t in mine else 'zdump'} only"


names = sorted(n for n in zoneinfo.available_timezones() if not n.startswith(("right/", "posix/")) and n != "localtime")
regions = {}
for name in names:
    zone = zoneinfo.ZoneInfo(name)
    changes = {int(t) for t in ask([f"changes {name} {FIRST} {LAST}"])[0].split()}
    near = sorted(changes) if len(changes) < 90 else random.sample(sorted(changes), 90)
    wrong = [*check_offsets(name, zone, near), *check_dump(name)]
    for line in check_local(name, zone, changes if len(changes) < 90 else set(near)):
        if "no change" not in line or len(changes) < 90:
            wrong.append(line)
    regions.setdefault(name.split("/")[0] if "/" in name else "others", []).append((name, wrong))
for region, results in sorted(regions.items()):
    wrong = [line for _, lines in results for line in lines]
    print(f"{'not ok' if wrong else 'ok'} {len(results)} zones of {region}")
    for line in wrong[:20]:
        print(f"# {line}")
