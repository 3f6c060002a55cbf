#!/bin/sh
# logsort --follow: what comes, in order, over rotation, truncation and closed pipes.
. "$SB_SRC/tests/lib/tap.sh"

pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; chmod -R u+rwx "$T"; rm -rf "$T"' EXIT

start() { # its output is $T/work/out
    : >out
    "$SREBOX" logsort --tz UTC --follow "$@" <"${input:-/dev/null}" >out 2>err &
    pid=$!
}

stop() { # its status is $code
    code=0
    kill -TERM "$pid" && wait "$pid" || code=$?
    pid=
}

# comes TEXT: it is in the output, at last.
# shellcheck disable=SC2317 # called by ok, too
comes() {
    tries=0
    until grep -qF -e "$1" out; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || return 1
        sleep 0.05
    done
}

at() { printf '2026-11-23T09:00:%sZ %s\n' "$1" "$2"; }

{ at 02 a1; at 04 a2; } >a.log
{ at 01 b1; at 03 b2; } >b.log
: >c.log
mkfifo p.log
start --max-late 1s --label a.log b.log c.log p.log
ok "what is there comes first" comes b2
{ printf '  trace of a2\n'; at 09 a3; } >>a.log
at 08 b3 >>b.log
at 07 c1 >>c.log
at 06 p1 >p.log
ok "then what comes" comes a3
is "all of it in order, and traces with their record" "$(cat out)" \
    'b.log: 2026-11-23T09:00:01Z b1
a.log: 2026-11-23T09:00:02Z a1
b.log: 2026-11-23T09:00:03Z b2
a.log: 2026-11-23T09:00:04Z a2
a.log:   trace of a2
p.log: 2026-11-23T09:00:06Z p1
c.log: 2026-11-23T09:00:07Z c1
b.log: 2026-11-23T09:00:08Z b3
a.log: 2026-11-23T09:00:09Z a3'
mv a.log a.log.1
at 10 'a4, to the old file' >>a.log.1
at 11 'a5, to the new one' >a.log
ok "rotation: the old file is read to its end" comes a4
ok "and then the new one" comes a5
: >b.log
ok "a truncated file is seen as such" sleep 1.5
at 12 'b4, after truncation' >>b.log
ok "and read from its beginning" comes b4
at 13 p2 >p.log
ok "a named pipe outlives its writers" comes p2
at 05 'late by far' >>c.log
ok "what is too late comes none the less" comes 'late by far'
rm c.log
at 14 'c again' >c.log
ok "a file that was deleted may come back" comes 'c again'
printf '2026-11-23T09:00:15Z without its end' >>a.log
ok "the unfinished line waits" sleep 0.5
stop
expect_code "SIGTERM ends it well" 0
is "and brings out what is held" "$(tail -n 1 out)" "a.log: 2026-11-23T09:00:15Z without its end"
is "each line once" "$(sort out | uniq -d)" ""
is "nothing is lost" "$(wc -l <out)" 16
is "nothing to complain of" "$(cat err)" ""

# --- pipes that end ---
run sh -c '{ printf "2026-11-23T09:00:02Z two\n"; sleep 0.4; printf "2026-11-23T09:00:01Z one\n"; } |
    "$SREBOX" logsort --tz UTC --follow --max-late 30s -'
expect_code "a pipe that is closed ends it" 0
out_is "in order, without waiting for the window" '2026-11-23T09:00:01Z one
2026-11-23T09:00:02Z two'

# --- a large file, of which runs stay in place or are spilled ---
awk 'BEGIN { for (i = 0; i < 400000; i++) printf "%d.%03d line %d\n", 1795600000 + i / 1000, i % 1000, i }' >large.log
start --memory 8M large.log
ok "all that is there" comes 'line 399998'
echo '1795600400.500 one more' >>large.log
ok "and what comes" comes 'one more'
stop
is "none twice" "$(wc -l <out)" 400001
ok "in order" sort -c out
input=large.log
start --memory 8M large.log -
ok "standard input, too" comes 'one more'
stop
is "standard input that is a file is read as ever" "$(wc -l <out)" 800002

# --- a reader that leaves ---
run sh -c '"$SREBOX" logsort --tz UTC --follow a.log | head -n 1'
ok "a reader that leaves has its line" test -s "$T/out"

# --- what does not go together ---
run "$SREBOX" logsort --follow --merge a.log
refused "--merge" "does not go with --merge"
run "$SREBOX" logsort --follow -o x a.log
refused "-o" "does not go with --output"
run "$SREBOX" logsort --follow --check a.log
refused "--check" "does not go with --follow"
run "$SREBOX" logsort --follow missing.log
refused "a file that is not there" "missing.log"

done_testing
