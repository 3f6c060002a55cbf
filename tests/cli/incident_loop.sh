#!/bin/sh
# The incident loop: the script that contrib/quickstart plays. What it computes is what happened, README shows
# what it prints, and it leaves nothing running and nothing behind but its folder.
. "$SB_SRC/tests/lib/tap.sh"
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"
"$SREBOX" --list | grep -q drift || skip_all "built without drift"
have jq || skip_all "jq is not installed"

mkdir "$T/bin"
ln -s "$SREBOX" "$T/bin/srebox"
PATH=$T/bin:$PATH
loop=$SB_SRC/contrib/examples/incident/loop.sh

run sh "$loop"
refused "it wants a folder" "usage: loop.sh FOLDER"
run sh "$loop" "$T/home"
refused "a new one" "is there already"

run env LOOP_PACE=0.2 sh "$loop" play
expect_code "the loop" 0
cp "$T/out" "$T/play.out"
is "nothing behind but its folder" "$(ls -A) $(ls -A "$HOME")" "play "
left=
for process in /proc/[0-9]*; do
    case $(readlink "$process/cwd" 2>/dev/null) in
    "$T/work/play"*) left="$left $process" ;;
    esac
done
is "nothing runs" "$left" ""

# --- the figures are of the events ---
XDG_STATE_HOME=$T/work/play/state
export XDG_STATE_HOME
rules=play/rules.yaml
srebox mttr list -o json --rules $rules >list.json
is "one incident, of the service that the rules name" \
    "$(jq -c '[.incidents[] | [.service, .severity, .team, .state]]' list.json)" '[["shop","sev2","web","closed"]]'
id=$(jq -r '.incidents[0].id' list.json)
srebox mttr show "$id" -o json >show.json
is "who did what" "$(jq -c '[.incident.events[] | select(.kind | IN("alerted", "acked", "work_started",
    "diagnosed", "fixed", "restored", "verified", "closed")) | [.kind, .source, .person]]' show.json)" \
    '[["alerted","heartbeat",false],["acked","mttr",true],["work_started","mttr",true],["diagnosed","mttr",true],["fixed","mttr",true],["restored","heartbeat",false],["verified","mttr",true],["closed","mttr",true]]'
srebox mttr report -o json --rules $rules >report.json
sqlite3 play/state/srebox/srebox.db 'SELECT kind, at FROM event WHERE incident IS NOT NULL' >events 2>/dev/null ||
    jq -r '.incident.events[] | "\(.kind)|\(.at)"' show.json >events
at() { sed -n "s/^$1|//p" events; }
span() { # FROM TO: milliseconds
    echo $((($(at "$2") - $(at "$1")) / 1000000))
}
if have sqlite3; then
    for metric in respond:alerted:acked repair:work_started:fixed recover:impact_start:restored \
        resolve:detected:verified; do
        name=${metric%%:*} from=${metric#*:}
        is "$name is what the journal says" \
            "$(jq ".metrics.$name | if .n == 1 then .median_s * 1000 | floor else null end" report.json)" \
            "$(span "${from%:*}" "${from#*:}")"
    done
else
    skip "the figures are what the journal says" "sqlite3 is not installed"
fi
is "the silence was noticed after three missed beats and a second" \
    "$(jq '.metrics.detect.median_s | . >= 9.9 and . < 60' report.json)" true

# --- README shows it ---
alike() { # whatever the times and durations; without columns
    sed 's/[0-9-]\{10\} [0-9:]\{5,8\}/AT/g; s/heartbeat-[0-9]*/heartbeat-N/g; s/  */ /g
        :again
        s/[0-9][0-9.]*\(ms\|[dhms]\)\([^a-z]\|$\)/SPAN\2/; t again
        s/SPAN SPAN/SPAN/g'
}
awk '/^```$/ { n++; next } n == 1' "$SB_SRC/README" >shown
alike <"$T/play.out" | tr '\n' '\1' >printed
: >chunk
chunks=0
while IFS= read -r line; do
    [ "$line" = '[...]' ] || { printf '%s\n' "$line" >>chunk; continue; }
    chunks=$((chunks + 1))
    alike <chunk | tr '\n' '\1' >wanted
    ok "README: part $chunks is what is printed" grep -aqF -e "$(cat wanted)" printed
    : >chunk
done <shown
is "README shows so many parts" "$chunks" 3
is "and nothing after the last" "$(cat chunk)" ""
done_testing
