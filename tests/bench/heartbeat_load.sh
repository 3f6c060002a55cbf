#!/bin/sh
# A fleet that beats by datagrams, the monitor on one core and the load on the other: how long a beat takes
# to be state, how late the dead are found, what it costs; in memory, then with a store, and 10^6 nodes at a
# beat in 20 s for their memory. Each part is given up after two minutes. SB_BENCH_NODES (50000) beat once a
# second for SB_BENCH_SECONDS (5); SB_BENCH_MILLION= (empty) leaves the last part out.
set -eu
: "${SREBOX:?run by make bench}" "${SB_BUILD:?run by make bench}"
nodes=${SB_BENCH_NODES:-50000} seconds=${SB_BENCH_SECONDS:-5} million=${SB_BENCH_MILLION-1000000}
for tool in taskset timeout; do
    command -v $tool >/dev/null 2>&1 || {
        echo "heartbeat monitor under load: not measured, $tool is not installed"
        exit 0
    }
done
work=$(mktemp -d)
monitor=
trap '[ -z "$monitor" ] || kill -KILL $monitor 2>/dev/null; wait; rm -rf "$work"' EXIT

# load TITLE NODES INTERVAL-MS SECONDS OPTION...: the built-in rules, for that interval.
load() {
    printf '%s\n' "$1"
    load_nodes=$2 load_ms=$3 load_seconds=$4
    shift 4
    printf 'interval: %dms\n' "$load_ms" >"$work/policy.yaml"
    : >"$work/log"
    taskset -c 0 "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --udp 127.0.0.1:0 \
        --policy "$work/policy.yaml" "$@" 2>"$work/log" &
    monitor=$!
    tries=0
    until grep -q 'datagrams on port' "$work/log"; do
        tries=$((tries + 1))
        if [ "$tries" -ge 300 ] || ! kill -0 "$monitor" 2>/dev/null; then
            cat "$work/log"
            return 0
        fi
        sleep 0.1
    done
    http=$(sed -n 's/.*listening on http.*:\([0-9]*\)$/\1/p' "$work/log")
    udp=$(sed -n 's/.*datagrams on port //p' "$work/log")
    timeout 120 taskset -c 1 "$SB_BUILD/tests/bench/heartbeat_load" "$udp" "$http" "$load_nodes" \
        "$load_ms" "$load_seconds" | sed 's/^/  /' || echo '  given up'
    ticks=$(awk '{ print $14 + $15 }' "/proc/$monitor/stat")
    printf '  processor of the monitor: %s s in all\n' "$((ticks / $(getconf CLK_TCK)))"
    kill -TERM "$monitor"
    wait "$monitor" || :
    monitor=
}

printf '\nHeartbeat monitor under load\n'
load "$nodes nodes, a datagram a second each, in memory" "$nodes" 1000 "$seconds"
load "$nodes nodes, a datagram a second each, with --store" "$nodes" 1000 "$seconds" --store "$work/s.db"
[ -z "$million" ] || load "$million nodes, a datagram in 20 s each, in memory" "$million" 20000 20
