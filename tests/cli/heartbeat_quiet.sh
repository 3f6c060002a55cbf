#!/bin/sh
# heartbeat monitor: quiet times, snoozes over HTTP, dependencies. Deadlines are short, waits are long (30 s).
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"

monitor=
# shellcheck disable=SC2317 # by the trap
clean_up() {
    [ -z "$monitor" ] || kill -KILL "$monitor" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT

# logged TEXT: the monitor says so, within 30 s.
# shellcheck disable=SC2317 # by ok
logged() {
    tries=0
    until grep -qF -- "$1" "$T/log"; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || { diag "$(cat "$T/log")"; return 1; }
        sleep 0.1
    done
}
# shellcheck disable=SC2317
logged_snoozed() { # ID
    logged "$1: " && grep -F "$1: " "$T/log" | grep -qF '(snoozed by 127.0.0.1'
}
ask() { curl -sS --max-time 30 "$@"; }
status() { ask -o "$T/answer" -w '%{http_code}' "$@"; }
beat() { ask -o /dev/null -H 'Content-Type: application/json' -d "{\"server_id\":\"$1\"}" "$url/heartbeat"; }

cat >policy.yaml <<'POLICY'
interval: 200ms
missed: 3
slack: 200ms
mass: {least: 1000}
quiet:
  - name: all night
    why: new kernels
    ids: ["night-*"]
    from: 2020-01-01T00:00:00Z
    until: 2200-01-01T00:00:00Z
  - {name: yearly, ids: x, cron: "@yearly", for: 1h}
depends:
  - {parent: router, ids: ["web-*"], hold: 1h}
notices: {repeat: 0}
POLICY
run "$SREBOX" heartbeat policy --policy policy.yaml
expect_code "the policy is well" 0
sed 's/parent: router, ids:.*/parent: a, ids: b}\n  - {parent: b, ids: a}/' policy.yaml >round.yaml
run "$SREBOX" heartbeat policy --policy round.yaml
expect_code "parents that depend on their children are refused" 2
err_has "with the circle" "a -> b -> a"

"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy policy.yaml 2>"$T/log" &
monitor=$!
ok "it listens" logged 'listening on'
url=$(sed -n 's/.*listening on //p' "$T/log")

is "quiet times are listed" "$(ask "$url/api/quiet" | grep -o '"name":"[^"]*"' | tr '\n' ' ')" \
    '"name":"all night" "name":"yearly" '
is "a snooze needs nodes" "$(status -X POST "$url/api/quiet?for=1h")" 400
is "and an end to come" "$(status -X POST "$url/api/quiet?ids=a&until=2020-01-01T00:00:00Z")" 400
is "and a duration that is one" "$(status -X POST "$url/api/quiet?ids=a&for=long")" 400
is "there is no such snooze" "$(status -X DELETE "$url/api/quiet/99")" 404
is "nor such a number" "$(status -X DELETE "$url/api/quiet/1x")" 404
is "snoozed" "$(status -X POST "$url/api/quiet?ids=db-*&for=1h&why=disk+swap")" 201
is "it has a number" "$(cat "$T/answer")" '{"number":1}'
ok "and says why" sh -c "curl -sS '$url/api/quiet' | grep -q '\"name\":\"db-\*\",\"number\":1,\"who\":\"127.0.0.1\",\"why\":\"disk swap\"'"

beat router
beat night-1
beat db-1
beat alone
ok "a node that is not quiet is told of" logged 'alone: '
ok "one in a quiet time is muted" logged '(quiet time "all night" until 2200-01-01T00:00:00Z)'
ok "a snoozed one as well" logged '(snoozed by 127.0.0.1 until '
ok "the router is down" logged 'router: '
beat web-1
ok "its child is muted" logged '(muted: router is down)'
is "what mutes a node is to be asked" "$(ask "$url/api/quiet?id=web-1" | sed 's/.*"id"/"id"/')" \
    '"id":"web-1","muted":"parent","by":"router"}'
is "nothing does" "$(ask "$url/api/quiet?id=alone" | sed 's/.*"id"/"id"/')" '"id":"alone","muted":"none"}'
ask "$url/api/nodes/web-1" >"$T/out"
out_has "the node says so itself" '"muted":{"why":"parent","by":"router"}'
ask "$url/api/status" >"$T/out"
out_has "as does the status" '"muted":{"why":"parent","by":"router"}' \
    '"muted":{"why":"quiet","by":"all night","until":"2200-01-01T00:00:00Z"}' \
    '"muted":{"why":"quiet","by":"db-*","who":"127.0.0.1","until":"2'
is "and of no other node" "$(grep -o '"muted"' "$T/out" | wc -l | tr -d ' ')" 3
run "$SREBOX" heartbeat status --from "$url"
out_has "the table has it" "down (parent)" "down (quiet)"
run "$SREBOX" heartbeat status --from "$url" -o csv
out_has "the rows as well" "said,muted" ",parent"
is "a node there is not" "$(status "$url/api/quiet?id=nobody")" 404
ask "$url/metrics" >"$T/out"
out_has "what is muted is counted" 'heartbeat_muted_total{why="parent"} 1' 'heartbeat_muted_total{why="quiet"} 2' \
    'heartbeat_nodes_muted 3'
is "the snooze is cancelled" "$(status -X DELETE "$url/api/quiet/1")" 204
ok "who is still down is told of now" logged 'db-1: down since '
beat router
ok "the router's return counts the muted" logged '; 1 nodes that depend on it were muted'
beat web-1
ok "the child's return is none" logged '(nobody had been told)'

ask -o /dev/null -X POST "$url/api/quiet?ids=kept&for=1h"
kill -HUP "$monitor"
ok "the policy is read again" logged 'policy'
beat kept
ok "a snooze outlives it" logged_snoozed kept
ok "as the list says" sh -c "curl -sS '$url/api/quiet' | grep -q '\"number\":2'"
kill -TERM "$monitor"
code=0
wait "$monitor" || code=$?
monitor=
is "it ends" "$code" 0

# --- what operators snoozed outlives the monitor ---
start_with_store() {
    : >"$T/log"
    "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy policy.yaml --store s.db 2>"$T/log" &
    monitor=$!
    logged 'listening on'
    url=$(sed -n 's/.*listening on //p' "$T/log")
}
# shellcheck disable=SC2317 # by ok
written() {
    tries=0
    until ask "$url/metrics" | grep -qx 'heartbeat_store_waiting 0'; do
        tries=$((tries + 1))
        [ "$tries" -lt 300 ] || return 1
        sleep 0.1
    done
}
start_with_store
ask -o "$T/answer" -X POST "$url/api/quiet?ids=kept-*&for=1h&why=disk+swap&hold-actions=true"
ask -o "$T/answer" -X POST "$url/api/quiet?ids=short-*&for=1s"
ask -o "$T/answer" -X POST "$url/api/quiet?ids=gone-*&for=1h"
ask "$url/api/quiet" | grep -o '{"name":"kept[^}]*}' >before
is "the third is cancelled" "$(status -X DELETE "$url/api/quiet/3")" 204
ok "all is on the disk" written
kill -KILL "$monitor"
wait "$monitor" 2>/dev/null
sleep 1
start_with_store
ask "$url/api/quiet" | grep -o '{"name":"[a-z]*-[^}]*}' >after
is "after kill -9 the snooze is there as it was; not those that ended, or were cancelled" \
    "$(cat after)" "$(cat before)"
beat kept-1
beat gone-1
ok "who is not snoozed any more is told of" logged 'gone-1: down'
ok "who is, is muted" logged_snoozed kept-1
is "no number is given twice" "$(ask -X POST "$url/api/quiet?ids=x&for=1h")" '{"number":4}'
is "it can be cancelled by its number" "$(status -X DELETE "$url/api/quiet/1")" 204
ok "who is still down is told of then" logged 'kept-1: down since '
is "no name has a NUL" "$(status -X POST "$url/api/quiet?ids=a%00b&for=1h")" 400
kill -TERM "$monitor"
wait "$monitor"
monitor=
done_testing
