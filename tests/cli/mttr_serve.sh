#!/bin/sh
# mttr serve: webhooks by curl, signed by openssl as the tools sign; forged, stale, oversized and malformed
# ones; sent twice; a journal that cannot be written; who may send at all.
# shellcheck disable=SC2317 # functions are called by name, and by the trap
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"
have openssl || skip_all "openssl is not installed"

server=''
clean_up() {
    [ -z "$server" ] || kill -KILL "$server" 2>/dev/null
    chmod -R u+rwx "$T" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT

# start ARGUMENT...: a server on a free port; sets $server and $url.
start() {
    : >"$T/log"
    "$SREBOX" mttr serve --store "$T/store.db" --listen 127.0.0.1:0 "$@" 2>"$T/log" &
    server=$!
    until_true grep -q 'listening on' "$T/log"
    url=$(sed -n 's/.*listening on //p' "$T/log")
}

stop() {
    kill -TERM "$server"
    code=0
    wait "$server" 2>/dev/null || code=$?
    server=
}

# post PATH FILE ARGUMENT...: status in $status, answer in $T/out.
post() {
    path=$1 file=$2
    shift 2
    status=$(curl -sS --max-time 30 -o "$T/out" -w '%{http_code}' "$@" --data-binary "@$file" "$url/webhook/$path")
}
sign() { openssl dgst -sha256 -hmac "$1" "$2" | sed 's/.*= //'; } # SECRET FILE: hexadecimal
events() { "$SREBOX" mttr list --store "$T/store.db" -o json | jq '.incidents | length'; }

printf '%s' '{"event":{"id":"01A","event_type":"incident.triggered","resource_type":"incident",
 "occurred_at":"2026-11-23T14:33:00Z","agent":null,"client":null,"data":{"id":"PGR0VU2","type":"incident",
 "title":"checkout <b>is</b> down","status":"triggered","created_at":"2026-11-23T14:33:00Z",
 "service":{"id":"PF9KMXH","summary":"checkout","type":"service_reference"},"urgency":"high"}}}' >triggered.json
printf '%s' '{"event":{"id":"01B","event_type":"incident.acknowledged","resource_type":"incident",
 "occurred_at":"2026-11-23T14:35:00Z","agent":{"id":"P1","summary":"Sarah","type":"user_reference"},
 "client":null,"data":{"id":"PGR0VU2","type":"incident","title":"checkout <b>is</b> down",
 "created_at":"2026-11-23T14:33:00Z","service":{"summary":"checkout"}}}}' >acked.json
printf '%s' '{"version":"4","groupKey":"{}:{alertname=\"Down\"}","status":"firing","receiver":"x",
 "alerts":[{"status":"firing","labels":{"alertname":"Down","service":"search","severity":"page"},"annotations":{},
 "startsAt":"2026-11-23T10:00:00Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"abc"}]}' >alert.json
printf 'the pager secret\n' >pager.secret
printf 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n' >standard.secret

# --- signed ---
printf 'the github secret\n' >github.secret
start --secret github=github.secret
printf '%s' '{"action":"opened","issue":{"number":8,"title":"x","created_at":"2026-11-23T09:00:00Z","labels":[]},"repository":{"full_name":"octo/shop"}}' >forged.json
post github forged.json -H "X-Hub-Signature-256: sha256=$(sign 'another secret' forged.json)"
is "GitHub's signature by another secret is refused" "$status" 403
post github forged.json -H "X-Hub-Signature-256: sha256=$(sign 'the github secret' forged.json)"
is "by the right one it is looked at, and set aside: it is not labelled" "$status" 200
stop
start --secret pagerduty=pager.secret --secret alertmanager=standard.secret
tag=$(sign 'the pager secret' triggered.json)
post pagerduty triggered.json -H "X-PagerDuty-Signature: v1=$tag"
is "a signed webhook is taken" "$status" 200
out_has "and says how much of it is new" '"new":'
is "it is an incident" "$(events)" 1
post pagerduty triggered.json -H "X-PagerDuty-Signature: v1=0000,v1=$tag"
is "sent again, under a second secret" "$status" 200
out_has "it adds nothing" '"new":0}'
post pagerduty acked.json -H "X-PagerDuty-Signature: v1=$tag"
is "another body under that signature is refused" "$status" 403
post pagerduty acked.json
is "so is one that is not signed" "$status" 401
tag=$(sign 'the pager secret' acked.json)
post pagerduty acked.json -H "X-PagerDuty-Signature: v1=$tag"
is "signed, it is taken" "$status" 200
run "$SREBOX" mttr show --store "$T/store.db" "$("$SREBOX" mttr list --store "$T/store.db" -o json | jq -r '.incidents[0].id')" --tz UTC
out_has "the acknowledgement is there" acked
out_has "and who made it" Sarah

# --- Standard Webhooks ---
now=$(date +%s)
key=$(printf 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' | openssl base64 -d -A | od -An -tx1 | tr -d ' \n')
standard() { # TIME
    { printf 'msg_1.%s.' "$1"; cat alert.json; } >signed
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary signed | openssl base64 -A
}
post alertmanager alert.json -H "webhook-id: msg_1" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$(standard "$now")"
is "signed by Standard Webhooks, it is taken" "$status" 200
old=$((now - 3600))
post alertmanager alert.json -H "webhook-id: msg_1" -H "webhook-timestamp: $old" -H "webhook-signature: v1,$(standard "$old")"
is "an hour later it is refused" "$status" 403
out_has "with the reason" "replayed"
is "two incidents now" "$(events)" 2

# --- not signed: on loopback anybody may ---
printf '{"incident":"2026-117","event":"alerted","at":"2026-11-23T12:00:00Z","service":"mail","title":"<i>x</i>"}' >own.json
post generic own.json
is "JSON of one's own making is taken" "$status" 200
post generic own.json
out_has "once" '"new":0}'
printf '{"incident":"2026-117","event":"acket"}' >own.json
post generic own.json
is "an event that there is not is refused" "$status" 400
out_has "by its name" 'acket'
printf '{"action":"opened","issue":{"number":7,"title":"mail is down","created_at":"2026-11-23T09:00:00Z","user":{"login":"octocat","type":"User"},"labels":[{"name":"incident"}],"html_url":"https://example.org/octo/shop/issues/7"},"repository":{"full_name":"octo/shop"},"sender":{"login":"octocat","type":"User"}}' >issue.json
post github issue.json -H "X-GitHub-Event: issues"
is "an issue of GitHub is taken" "$status" 200
is "four incidents now" "$(events)" 4
printf '{' >broken.json
post opsgenie broken.json
is "what is no JSON is refused" "$status" 400
head -c 5000000 /dev/zero | tr '\0' ' ' >large.json
post opsgenie large.json
is "so is what is too large" "$status" 413
printf '[%.0s' $(seq 1 5000) >deep.json
post opsgenie deep.json
is "and what is too deep" "$status" 400
printf '{"action":"Create"}' >empty.json
post opsgenie empty.json
is "and what says of no incident" "$status" 400
status=$(curl -sS --max-time 30 -o "$T/out" -w '%{http_code}' "$url/webhook/github")
is "GET is no webhook" "$status" 405
status=$(curl -sS --max-time 30 -o "$T/out" -w '%{http_code}' "$url/health")
is "GET /health is public" "$status" 200
stop
is "ends well" "$code" 0
ok "what was refused is in the log" grep -q 'refused' "$T/log"
ok "not the secrets" sh -c "! grep -q 'pager secret' '$T/log'"

# --- tokens ---
printf 'alerts 0123456789abcdef\n' >tokens
start --token-file tokens
post alertmanager alert.json
is "without a token nobody may" "$status" 401
post alertmanager alert.json -H 'Authorization: Bearer 0123456789abcdef'
is "with it one may" "$status" 200
out_has "nothing of it was new" '"new":0}'
stop

# --- acknowledged is on the disk ---
start
i=0
while [ "$i" -lt 20 ]; do
    sed "s/01A/k$i/; s/PGR0VU2/K$i/g" triggered.json >"k.json"
    post pagerduty k.json
    [ "$status" = 200 ] || break
    i=$((i + 1))
done
kill -KILL "$server"
wait "$server" 2>/dev/null
server=''
is "20 acknowledged, then killed" "$i" 20
is "none of them is lost" "$(events)" 24

# --- refusals to start ---
run "$SREBOX" mttr serve --store "$T/store.db" --listen 0.0.0.0:0
refused "off loopback without tokens" "token"
run "$SREBOX" mttr serve --store "$T/store.db" --secret gitlab=pager.secret
refused "a source that signs nothing we know" "not SOURCE=FILE"
err_has "with those there are" "github"
run "$SREBOX" mttr serve --store "$T/store.db" --secret github=missing
refused "a secret that is not there" "missing"
printf 'short\n' >short
run "$SREBOX" mttr serve --store "$T/store.db" --secret github=short
refused "a secret that can be guessed" "guessed"
printf 'not a database, but long enough to look like one ........' >bad.db
run "$SREBOX" mttr serve --store bad.db --listen 127.0.0.1:0
refused "a store that is none" "bad.db"

done_testing
