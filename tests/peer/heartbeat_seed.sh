# The user's own sender, in Node with express and axios, talks to the monitor: it is up, with its metrics;
# when it is killed it is down after three beats and a second; when it is told to stop it leaves.
# shellcheck shell=sh disable=SC2317 # functions are called by name
. "$SB_SRC/tests/lib/tap.sh"
NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
export NODE_PATH
for tool in node curl jq; do have "$tool" || skip_all "$tool is not installed"; done
node -e 'require("express"); require("axios")' 2>/dev/null || skip_all "node-express or node-axios is not installed"
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"

"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 2>monitor.log &
monitor=$!
senders=
trap 'kill -9 $senders "$monitor" 2>/dev/null; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
for _ in $(seq 300); do
    url=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' monitor.log)
    [ -z "$url" ] || break
    sleep 0.1
done
ok "the monitor listens" test -n "$url"

sender() { # ID
    LOAD_BALANCER_URL=$url SERVER_ID=$1 PORT=0 node "$SB_SRC/contrib/examples/heartbeat-sender.js" >"$1.log" 2>&1 &
    senders="$senders $!"
}
state() { curl -sS -m 20 "$url/api/nodes/$1" | jq -r .state; }
until_state() { # ID STATE: within a minute and a half
    for _ in $(seq 450); do
        [ "$(state "$1")" != "$2" ] || return 0
        sleep 0.2
    done
    return 1
}
sender server-1
one=$!
sender server-2
two=$!
ok "server-1 is up" until_state server-1 up
ok "server-2 is up" until_state server-2 up
curl -sS -m 20 "$url/api/nodes/server-1" >node.json
is "with the four metrics it sends" \
    "$(jq -r '.metrics | keys | join(" ")' node.json)" "cpu memory requests_per_sec response_time_ms"
ok "its memory is that of a process" jq -e '.metrics.memory > 1000000' node.json
for _ in $(seq 100); do grep -q 'Heartbeat sent' server-1.log && break; sleep 0.1; done
ok "the sender is told that it was heard" grep -q 'Heartbeat sent' server-1.log

kill -9 "$one"
kill -TERM "$two"
ok "server-2 said goodbye: left" until_state server-2 left
wait "$two"
is "and ended well" $? 0
ok "server-1 was killed: down" until_state server-1 down
curl -sS -m 20 "$url/api/nodes/server-1" >node.json
ok "the evidence is the rule of the user: three beats of 3 s and 1 s" \
    jq -e '.evidence | .rule == "missed" or .missed == 3' node.json
ok "the log says so" grep -q 'server-1: down: silent for 10' monitor.log
is "nobody else was called down" "$(grep -c ': down: ' monitor.log)" 1
done_testing
