#!/bin/sh
# heartbeat schedule: when it comes next, by both clocks, and what pings say about the time zone.
. "$SB_SRC/tests/lib/tap.sh"

TZDIR=/nonexistent
export TZDIR
cet='CET-1CEST,M3.5.0,M10.5.0/3'

run "$SREBOX" heartbeat schedule '30 2 * * *' --time-zone "$cet" --after 2026-03-28T00:00:00Z --next 3
expect_code "cron over a change of the clocks" 0
out_has "the skipped run comes right after the gap" "2026-03-29T03:00:00+02:00  2026-03-29T01:00:00Z  2026-03-29T02:00:00Z"

run "$SREBOX" heartbeat schedule 'Mon 09:00 +02:00' --after 2026-01-01T00:00:00Z -n 1 --grace 10m -o csv
expect_code "a calendar event with its zone" 0
is "as CSV" "$(tr -d '\r' <"$T/out" | sed -n 2p)" "2026-01-05T09:00:00+02:00,2026-01-05T07:00:00Z,2026-01-05T07:10:00Z"

SREBOX_NOW=2026-01-01T12:00:00Z
export SREBOX_NOW
run "$SREBOX" heartbeat schedule daily -n 1
out_has "from now on" "2026-01-02T00:00:00Z"
unset SREBOX_NOW

run "$SREBOX" heartbeat schedule '2003-03-05'
expect_code "what is over" 0
out_has "comes never any more" "never any more"

run "$SREBOX" heartbeat schedule '0 9 * * *' -z +01:00 --pinged 2026-01-01T04:04:00Z
expect_code "a ping that came early" 1
out_has "is said to be" "the last ping came 3h56m early and does not count: is +01:00 the time zone of the job?"

run "$SREBOX" heartbeat schedule '0 9 * * *' -z +01:00 --pinged 2026-01-01T04:04:00Z \
    --pinged 2026-01-02T04:05:00Z -o json -n 1
expect_code "two of them" 1
is "name the zone" "$(sed -n 's/^ *"seems_offset_s": //p' "$T/out")" 18000
is "the schema" "$(sed -n 's/^ *"schema": "\(.*\)",/\1/p' "$T/out")" srebox.heartbeat-schedule/1

run "$SREBOX" heartbeat schedule '0 9 * * *' -z +01:00 --pinged 2026-01-01T08:04:00Z
expect_code "pings that fit" 0

for bad in '0 9 * *' '60 * * * *' '0 0 30 2 *' '*-02-30' ''; do
    run "$SREBOX" heartbeat schedule "$bad"
    expect_code "\"$bad\" is refused" 2
    err_has "with a hint" "hint:"
done
run "$SREBOX" heartbeat schedule '0 9 * * *' -z Europe/Berlin
expect_code "a zone without tables" 2
err_has "says where it looked" "no time zone"
run "$SREBOX" heartbeat schedule '0 9 * * *' --after yesterday
expect_code "no time" 2
err_has "names its option" "--after"
run "$SREBOX" heartbeat schedule '0 9 * * *' --pinged 2026-01-02T04:05:00Z --pinged 2026-01-01T04:04:00Z
expect_code "pings out of order" 2
done_testing
