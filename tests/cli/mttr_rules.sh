#!/bin/sh
# mttr --rules: heartbeat's flips of several nodes as one incident of a service.
. "$SB_SRC/tests/lib/tap.sh"
have jq || skip_all "jq is not installed"
have sqlite3 || skip_all "sqlite3 is not installed, which writes what heartbeat would"

SREBOX_NOW=2026-11-27T15:00:00Z
SREBOX_MTTR_STORE=$T/journal.db
SREBOX_MTTR_TZ=UTC
export SREBOX_NOW SREBOX_MTTR_STORE SREBOX_MTTR_TZ
mttr() { "$SREBOX" mttr "$@"; }
flip() { # NUMBER NODE TIME KIND ...: events of heartbeat
    flip_incident=heartbeat-$1 flip_node=$2 flip_at=$(date -u -d "2026-11-27T$3Z" +%s)000000000
    shift 3
    for flip_kind; do
        sqlite3 "$SREBOX_MTTR_STORE" "INSERT INTO event (at, kind, subject, incident, source)
            VALUES ($flip_at, '$flip_kind', '$flip_node', '$flip_incident', 'heartbeat')"
    done
}
all() { mttr list -o json "$@" | jq -c "[.incidents[] | $field]"; }

mttr open other --at 13:00 >/dev/null 2>&1
flip 1 web-1 14:00:00 impact_start beat_lost
flip 1 web-1 14:00:10 detected alerted
flip 2 web-2 14:02:00 impact_start beat_lost detected
flip 3 db-1 14:03:00 impact_start beat_lost detected
flip 4 web-3 14:20:00 impact_start beat_lost detected
flip 1 web-1 14:05:00 beat_back restored
cat >rules.yaml <<'END'
rules:
  - {match: web-1, service: shop, severity: sev2, team: web, window: 10m}
  - {match: [web-*], service: never}
END
field=.id
is "without rules each is an incident" "$(all)" '["heartbeat-4","heartbeat-3","heartbeat-2","i1","heartbeat-1"]'
field='[.id, .service, .severity]'
is "the first rule that matches counts" "$(all --rules rules.yaml -w source=heartbeat)" \
    '[["heartbeat-4","never",null],["heartbeat-3","db-1",null],["heartbeat-2","never",null],["heartbeat-1","shop","sev2"]]'
printf 'rules:\n  - {match: web-*, service: shop, severity: sev2, team: web, window: 10m}\n' >rules.yaml
field='[.id, .state, .members]'
is "those within the window are one; it is over when all of them are" "$(all --rules rules.yaml -w service=shop)" \
    '[["heartbeat-4","open",[]],["heartbeat-1","alerted",["heartbeat-1","heartbeat-2"]]]'
is "rules come from the configuration, too" \
    "$(SREBOX_MTTR_RULES=rules.yaml all -w service=shop)" "$(all --rules rules.yaml -w service=shop)"
mttr ack heartbeat-2 --at 14:04 >/dev/null
run mttr show heartbeat-2 --rules rules.yaml
out_has "the id of any member means it" "heartbeat-1  shop  sev2"
out_has "it says of what it was made" "2 incidents in one: heartbeat-1 heartbeat-2"
ok "what is recorded of one member is of all" grep -q '14:04:00.*acked' "$T/out"
flip 2 web-2 14:08:00 beat_back restored
is "the last that is back ends the impact" \
    "$(mttr show heartbeat-1 --rules rules.yaml -o json | jq -c '.incident | [.state, [.impact[] | [.from, .to]]]')" \
    '["restored",[["2026-11-27T14:00:00Z","2026-11-27T14:08:00Z"]]]'
run mttr timeline heartbeat-1 --rules rules.yaml
out_has "the story has both" "users suffered 8m: 14:00:00 to 14:08:00"
run mttr report --rules rules.yaml -w service=shop -o json
is "the report counts it once" "$(jq .metrics.recover.n "$T/out")" 1
for bad in 'rules: [{match: a}]' 'rules: 5' 'rules: [{match: a, service: b, windows: 1m}]' '{'; do
    printf '%s\n' "$bad" >bad.yaml
    run mttr list --rules bad.yaml
    refused "refused, with its place: $bad" "bad.yaml:"
done
run mttr list --rules missing.yaml
refused "no such file" "missing.yaml"
done_testing
