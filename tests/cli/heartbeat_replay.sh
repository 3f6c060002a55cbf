#!/bin/sh
# heartbeat replay and tune: what policies make of a trace whose truth is known.
. "$SB_SRC/tests/lib/tap.sh"

# 20 nodes beat every 3 s for an hour, each with its own offset. Node n5 loses two beats in a row at
# 600 s, n6 four of them at 1200 s; n7 dies at 1800 s; n8 is restarted within 60 s at 2400 s; n9 leaves at
# 2400 s. Numbers go on through losses.
awk 'BEGIN {
    print "{\"schema\":\"srebox.heartbeat-trace/1\",\"began\":\"2026-01-05T00:00:00Z\"}"
    for (t = 0; t < 3600; t += 3)
        for (i = 0; i < 20; i++) {
            at = t + i * 0.1
            if (i == 5 && at > 600 && at < 606) continue
            if (i == 6 && at > 1200 && at < 1212) continue
            if (i == 7 && at > 1800) continue
            if (i == 8 && at > 2400 && at < 2460) continue
            if (i == 9 && at > 2400) continue
            kind = i == 9 && at + 3 > 2400 ? "leave" : "alive"
            boot = i == 8 && at > 2400 ? "two" : "one"
            printf "{\"t\":%.3f,\"id\":\"n%d\",\"kind\":\"%s\",\"seq\":%d,\"boot\":\"%s\"}\n", \
                at, i, kind, t / 3, boot
        }
    print "{\"t\":3600,\"end\":true}"
}' >trace.jsonl

field() { # NAME: the first such member of the JSON in $T/out
    sed -n "s/^ *\"$1\": \([^,]*\),*$/\1/p" "$T/out" | head -n 1
}

run "$SREBOX" heartbeat replay -o json trace.jsonl
expect_code "the built-in policy" 0
is "dead after 10 s: four lost beats are a false alarm, two are not" "$(field false_alarms)" 1
is "n7 died, n8 was restarted" "$(field alarms)" 3
is "the dead are found 10 s after their last beat" "$(field detection_s_p50)" "10.000000001"

printf 'missed: 2\n' >two.yaml
printf 'missed: 5\n' >five.yaml
run "$SREBOX" heartbeat replay -o csv -p two.yaml -p five.yaml trace.jsonl
expect_code "two policies at once" 0
is "missed: 2 has two false alarms" "$(awk -F, '/^two/ { print $4 }' "$T/out")" 2
is "missed: 5 has none" "$(awk -F, '/^five/ { print $4 }' "$T/out")" 0
is "and finds the dead after 16 s" "$(awk -F, '/^five/ { print $6 }' "$T/out")" 16

run "$SREBOX" heartbeat replay --flips trace.jsonl
expect_code "a list of flips" 0
out_has "why n7 was taken for dead" "n7    down: silent for 10s, allowed are 10s: 3 x 3s + 1s"
out_lacks "who leaves is not reported" "n9    down"

# Truth from outside outranks guessing: n6 did die.
awk '/"t":120[0-9]/ && !done { print "{\"t\":1200.6,\"id\":\"n6\",\"mark\":\"dead\"}"; done = 1 } { print }' \
    trace.jsonl | sort -s -t : -k 2,2n >marked.jsonl
run "$SREBOX" heartbeat replay -o json marked.jsonl
is "a marked death is no false alarm" "$(field false_alarms)" 0

# The monitor itself stood still for a minute: that is nobody's silence, but that of the dead goes on.
awk -F '[:,]' '/"t":/ && $2 > 3000 && $2 < 3060 { next }
    $2 >= 3060 && !done { print "{\"t\":3060,\"fresh\":\"stopped\",\"lost\":60}"; done = 1 } { print }' \
    trace.jsonl >stopped.jsonl
run "$SREBOX" heartbeat replay -o json stopped.jsonl
is "a stop of the monitor makes no false alarm" "$(field false_alarms)" 1
is "and hides none that was right" "$(field alarms)" 3

run "$SREBOX" heartbeat tune -o json --target 0 trace.jsonl
expect_code "tune" 0
is "no false alarm needs 15 s: four beats lost, the fifth came" "$(field deadline_s)" 15
is "an hour of twenty nodes proves little" "$(field proven)" false
run "$SREBOX" heartbeat tune -o json --target 2 trace.jsonl
is "one false alarm may be spent: 9 s" "$(field deadline_s)" 9
run "$SREBOX" heartbeat tune trace.jsonl
out_has "as members of a policy" "missed: "

run sh -c '"$SREBOX" heartbeat replay - <trace.jsonl'
expect_code "a trace from standard input" 0

bad() { # NAME TEXT WANTED: the second line of a trace
    { head -n 1 trace.jsonl; printf '%s\n' "$2"; } >bad.jsonl
    run "$SREBOX" heartbeat replay bad.jsonl
    expect_code "$1" 2
    err_has "$1: where and why" "bad.jsonl:2: $3"
}
bad "no JSON" '{' 'not JSON'
bad "time that is none" '{"t":"x","id":"a"}' '"t" must be seconds'
bad "a line about nothing" '{"t":1}' 'the line has neither "id" nor'
bad "a kind nobody knows" '{"t":1,"id":"a","kind":"dance"}' 'unknown kind "dance"'
bad "an endless time" '{"t":1e300,"id":"a"}' '"t" must be seconds'
{ head -n 1 trace.jsonl; echo '{"t":2,"id":"a"}'; echo '{"t":1,"id":"a"}'; } >bad.jsonl
run "$SREBOX" heartbeat replay bad.jsonl
err_has "time that goes back" "bad.jsonl:3: \"t\" goes back"
run "$SREBOX" heartbeat replay /dev/null
expect_code "an empty trace" 2
{ head -n 1 trace.jsonl; head -c 100000 /dev/zero | tr '\0' x; } >bad.jsonl
run "$SREBOX" heartbeat replay bad.jsonl
err_has "a line without end" "a line of more than 64 KiB"
run "$SREBOX" heartbeat tune --target many trace.jsonl
expect_code "a target that is no number" 2

done_testing
