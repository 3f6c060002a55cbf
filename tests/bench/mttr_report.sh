#!/bin/sh
# How fast a report is, beside Python's statistics module: over the durations of 100000 incidents (a
# CSV file), and over a journal of their 1000000 events. CPU time, and its ratio to the first line.
# SB_BENCH_INCIDENTS changes the number.
set -eu
: "${SREBOX:?run by make bench}" "${SB_BUILD:?run by make bench}" "${SB_SRC:?run by make bench}"
n=${SB_BENCH_INCIDENTS:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stopwatch=$SB_BUILD/tests/bench/stopwatch peer=$SB_SRC/tests/bench/mttr_peer.py

"$SB_BUILD/tests/bench/mttr_journal" "$work/store" "$n" 1 >"$work/durations.csv"
have_peer=
command -v python3 >/dev/null 2>&1 && have_peer=yes

compare() { # TITLE OURS PEER
    printf '\nmttr: %s\n' "$1"
    if [ -n "$have_peer" ]; then
        "$stopwatch" 3 'srebox' "exec $2" -- 'python3 statistics' "exec $3"
    else
        "$stopwatch" 3 'srebox' "exec $2"
        printf '  not installed: python3\n'
    fi
}

compare "figures of 8 metrics of $n incidents, durations from CSV (ours with intervals, trend, limits)" \
    "$SB_BUILD/tests/bench/mttr_figures $work/durations.csv" "python3 $peer durations $work/durations.csv"
compare "report of $n incidents from a journal of ${n}0 events (ours: 10 metrics, availability)" \
    "$SREBOX mttr report --store $work/store --tz UTC" "python3 $peer journal $work/store"
compare "the same by service" \
    "$SREBOX mttr report --store $work/store --tz UTC --by service" "python3 $peer journal $work/store"
