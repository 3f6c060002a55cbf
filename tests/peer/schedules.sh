#!/bin/sh
# Schedules of heartbeat beside those who know: calendar events beside systemd-analyze, cron expressions
# beside croniter.
. "$SB_SRC/tests/lib/tap.sh"

ask_peer() { # systemd|croniter
    run "$python" "$SB_SRC/tests/peer/schedules.py" "$SB_BUILD/tests/lib/clock" "$1" 1
    expect_code "the peer ran" 0
    cp "$T/out" cases
    code='' && : >"$T/out" && : >"$T/err"
    while IFS= read -r line; do
        case $line in
        "ok "*) pass "${line#ok }" ;;
        "not ok "*) fail "${line#not ok }" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done <cases
}

[ -d /usr/share/zoneinfo ] || skip_all "tzdata is not installed"
python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import zoneinfo' 2>/dev/null; then python=$p; fi
done
[ -n "$python" ] || skip_all "python3 with zoneinfo is not installed"
unset TZDIR PYTHONTZPATH
if systemd-analyze calendar --iterations=2 --base-time='2026-01-01 00:00:00 UTC' daily >/dev/null 2>&1; then
    ask_peer systemd
else
    skip "calendar events" "systemd-analyze that knows --base-time is not installed"
fi
for p in python3 /usr/bin/python3; do
    if "$p" -c 'import croniter' 2>/dev/null; then python=$p; break; fi
done
if "$python" -c 'import croniter' 2>/dev/null; then
    ask_peer croniter
else
    skip "cron expressions" "python3-croniter is not installed"
fi
done_testing
