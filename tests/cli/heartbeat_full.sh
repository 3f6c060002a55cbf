#!/bin/sh
# A disk that is really full, under the store and under the trace: the monitor stays up, says so once, and
# when there is room again everything it told is on the disk. The trace says where its hole is.
# (tests/cli/heartbeat_memory.sh has the limit of a file's size instead.)
if [ "$1" != inside ] && unshare -rm true 2>/dev/null; then # a disk of its own, that goes with the process
    exec unshare -rm "${SHELL:-sh}" "$0" inside
fi
. "$SB_SRC/tests/lib/tap.sh"
[ "$1" = inside ] || skip_all "unshare -rm is not allowed here, which a small disk needs"
have curl || skip_all "curl is not installed"
. "$SB_SRC/tests/lib/monitor.sh"

mkdir disk
mount -t tmpfs -o size=1m none disk || skip_all "no tmpfs can be mounted here"
senders=
# shellcheck disable=SC2317 # by the trap
clean_up_more() { for p in $senders; do kill -KILL "$p" 2>/dev/null; done; }

{
    printf 'interval: 300ms\nmissed: 5\nslack: 200ms\nmass: {least: 1000}\nnodes:\n'
    awk 'BEGIN { for (i = 100; i < 140; i++) print "  - dead-" i }'
} >policy.yaml
start_monitor --policy policy.yaml --store disk/s.db --trace disk/trace.jsonl
for id in a b c; do
    "$SREBOX" heartbeat send --to "$url" --id "alive-$id" --interval 100ms 2>/dev/null &
    senders="$senders $!"
done
for id in a b c; do until_true in_state "alive-$id" up; done
ok "all is well" until_true in_state dead-139 down

head -c 4000000 /dev/zero >disk/filler 2>/dev/null
beat late-1
ok "a full disk is told" until_true logged 's.db: the disk is full'
ok "and a trace that cannot be written" until_true logged 'the trace has a hole, the monitor goes on'
beat late-2
ok "beats are taken all the same" until_true in_state late-2 up
ok "and judged" until_true in_state late-2 down
is "its health says so" "$(ask -o /dev/null -w '%{http_code}' "$url/health")" 503
ok "what cannot be written waits" test "$(metric heartbeat_store_waiting)" -gt 0
ok "the lost trace is counted" test "$(metric heartbeat_trace_lost_bytes_total)" -gt 0
sleep 3
is "the disk is told of once" "$(grep -c 'the disk is full' "$T/log")" 1
is "the trace, too" "$(grep -c 'the trace has a hole' "$T/log")" 1

rm disk/filler
ok "when there is room again the store is written" until_true logged 'the store is written again, nothing was lost'
ok "and the trace goes on" until_true logged 'the trace goes on after a hole'
is "it is healthy" "$(ask -o /dev/null -w '%{http_code}' "$url/health")" 200
is "nothing waits" "$(metric heartbeat_store_waiting)" 0
# A busy machine may stop the monitor for a while, which is no silence: the trace goes on until there was some.
# shellcheck disable=SC2317 # by until_true
shows_silence() { "$SREBOX" heartbeat replay --policy policy.yaml --flips disk/trace.jsonl 2>&1 | grep -q dead-100; }
ok "who was silent is seen in the trace" until_true shows_silence
stop_monitor KILL
run "$SREBOX" heartbeat status --store disk/s.db -o csv
ok "what was told while it was full is kept, kill -9 or not" sh -c "grep -q '^down,late-1,' '$T/out' && grep -q '^down,late-2,' '$T/out'"
is "as is what was told before" "$(grep -c '^down,dead-' "$T/out")" 40

run "$SREBOX" heartbeat replay --policy policy.yaml --flips disk/trace.jsonl
ok "the trace can be read" test "$code" -ne 2
out_lacks "its hole is no silence of those who went on" alive-
done_testing
