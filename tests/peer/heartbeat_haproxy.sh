#!/bin/sh
# The user's picture, all of it real: HAProxy in front of three servers, each with `heartbeat send`, and
# `heartbeat monitor` in between: a killed sender's server leaves the traffic, one that says goodbye is
# drained, both come back with their beats, and a monitor that is gone changes nothing.
# shellcheck disable=SC2317 # functions are called through others
. "$SB_SRC/tests/lib/tap.sh"
for tool in haproxy python3 curl; do have "$tool" || skip_all "$tool is not installed"; done
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"

pids=
cleanup() {
    # shellcheck disable=SC2086 # a list of ids
    [ -z "$pids" ] || kill -9 $pids 2>/dev/null
    wait 2>/dev/null
    rm -rf "$T"
}
trap cleanup EXIT

soon() { # COMMAND...: true within a minute
    soon_n=0
    until "$@"; do
        soon_n=$((soon_n + 1))
        [ "$soon_n" -lt 600 ] || return 1
        sleep 0.1
    done
}

cat >backend.py <<'PY'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "1")
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >policy.yaml <<CFG
interval: 1s
haproxy:
  agents:
    - listen: 127.0.0.1:$port
CFG
"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy policy.yaml 2>monitor.log &
monitor=$!
pids="$pids $monitor"
listens() { grep -q 'listening on http' monitor.log; }
soon listens || { diag "$(cat monitor.log)"; fail "the monitor listens"; done_testing; }
url=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' monitor.log)

cat >haproxy.cfg <<CFG
defaults
    mode http
    retries 3
    option redispatch
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout check 5s
frontend web
    bind unix@$T/web
    default_backend web
backend web
CFG
sender() { # NAME
    "$SREBOX" heartbeat send --to "$url" --id "node-$1" --interval 1s --shutdown-timeout 5s 2>"send.$1" &
    eval "sender_$1=$!"
    pids="$pids $!"
}
for name in a b c; do
    python3 backend.py "$name" >"port.$name" &
    pids="$pids $!"
    soon test -s "port.$name"
    printf '    server %s 127.0.0.1:%s agent-check agent-addr 127.0.0.1 agent-port %s agent-inter 200ms agent-send "node-%s\\n"\n' \
        "$name" "$(cat "port.$name")" "$port" "$name" >>haproxy.cfg
    sender "$name"
done
haproxy -W -f haproxy.cfg >haproxy.log 2>&1 &
pids="$pids $!"

# answers: who answers 30 requests, each once; "failed" when one was not answered.
answers() {
    n=0
    while [ "$n" -lt 30 ]; do
        curl -s -f --max-time 10 --unix-socket "$T/web" http://test/ || printf failed
        echo
        n=$((n + 1))
    done | sort -u | tr '\n' ' '
}
only() { [ "$(answers)" = "$1" ]; }
all_up() { [ "$("$SREBOX" heartbeat status --from "$url" | head -n 1)" = "3 nodes: 3 up" ]; }

ok "three servers are up" soon all_up
ok "and serve" soon only 'a b c '
# shellcheck disable=SC2154 # sender_a ... are set by sender
kill -9 "$sender_c"
ok "a killed one leaves the traffic" soon only 'a b '
ok "the monitor said why" grep -q 'node-c: down: silent for' monitor.log
# shellcheck disable=SC2154
kill -TERM "$sender_b"
ok "one that says goodbye leaves it, too" soon only 'a '
sender c
sender b
ok "who is heard again is back" soon only 'a b c '
kill -9 "$monitor"
sleep 1
is "without the monitor all stay where they were" "$(answers)" 'a b c '
done_testing
