#!/bin/sh
# heartbeat monitor, as the seed's nodes and an operator meet it: beats by curl, silence, goodbye, a stop of
# the monitor itself, a policy that is replaced, restarts. Deadlines are short, waits are long (30 s).
# shellcheck disable=SC2317 # functions are called by name, and by the trap
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"

monitor='' senders=''
clean_up() {
    for p in $senders $monitor; do
        kill -CONT "$p" 2>/dev/null
        kill -KILL "$p" 2>/dev/null
    done
    chmod -R u+rwx "$T" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT

# start ARGUMENT...: a monitor on a free port; sets $monitor and $url.
start() {
    : >"$T/log" # of the one before
    "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 "$@" 2>"$T/log" &
    monitor=$!
    until_true grep -q 'listening on' "$T/log"
    url=$(sed -n 's/.*listening on //p' "$T/log")
}

# stop SIGNAL: ends it; its status is in $code.
stop() {
    kill "-$1" "$monitor"
    code=0
    wait "$monitor" 2>/dev/null || code=$?
    monitor=
}

ask() { curl -sS --max-time 30 "$@"; }
# seed ID: a beat with the seed's body.
seed() {
    ask -o /dev/null -H 'Content-Type: application/json' -d "{\"server_id\":\"$1\",
        \"timestamp\":$(date +%s)000,\"status\":\"${2:-alive}\",\"metrics\":{\"cpu\":12.5,
        \"memory\":1048576,\"requests_per_sec\":3,\"response_time_ms\":20}}" "$url/heartbeat"
}
# sender ID: beats until it is killed; its process is in $sender.
sender() {
    while :; do
        seed "$1" >/dev/null 2>&1
        sleep 0.3
    done &
    sender=$!
    senders="$senders $sender"
}
state() { ask "$url/api/nodes/$1" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
in_state() { [ "$(state "$1")" = "$2" ]; }
# flips of a node to a state, since this start
flips() { ask "$url/api/flips?limit=1000" | grep -o "\"id\":\"$1\",[^}]*\"to\":\"$2\"" | wc -l | tr -d ' '; }
# a flip has members in any order: id before from and to, as written

printf 'interval: 1s\nslack: 1s\nmissed: 3\nmass: {least: 100}\n' >policy.yaml

# --- the seed's nodes ---
start --policy policy.yaml --trace trace.jsonl
ok "GET /health is the seed's" sh -c "curl -sS '$url/health' | grep -q '\"status\":\"healthy\"'"
sender web-1
one=$sender
sender web-2
two=$sender
ok "both are up" until_true in_state web-1 up
ok "the other too" until_true in_state web-2 up
run ask "$url/api/status"
out_has "the stable document" '{"schema":"srebox.heartbeat/1",'
out_has "with the metrics" '"cpu":12.5'
kill "$two"
ok "who falls silent is down" until_true in_state web-2 down
is "who beats is not" "$(flips web-1 down)" 0
run ask "$url/api/flips"
out_has "why: the rule and its numbers" 'allowed are 4s: 3 x 1s + 1s'
run ask -X POST "$url/api/nodes/web-2/ack"
out_has "its death is acknowledged" '"acknowledged":true'
seed web-2
ok "heard again, it is up" until_true in_state web-2 up
run ask -H 'Content-Type: application/json' -d '{"server_id":"web-2","reason":"graceful_shutdown"}' \
    "$url/shutdown"
ok "who says goodbye has left" until_true in_state web-2 left
run ask -X POST "$url/api/nodes/web-1/pause"
out_has "an operator pauses a node" '"state":"paused"'
run ask -X POST "$url/api/nodes/web-1/dance"
out_has "what operators cannot do" 'known are pause, resume, snooze and ack'
run ask -X POST "$url/api/nodes/web-1/resume"
out_has "and goes on with it" '"state":"up"'
run ask "$url/metrics"
out_has "Prometheus reads it" 'heartbeat_nodes{state="up"} 1'

# --- names that mean harm, to whoever shows them ---
ask -o /dev/null -d '{"server_id":"we\"i\\\\rd\n# \u001b[2Jx","zone":"}\"","metrics":{"a\"\nb":1}}' "$url/heartbeat"
ask -o "$T/metrics" "$url/metrics"
# comments, and samples: a name, labels whose quotes are all escaped, a number
is "Prometheus' format holds" "$(grep -vcE '^#|^[a-z_]+([{][a-z]+="([^"\\]|\\[\\"n])*"(,[a-z]+="([^"\\]|\\[\\"n])*")*[}])? [-+0-9.eE]+$' \
    "$T/metrics")" 0
ok "the name is in there" grep -q 'id="we\\"i' "$T/metrics"
run "$SREBOX" heartbeat status --from "$url"
ok "no escape sequence reaches the terminal" sh -c "! LC_ALL=C grep -q '[[:cntrl:]]' '$T/out'"
ask -o /dev/null -d '{"server_id":"sick","status":"unhealthy","reason":"its disk is dying"}' "$url/heartbeat"
run "$SREBOX" heartbeat status --from "$url"
out_has "what a node said stands beside it" "its disk is dying"
run ask -d '{"server_id":"nan","metrics":{"cpu":1e999}}' "$url/heartbeat"
out_has "a metric that is no number is refused" "error"
run ask -d '{"server_id":""}' "$url/heartbeat"
out_has "so is a node without a name" "error"

# --- a policy that is replaced ---
printf 'interval: 1s\nslack: many\n' >policy.yaml
kill -HUP "$monitor"
ok "a bad policy is refused, with its place" until_true grep -q 'policy.yaml:2:' "$T/log"
ok "and the old one stays" until_true grep -q 'stays in force' "$T/log"
printf 'interval: 7s\n' >policy.yaml
kill -HUP "$monitor"
ok "a good one is taken" until_true sh -c "curl -sS '$url/api/nodes/web-1' | grep -q '\"interval\":7'"

# --- nothing of its own making ---
printf 'interval: 1s\nslack: 1s\nmissed: 3\n' >policy.yaml
kill -HUP "$monitor"
until_true sh -c "curl -sS '$url/api/nodes/web-1' | grep -q '\"interval\":1,'"
ok "still up" until_true in_state web-1 up
kill -STOP "$monitor"
sleep 6
kill -CONT "$monitor"
ok "a stop of the monitor is noted" until_true grep -q 'the monitor itself did not run for' "$T/log"
sleep 1
is "and alerts nobody" "$(flips web-1 down)" 0
is "it is noted once" "$(grep -c 'did not run' "$T/log")" 1
kill "$one"
stop TERM
is "it ends well" "$code" 0
ok "the trace is whole" sh -c "tail -n 1 trace.jsonl | grep -q '\"end\":true'"
run "$SREBOX" heartbeat replay --flips trace.jsonl
expect_code "and can be replayed" 0
out_has "with what was seen" "web-2"

# --- what is refused ---
run "$SREBOX" heartbeat monitor --listen 0.0.0.0:0
refused "a listener off loopback needs a token" "token"
run "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy missing.yaml
refused "a policy that is not there" "missing.yaml"
run "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --trace trace.jsonl
refused "a trace is not overwritten" "trace.jsonl is there already"

done_testing
