"""Random calendar events beside systemd-analyze, random cron expressions beside croniter, over the zones
of the system's tables. Usage: CLOCK systemd|croniter SEED. Prints "ok NAME", "not ok NAME", "# ...".

Where srebox differs on purpose, nothing is compared:
- from within an hour that comes twice systemd goes on in it, srebox has a time of the clock once, so
  questions begin elsewhere;
- systemd gives up on some rare events ("Resource deadlock avoided"), and refuses a..a as seconds only;
- croniter has its own idea of changes of the clocks, of L and #, and of a day field that begins with a
  star but is no star; for it all days by number are a star, and February ends on the 28th when it
  looks back. So it is asked in UTC, without those."""
import datetime as dt
import random
import re
import subprocess
import sys
import zoneinfo

clock, peer, seed = sys.argv[1], sys.argv[2], int(sys.argv[3])
random.seed(seed)
EPOCH = dt.datetime(1970, 1, 1)
DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
START, END = 1167609600, 2745532800  # 2007 to 2057


def ask(questions):
    done = subprocess.run([clock], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    answers = [a.split() for a in done.stdout.splitlines()]
    if len(answers) != len(questions):
        raise SystemExit("answers are missing")
    return answers


def report(name, wrong):
    print(f"{'not ok' if wrong else 'ok'} {name}")
    for line in wrong[:20]:
        print(f"# {line}")


# --- calendar events ---
def part(low, high):
    first = random.randint(low, high - 1)
    last = random.randint(first, high)
    return random.choice([
        f"{first}", f"{first:02}", f"{first}..{last}", f"{first}..{last}/{random.randint(1, 9)}",
        f"{first}/{random.randint(1, high - first)}"])


def listed(low, high):
    if random.random() < 0.4:
        return "*"
    return ",".join(part(low, high) for _ in range(random.randint(1, 3)))


def event():
    text = ""
    if random.random() < 0.3:
        a, b = sorted(random.sample(range(7), 2))
        text += random.choice([f"{DAYS[a]} ", f"{DAYS[a]}..{DAYS[b]} ", f"{DAYS[b]},{DAYS[a].lower()} "])
    if random.random() < 0.6:
        if random.random() < 0.3:
            n = random.randint(2, 28)
            day = "~" + random.choice([f"{n}", f"{n}/{random.randint(1, n - 1)}", f"1..{n}"])
        else:
            day = "-" + listed(1, 31)
        text += random.choice(["", "*-", f"{part(2020, 2060)}-"]) + listed(1, 12) + day + " "
    text += listed(0, 23) + ":" + listed(0, 59)
    if random.random() < 0.4:
        text += ":" + re.sub(r"\b(\d+)\.\.0*\1\b(/\d+)?", r"\1", listed(0, 59))
    return text


def systemd(events, base, count):
    """The elapses of each event, as seconds since the epoch; None when it gave up."""
    when = (EPOCH + dt.timedelta(seconds=base)).strftime("%Y-%m-%d %H:%M:%S UTC")
    done = subprocess.run(["systemd-analyze", "calendar", f"--iterations={count}", f"--base-time={when}", *events],
                          capture_output=True, text=True, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, check=False)
    results, pending, current = {}, None, None
    for line in done.stdout.splitlines():
        found = re.match(r" *(Original form|Normalized form|Next elapse|Iter\. #\d+): (.*)$", line)
        if not found:
            continue
        if found[1] == "Original form":
            pending = found[2]
        elif found[1] == "Normalized form":
            # an event that is in normal form already has no line of its own
            current = results.setdefault(pending or found[2], [])
            pending = None
        elif found[2] != "never" and "#" not in found[2]:
            stamp = dt.datetime.strptime(found[2], "%a %Y-%m-%d %H:%M:%S UTC")
            current.append(str(int((stamp - EPOCH).total_seconds())))
    for e in re.findall(r"Failed to determine next elapse for '(.*)': Resource deadlock avoided", done.stderr):
        results[e] = None
    return results


def compare_events(zone, changes, rounds):
    wrong, compared = [], 0
    for _ in range(rounds):
        change = random.choice(changes) if changes else random.randrange(START, END)
        base = change - random.randrange(3600 * 4, 86400 * 3)
        events = sorted({f"{event()} {zone}" for _ in range(8)})
        answers = ask([f"next 12 {base} - {e}" for e in events])
        kept = {e: a for e, a in zip(events, answers) if a[0] != "error:"}
        for e, a in zip(events, answers):
            if a[0] == "error:" and "no date ever" not in " ".join(a):
                wrong.append(f"{e}: {' '.join(a)}")
        theirs = systemd(list(kept), base, 12) if kept else {}
        for e, mine in kept.items():
            mine = [m for m in mine if m != "none"]
            if e in theirs and theirs[e] is None:
                continue
            compared += 1
            if e not in theirs:
                wrong.append(f"{e}: no answer of systemd")
            elif mine != theirs[e]:
                wrong.append(f"{e} after {base}: {mine} instead of {theirs[e]}")
    if compared < rounds * 4:
        wrong.append(f"only {compared} events were compared")
    return wrong


def all_events():
    # one zone of each kind of clock is enough: the zones themselves are compared in zones.py
    names = ["UTC", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Havana", "America/Santiago",
             "America/Sao_Paulo", "America/St_Johns", "America/Nuuk", "Africa/Cairo", "Africa/Casablanca",
             "Asia/Beirut", "Asia/Gaza", "Asia/Tehran", "Australia/Lord_Howe", "Australia/Sydney",
             "Antarctica/Troll", "Pacific/Apia", "Pacific/Chatham", "Asia/Kolkata"]
    for name in names:
        changes = [int(t) for t in ask([f"changes {name} {START} {END}"])[0]]
        report(f"events in {name}", compare_events(name, changes, 6))
    forms()


def forms():
    """What is accepted: systemd.time(7)'s own examples and things that are nearly right."""
    texts = """Sat,Thu,Mon..Wed,Sat..Sun|Mon,Sun 12-*-* 2,1:23|Wed *-1|Wed..Wed,Wed *-1|Wed, 17:48
Tue..Sat,Mon 12-10-15 1:2:3|*-*-7 0:0:0|10-15|monday *-12-* 17:00|Mon,Fri *-*-3,1,2 *:30:45|12,14,13,12:20,10,30
12..14:10,20,30|mon,fri *-1/2-1,3 *:30:45|03-05 08:05:40|08:05:40|05:40|Sat,Sun 12-05 08:05:40|Sat,Sun 08:05:40
2003-03-05 05:40|2003-02..04-05|2003-03-05 05:40 UTC|2003-03-05|03-05|hourly|daily|daily UTC|monthly|weekly
weekly Pacific/Auckland|yearly|annually|*:2/3|quarterly|semiannually|biannually|minutely|*~1|*~*|70-1-1|69-1-1|@86400
*-*-5..5|5..5:00|1..3/4:00|1..3/30:00|*:0/59|mon-fri 10:00|Mon *-*-*  12:00|*:*:*|*:*:0..30/7,45|*-*~28
*/2:00|*-*-1/3~|*:0/60|Mon,, 12:00|Mon.Tue|fri..mon|05:40:5.|05:40:59.9999996|*-*~29|*-*~3/4|*-*~3..1|1:2:3:4|10:00 CEST
weekly,daily|10|1,2,3|*-*-* 24:00|*-*-31/1|2026..2020-01-01|1:00/5..10|10:60|10:00:60|*-13-1|*-0-1|*-1-32|2200-1-1
1969-1-1|*:0/0|*,5:00|Mon..|Mon,10:00|Moon 10:00|2026-1-1T10:00|@|@x|10:00 10:00|:10|10:|often"""
    wrong = []
    for text in re.split(r"[|\n]", texts):
        mine = ask([f"next 1 0 - {text}"])[0][0] != "error:"
        theirs = subprocess.run(["systemd-analyze", "calendar", text], capture_output=True, check=False).returncode == 0
        if mine != theirs:
            wrong.append(f"{text}: {'accepted' if mine else 'refused'}, systemd does not agree")
    report("the same forms are accepted", wrong)


# --- cron ---
def field(low, high, names=None):
    if random.random() < 0.35:
        return "*"
    terms = []
    for _ in range(random.randint(1, 3)):
        first = random.randint(low, high - 1)
        last = random.randint(first + 1, high)
        terms.append(random.choice([f"{first}", f"{first}-{last}", f"{first}-{last}/{random.randint(1, 9)}"]))
    if names and random.random() < 0.3:
        terms = [random.choice(names)]
    return ",".join(terms)


def all_cron():
    import croniter

    days, months = "sun mon tue wed thu fri sat".split(), "jan feb mar apr may jun jul aug sep oct nov dec".split()
    wrong = []
    for _ in range(1500):
        parts = [random.choice([field(0, 59), f"*/{random.randint(1, 40)}"]), field(0, 23), field(2, 31),
                 field(1, 12, months), field(0, 5, days)]
        text = " ".join(parts)
        base = random.randrange(START, END)
        mine = ask([f"next 6 {base} UTC {text}"])[0]
        if mine[0] == "error:":
            if "no date ever" not in " ".join(mine):
                wrong.append(f"{text}: {' '.join(mine)}")
            continue
        it = croniter.croniter(text, base, max_years_between_matches=50)
        try:
            theirs = [str(int(it.get_next(float))) for _ in range(6)]
            back = [str(int(croniter.croniter(text, base).get_prev(float)))]
        except croniter.CroniterBadDateError:  # its search ends early
            continue
        if mine != theirs:
            wrong.append(f"{text} after {base}: {mine} instead of {theirs}")
        february = parts[3] == "*" or "feb" in parts[3] or re.search(r"\b[12]\b", parts[3])
        if not february and ask([f"previous 1 {base} UTC {text}"])[0] != back:
            wrong.append(f"{text} before {base}: not {back}")
    report("1500 cron expressions", wrong)


{"systemd": all_events, "croniter": all_cron}[peer]()
