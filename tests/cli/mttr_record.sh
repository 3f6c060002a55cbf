#!/bin/sh
# mttr's recording verbs, and list, show, log and timeline of what they wrote.
. "$SB_SRC/tests/lib/tap.sh"

XDG_STATE_HOME=$T/state
SREBOX_NOW=2026-11-27T15:00:00Z
USER=ana
export XDG_STATE_HOME SREBOX_NOW USER
unset SUDO_USER
mttr() { "$SREBOX" mttr "$@" --tz UTC; }
events() { mttr show "$1" -o json | jq -c "[.incident.events[] | $2]"; }

no_controls() { # NAME
    LC_ALL=C
    export LC_ALL
    if grep -q '[[:cntrl:]]' "$T/out"; then fail "$1"; else pass "$1"; fi
    unset LC_ALL
}

# ---- the incident of the user's text ----

run mttr list
refused "without a store nothing is said to be well" "there is no store"
run mttr open checkout --at 14:33 --impact-start 14:30 --alerted --severity sev1 -t 'database down'
expect_code "open" 0
out_is "open prints the id alone" "i1"
err_has "and says what it means" "detected 2026-11-27 14:33:00, 3m after the impact began"
run mttr ack i1 --at 14:35 --by sarah
out_is "ack says how long it took" "i1 checkout: acked 2026-11-27 14:35:00, 2m after the alert"
run mttr diagnosed i1 --at 14:40 -m 'pool exhausted'
out_has "diagnosed" "5m after the ack"
run mttr fixed i1 --at 14:43
out_has "fixed" "3m after the diagnosis"
run mttr restored i1 --at 14:45
out_has "restored" "15m after the impact began"
run mttr verified i1 --at 14:55
out_has "verified" "10m after it was restored"
run mttr close i1 --at 14:58:30
out_is "close" "i1 checkout: closed 2026-11-27 14:58:30, 3m 30s after it was verified"
run mttr show i1
expect_code "show" 0
out_has "show: the state" "closed after 28m 30s; users suffered 15m: 14:30:00 to 14:45:00"
ok "show: resolve" grep -q '^  resolve  *22m  detected -> verified' "$T/out"
is "show as JSON: who did what" "$(events i1 '[.kind, .actor, .person]' | jq -c '.[3]')" \
    '["acked","sarah",true]'
is "minutes are known to a minute" "$(events i1 .precision_s)" "[60,60,60,60,60,60,60,60,1]"
is "the four times" "$(mttr show i1 -o json | jq -c '[.incident.metrics[].s][:4]')" "[120,180,900,1320]"
is "and under the example's definitions" \
    "$(mttr show i1 -o json --defs example | jq -c '[.incident.metrics[].s][:4]')" "[120,900,720,1530]"

# ---- what makes no sense, what is doubtful, what was done already ----

run mttr ack i1
refused "a closed incident takes no ack" "i1 is closed since 2026-11-27 14:58:30"
err_has "and says what helps" "srebox mttr reopen i1"
run mttr work i1 --at 14:36
expect_code "what happened before it was closed is taken" 0
out_has "and counted" "work began 2026-11-27 14:36:00, 1m after the ack"
run mttr close i1
out_has "closed twice is closed once" "closed already, 2026-11-27 14:58:30 by ana; nothing was written"
expect_code "closed twice" 0
run mttr note i1 'a second look'
expect_code "a closed incident takes notes" 0
run mttr ack i1 --at '5m ago' --again --by-robot
expect_code "--again writes it once more" 0
is "a robot is no person" "$(events i1 'select(.kind == "acked") | .person')" "[true,false]"
run mttr reopen i1
expect_code "reopen" 0
run mttr reopen i1
out_has "reopened once" "reopened already"
run mttr restored i1 --at 14:20 --again
err_has "before what it must follow: kept, with a warning" "warning: that is before the impact began"
expect_code "before what it must follow" 0
run mttr open web --at 14:00
run mttr reopen i2
out_has "what is not over is not reopened" "it was not over; nothing was written"
run mttr verified i2
err_has "verified, but never restored" "srebox mttr restored i2 --at TIME"
for bad in 'ack i9' 'ack' 'note i2' 'ack i2 --at 15:01' 'ack i2 --at noon' 'ack i2 --by=' 'ack i2 --event 3' \
    'ack i2 --again --correct' 'ack i2 --correct' 'ack i2 --retract' 'ack i2 --tz Mars/Base' 'open x --title=' \
    'open x --impact-start 1960' 'ack i2 --key='; do
    # shellcheck disable=SC2086 # words
    run "$SREBOX" mttr $bad
    if [ "$code" = 2 ] && [ ! -s "$T/out" ]; then pass "refused: $bad"; else fail "refused: $bad"; fi
done
run mttr open ''
refused "a service has a name" "no name of a service"
run mttr open "$(printf 'a\377b')"
refused "which is UTF-8" "no name of a service"
run mttr note i2 "$(printf 'a\377b')"
refused "as notes are" "no well-formed UTF-8"
is "nothing of that was written" "$(events i2 .kind)" '["detected","verified"]'

# ---- ids ----

for n in 3 4 5 6 7 8 9 10 11 12; do mttr open s$n 2>/dev/null; done >"$T/ids"
is "ids go on" "$(tr '\n' ' ' <"$T/ids")" "i3 i4 i5 i6 i7 i8 i9 i10 i11 i12 "
run mttr ack i12
expect_code "a whole id" 0
run mttr ack i1 --again --at 14:59
out_has "is itself, although others begin with it" "i1 checkout: acked"
"$SREBOX" mttr open other >/dev/null 2>&1
run mttr show i
refused "a start of several" "the start of several incidents"
err_has "lists them" "i1, i10, i11, i12, i13, i2"

# ---- corrections ----

id=$(mttr open pay --at 14:00 --alerted --severity sev3 2>/dev/null)
mttr ack "$id" --at 14:10 -m 'on it' >/dev/null
run mttr ack "$id" --at 14:04 --correct
out_has "a correction says what it was" "acked 2026-11-27 14:04:00, 4m after the alert (event"
is "it stands in the place of what it corrects" \
    "$(events "$id" 'select(.kind == "acked") | [.at, .actor, .text]')" \
    '[["2026-11-27T14:04:00Z","ana","on it"]]'
run mttr ack "$id" --correct --by bob
is "who it was can be corrected alone" "$(events "$id" 'select(.kind == "acked") | [.at, .actor]')" \
    '[["2026-11-27T14:04:00Z","bob"]]'
run mttr log "$id"
out_has "the log has all of it" "2026-11-27 14:10:00  (acked) by ana, mttr"
out_has "and who wrote it" "written 2026-11-27 15:00:00 by ana"
is "log as JSON: what stands" "$(mttr log "$id" -o json | jq -c '[.log[] | select(.kind == "acked") | .stands]')" \
    "[false,false,true]"
run mttr ack "$id" --retract
out_has "a retraction" "is taken back: acked, 2026-11-27 14:04:00"
is "takes away the corrected one, too" "$(events "$id" .kind)" '["detected","alerted"]'
run mttr ack "$id" --retract
refused "there is nothing left to take back" "nothing was written of this"
mttr note "$id" one >/dev/null
mttr note "$id" two >/dev/null
run mttr note "$id" --retract
refused "which of several" "several such events"
event=$(mttr show "$id" -o json | jq '.incident.events[] | select(.text == "one") | .event')
run mttr note "$id" --retract --event "$event"
is "is said by --event" "$(events "$id" 'select(.kind == "note") | .text')" '["two"]'
run mttr fixed "$id" --correct --event 1
refused "an event of another incident" "no event of $id that stands"
event=$(mttr show "$id" -o json | jq '.incident.events[] | select(.kind == "alerted") | .event')
run mttr detected "$id" --again --at 13:59
run mttr impact "$id" --correct --event "$event" --at 13:58
is "a correction may change the kind" "$(events "$id" .kind)" '["impact_start","detected","detected","note"]'
run mttr note "$id" 'worse than it looked' --severity sev1 --title 'cards refused' --team payments
is "labels are the latest" "$(mttr list -o json -w service=pay | jq -c '.incidents[0] | [.severity, .title, .team]')" \
    '["sev1","cards refused","payments"]'

event=$(mttr show "$id" -o json | jq '.incident.events[] | select(.text == "two") | .event')
run mttr note "$id" --correct --event "$event" --at 14:20
is "a note's time is corrected without its text" "$(events "$id" 'select(.kind == "note") | [.at, .text]' | jq -c '.[0]')" \
    '["2026-11-27T14:20:00Z","two"]'

# An event that no verb writes: a tool's.
printf 'id,service,event,at\ne1,mail,detected,2026-11-27T10:00:00Z\ne1,mail,escalated,2026-11-27T10:30:00Z\n' >tool.csv
mttr import tool.csv >/dev/null 2>&1
event=$(mttr show e1 -o json | jq '.incident.events[] | select(.kind == "escalated") | .event')
run mttr note e1 --correct --event "$event" --at 10:20
out_has "is corrected as a note" "e1 mail: escalated 2026-11-27 10:20:00"
is "is corrected as a note, and keeps its kind" "$(events e1 '[.kind, .at]' | jq -c '.[1]')" \
    '["escalated","2026-11-27T10:20:00Z"]'
run mttr note e1 --retract --event "$(mttr show e1 -o json | jq '.incident.events[1].event')"
is "and taken back as one" "$(events e1 .kind)" '["detected"]'

# ---- keys ----

run mttr open keyed --key 77
first=$(cat "$T/out")
run mttr open keyed --key 77
out_is "a retry of open gives the same incident" "$first"
err_has "and says so" "was opened before under this key"
mttr ack "$first" --key 78 >/dev/null
run mttr ack "$first" --key 78
out_has "a retry of ack" "written before under this key"
is "is written once" "$(events "$first" .kind)" '["detected","acked"]'
run mttr ack i2 --key 78
refused "a key belongs to one incident" "it was used for $first before"
run mttr fixed "$first" --key 78 -o json
is "each kind has its own; JSON" "$(jq -c '[.incident, .written, .kind]' "$T/out")" "[\"$first\",true,\"fixed\"]"

# ---- list, timeline ----

run mttr list
# shellcheck disable=SC2016 # awk's
ok "open ones first" awk '
    NR > 1 && $2 ~ /closed|restored|verified/ { over = 1 }
    NR > 1 && over && $2 !~ /closed|restored|verified/ { exit 1 }' "$T/out"
# shellcheck disable=SC2016 # awk's
ok "80 columns" awk 'length($0) > 80 { exit 1 }' "$T/out"
expect_code "a look is no judgement" 0
run mttr list --where service=nobody
out_is "none like that" "no incidents like that"
run mttr list -o csv
out_has "CSV has import's column names" "id,service,severity,team,title,state,impact_start,detected,alerted,acked"
mttr list -o csv -w 'service!=checkout' >listed.csv
mttr import listed.csv --store other.db >/dev/null 2>&1
mttr list -o csv --store other.db >again.csv
ok "which takes it" diff listed.csv again.csv
hostile=$(mttr open "$(printf 'a\033[31m<b>|x')" -t "$(printf '<script>\033]0;x\a|*id*')" 2>/dev/null)
mttr note "$hostile" "$(printf 'one\n<img src=x>\033[2J| two')" >/dev/null
for format in text markdown html; do
    run mttr timeline "$hostile" -o $format
    expect_code "timeline as $format" 0
    no_controls "$format: no control reaches the outside"
done
out_lacks "nothing of it is markup" "<script"
out_lacks "nor this" "<img"
run mttr timeline "$hostile" -o markdown
out_has "Markdown: escaped, lines kept" '\|'
for verb in list "show $hostile" "log $hostile"; do
    # shellcheck disable=SC2086 # words
    run mttr $verb
    no_controls "$verb: no control reaches the terminal"
done
printf 'from a pipe\nwith two lines\n' >"$T/note"
"$SREBOX" mttr note i2 - <"$T/note" >/dev/null
is "a note from stdin" "$(events i2 'select(.kind == "note") | .text')" '["from a pipe\nwith two lines"]'
run env TZ=XYZ-05:30 "$SREBOX" mttr timeline i2 --tz local -o html
out_has "a page says of which zone it is" 'XYZ-05:30'
run env -u TZ "$SREBOX" mttr timeline i2 --tz local -o html
out_lacks "local means nothing elsewhere" 'zone <bdi>local'
run mttr timeline i2
out_has "timeline shows both lines" "                    with two lines"
done_testing
