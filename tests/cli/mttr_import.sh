#!/bin/sh
# mttr import: what is taken, known, set aside and refused, and what it says of bad files.
. "$SB_SRC/tests/lib/tap.sh"

golden=$SB_SRC/tests/golden/mttr-import
import() { "$SREBOX" mttr import --tz UTC --store "$T/j.db" "$@"; }
fresh() { rm -f "$T"/j.db*; }
# As CSV of one incident with one time: when TEXT [OPTION...]
when() { text=$1; shift; fresh; printf 'id,restored\nA,%s\n' "$text" >w.csv; run import w.csv "$@"; }
restored() { # NAME WANTED: when A was restored
    "$SREBOX" mttr show A -o json --tz UTC --store "$T/j.db" >"$T/show" 2>&1
    is "$1" "$(jq -r '.incident.events[0].at' "$T/show")" "$2"
}

# ---- the user's example, taken once and known then ----

cat >seed.csv <<'END'
id,service,severity,team,title,impact_start,alerted,acked,work_started,diagnosed,fixed,restored,verified,closed
INC-1,checkout,high,payments,database down,2026-11-27T14:30:00Z,2026-11-27T14:33:00Z,2026-11-27T14:35:00Z,,2026-11-27T14:40:00Z,2026-11-27T14:43:00Z,2026-11-27T14:45:00Z,2026-11-27T14:55:00Z,2026-11-27T15:00:00Z
END
run import seed.csv
expect_code "csv" 0
out_is "csv: what was taken" "seed.csv: 1 record of csv
  1 taken: 8 events added"
"$SREBOX" mttr report -o json --tz UTC --store "$T/j.db" >report.json 2>"$T/err"
is "and what it means" \
    "$(jq -c '[.metrics | .respond, .repair, .recover, .resolve | .median_s]' report.json)" \
    '[120,180,900,1320]'
run import seed.csv
expect_code "again" 0
out_has "again: nothing to add" "0 taken: 0 events added" "1 known already"
run import --rows seed.csv
out_has "row by row" "line 2: known: INC-1, 8 events"
run import -o json --rows seed.csv
is "as JSON" "$(jq -c '[.schema, .import.known, .import.complete, .import.rows[0].verdict]' "$T/out")" \
    '["srebox.mttr/1",1,true,"known"]'
fresh
run import --dry-run seed.csv
out_has "dry run" "1 would be taken: 8 events"
is "dry run: nothing is written" "$(ls "$T"/j.db 2>/dev/null)" ""
fresh
code=0
import - <seed.csv >"$T/out" 2>"$T/err" || code=$?
expect_code "stdin" 0

# ---- every tool ----

for pair in pagerduty:pagerduty.json opsgenie:opsgenie.json alertmanager:alertmanager.json \
    github:github.json jira:jira.json statuspage:statuspage.json gcp:gcp.json \
    servicenow:servicenow-list.csv incident-io:incident-io.json; do
    fresh
    run import --from "${pair%%:*}" "$golden/${pair#*:}"
    expect_code "${pair%%:*}" 0
    out_has "${pair%%:*}: something is taken" " taken: "
done
run import --from pagerduty-log "$golden/pagerduty-log.json"
expect_code "a record that cannot be understood" 2
out_has "is named by its line" "1 refused" "line 28: this is no log entry of PagerDuty"
run import --from nagios seed.csv
expect_code "an unknown tool" 2
err_has "is told which there are" "pagerduty-log"

# ---- tables as they come ----

fresh
printf '\357\273\277Id;Service;Impact start;Restored\r\nA;x;2026-01-01 10:00;2026-01-01 11:00\r\n' >w.csv
run import w.csv
expect_code "BOM, CRLF, semicolons, names in other letters" 0
out_has "its times have no zone, which is said" "2 times did not say their zone: read as UTC"
fresh
printf 'number,svc,from,to\nA,x,2026-01-01T10:00:00Z,2026-01-01T11:00:00Z\n' >w.csv
run import w.csv
expect_code "columns of no name that is known" 2
err_has "names what is missing" "no column is the time of an event" "--map impact_start=COLUMN"
run import w.csv --map 'service=svc,S=from' --map 'restored=#4'
expect_code "--map" 0
out_has "--map: by name, letter and number" "2 events added"
run import w.csv --map 'began=from'
err_has "--map: a name that is none" '"began" is no name that it knows'
run import w.csv --map 'S=begin'
err_has "--map: a column that is not there" 'there is no column "begin"'
fresh
printf 'id,restored\nA,2026-01-01T10:00:00Z,x\n,2026-01-01T10:00:00Z\nB,soon\nC,2026-01-01T10:00:00Z\n' >w.csv
run import w.csv
expect_code "ragged rows, no id, no time" 2
out_has "are named by their line, the others are taken" "1 taken: 1 event added" \
    "line 2: the row has 3 fields, the first row has 2" "line 3: the row has no id" \
    'line 4: column 2, "restored": "soon" is no time'
fresh
printf 'id,impact_start,restored\nA,2026-01-01T11:00:00Z,2026-01-01T10:00:00Z\n' >w.csv
run import w.csv
expect_code "an end before its start" 0
out_has "is taken, and said" "1 ends before it begins" "mttr doctor"

# ---- times ----

when 2026-11-27T15:00:00+02:00
restored "an offset" 2026-11-27T13:00:00Z
when '27/11/2026 15:00'
restored "only the day can be first" 2026-11-27T15:00:00Z
when 03/04/2026
expect_code "03/04/2026" 2
err_has "is asked about, with both readings, its row and column" \
    'w.csv:2: column 2, "restored": "03/04/2026" can be 2026-04-03 (day first) or 2026-03-04 (month first)' \
    "--dayfirst or --monthfirst"
when 03/04/2026 --dayfirst
restored "--dayfirst" 2026-04-03T00:00:00Z
when 03/04/2026 --monthfirst
restored "--monthfirst" 2026-03-04T00:00:00Z
when 27/11/2026 --monthfirst
expect_code "--monthfirst of what cannot be" 2
out_has "says so" "is no time with the month first"
when 2026-11-27T15:00:00Z --dayfirst --monthfirst
expect_code "both at once" 2
when '2026-03-29 02:30' --tz Europe/Berlin
expect_code "a time that clocks jumped over" 2
out_has "never was" "never was: clocks of Europe/Berlin jumped over it"
when '2026-10-25 02:30' --tz Europe/Berlin
expect_code "a time that clocks showed twice" 0
restored "is the first" 2026-10-25T00:30:00Z
when 2016-12-31T23:59:60Z
restored "a leap second" 2017-01-01T00:00:00Z
when 2026-12-31T12:59:60Z
expect_code "a leap second at no such time" 2
when 0001-01-01T00:00:00Z
expect_code "the year 1: not yet" 0
out_has "gives nothing" "1 set aside" "there are no times in it"
when 2026-02-30T00:00:00Z
expect_code "a day that is not there" 2
when 1795444400
restored "seconds since the epoch" 2026-11-23T14:33:20Z

# ---- what is no such file ----

bad() { # NAME TEXT BYTES [OPTION...]: refused whole, and why
    name=$1 text=$2 bytes=$3
    shift 3
    fresh
    # shellcheck disable=SC2059 # the bytes are a format
    printf "$bytes" >bad.dat
    run import "$@" bad.dat
    expect_code "$name" 2
    err_has "$name: why" "$text"
}
bad "nothing" "there is nothing in it" ''
bad "no CSV at all" "no column is the incident's id" 'Dear all,\nthe database is down.\n'
bad "UTF-16" "UTF-16" '\377\376i\000d\000'
bad "a workbook" "NUL bytes" 'PK\003\004\000\000\000'
bad "a quote that is never closed" "never closed" 'id,restored\nA,"2026\n'
bad "no JSON" "expected a list or an object" 'id,restored\n' --from gcp
bad "no JSON at all" "there is nothing in it" ' \n' --from gcp
fresh
printf '[{"id":"a","begin":"2026-01-01T00:00:00Z"},{"id":"b","beg' >cut.json
run import --from gcp cut.json
expect_code "JSON that is cut off" 2
err_has "is told" "cut.json:1:" "is it cut off?"
out_has "what came before is kept, and that is said" "1 taken" "ended early"
run import -o json --from gcp cut.json
is "also in JSON" "$(jq -c '[.import.known, .import.complete]' "$T/out")" '[1,false]'
fresh
awk 'BEGIN { for (i = 0; i < 5000; i++) s = s "["; print "[{\"id\":\"a\",\"x\":" s "}]" }' >deep.json
run import --from gcp deep.json
expect_code "deep JSON" 2
printf '[{"id":"a","id":"b","begin":"2026-01-01T00:00:00Z"}]' >twice.json
run import --from gcp twice.json
expect_code "a name twice" 2
out_has "a name twice: why" '"id"'
printf '[{"id":"a\\u0000b","begin":"2026-01-01T00:00:00Z"},{"id":"ok","external_desc":"x\\u0000\\u001b[31m","begin":"2026-01-01T00:00:00Z"}]' >nul.json
run import --from gcp --rows nul.json
expect_code "NUL in an id" 2
out_has "NUL in an id: why; elsewhere it is replaced" "has NUL bytes" "1 taken"
printf 'id,restored\n"A\033[31m\342\200\256",2026-01-01T00:00:00Z\n' >w.csv
run import --rows w.csv
LC_ALL=C
export LC_ALL
ok "control characters do not reach the terminal" sh -c "! grep -q '[[:cntrl:]]' '$T/out'"
unset LC_ALL
fresh
awk 'BEGIN { s = "x"; for (i = 0; i < 21; i++) s = s s; print "id,title,restored\nA,\"" s "\",2026-01-01T00:00:00Z\nB,b,2026-01-01T00:00:00Z" }' >huge.csv
run import huge.csv
expect_code "a field of 2 MiB" 2
out_has "a field of 2 MiB: the others are taken" "field 2 has more than 1048576 bytes" "1 taken"
run import nowhere.csv
expect_code "no file" 2
run import "$T"
expect_code "a folder" 2

# ---- the store ----

awk 'BEGIN { print "id,service,alerted,restored"
    for (i = 0; i < 60000; i++) printf "I-%d,s-%d,%d,%d\n", i, i % 40, 1700000000 + i * 60, 1700000030 + i * 60 }' >many.csv
fresh
import many.csv >one.out 2>one.err &
one=$!
import many.csv >two.out 2>two.err &
two=$!
ok "two at once: one" wait $one
ok "two at once: the other" wait $two
is "two at once: nothing is there twice" \
    "$(sed -n 's/.*: \([0-9]*\) events\{0,1\} added/\1/p' one.out two.out | awk '{ n += $1 } END { print n }')" 120000
fresh
import many.csv >one.out 2>&1 &
one=$!
# killed when something was written: a log that grows
for _ in $(seq 200); do
    [ ! -s "$T/j.db-wal" ] || [ "$(wc -c <"$T/j.db-wal")" -lt 4000000 ] || break
    kill -0 $one 2>/dev/null || break
    sleep 0.01
done
kill -9 $one 2>/dev/null
wait $one 2>/dev/null
run import many.csv
expect_code "killed, and again" 0
run import many.csv
out_has "killed, and again: all is there" "60000 known already"
if can_bound; then
    chmod 400 "$T/j.db"
    run bound "$SREBOX" mttr import --store "$T/j.db" seed.csv
    expect_code "a store that is read-only" 2
    err_has "a store that is read-only: why" "j.db"
    chmod 600 "$T/j.db"
else
    skip "a store that is read-only" "rights cannot be taken away here"
fi
if [ -w /dev/full ]; then
    code=0
    import seed.csv >/dev/full 2>"$T/err" || code=$?
    expect_code "nobody hears what was taken" 2
fi
done_testing
