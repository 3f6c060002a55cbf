#!/bin/sh
# A real HAProxy with three real backends: agent checks take servers down and up, the runtime driver drains
# them, also after a reload; a killed backend leaves the traffic; what operators do is respected.
# shellcheck disable=SC2317 # functions are called through others
. "$SB_SRC/tests/lib/tap.sh"
have haproxy || skip_all "haproxy is not installed"
have python3 || skip_all "python3 is not installed"
have curl || skip_all "curl is not installed"
traffic=$SB_BUILD/tests/lib/traffic
[ -x "$traffic" ] || skip_all "tests/lib/traffic is not built"

pids=
cleanup() {
    # shellcheck disable=SC2086 # a list of ids
    [ -z "$pids" ] || kill $pids 2>/dev/null
    wait 2>/dev/null
    rm -rf "$T"
}
trap cleanup EXIT

# soon COMMAND...: true within 30 seconds.
soon() {
    soon_n=0
    until "$@"; do
        soon_n=$((soon_n + 1))
        [ "$soon_n" -lt 300 ] || return 1
        sleep 0.1
    done
}

cat >"$T/backend.py" <<'PY'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = sys.argv[1].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
cat >"$T/ask.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\n")
while True:
    part = s.recv(65536)
    if not part:
        break
    sys.stdout.write(part.decode())
PY
ask() { python3 "$T/ask.py" "$T/admin" "$1" 2>/dev/null; }
# state BACKEND SERVER: the operational state and the administrative one: "2 0" is up and ready.
state() { ask "show servers state $1" | awk -v s="$2" '$4 == s { print $6, $7 }'; }
is_state() { [ "$(state "$1" "$2")" = "$3" ]; }
status() { ask 'show stat' | awk -F, -v b="$1" -v s="$2" '$1 == b && $2 == s { print $18 }'; }
is_status() { case $(status "$1" "$2") in "$3"*) ;; *) return 1 ;; esac; }
said() { grep -qF -e "$1" "$T/said"; }
tell() { echo "$*" >&9; }
# answers FRONT: who answers 30 requests, each once; "failed" when one was not answered.
answers() {
    n=0
    while [ "$n" -lt 30 ]; do
        curl -s -f --max-time 10 --unix-socket "$T/$1" http://test/ || printf failed
        echo
        n=$((n + 1))
    done | sort -u | tr '\n' ' '
}
only() { [ "$(answers "$1")" = "$2" ]; }

for name in a b c; do
    python3 "$T/backend.py" "$name" >"$T/port.$name" &
    eval "pid_$name=$!"
    pids="$pids $!"
done
mkfifo "$T/commands"
mkdir "$T/run"
"$traffic" 127.0.0.1:0 "$T/admin" web/a=node-a web/b=node-b web/none=node-c \
    <"$T/commands" >"$T/said" 2>"$T/said.err" &
traffic_pid=$!
pids="$pids $traffic_pid"
exec 9>"$T/commands"
soon said port || { diag "$(cat "$T/said.err")"; fail "the agent listens"; done_testing; }
port=$(sed -n 's/^port //p' "$T/said")
for name in a b c; do
    soon test -s "$T/port.$name"
    read -r "port_$name" <"$T/port.$name"
done

# shellcheck disable=SC2154 # port_a ... are set by read above
{
    cat <<CFG
global
    stats socket $T/admin mode 600 level admin expose-fd listeners
    hard-stop-after 5s
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
frontend agents
    bind unix@$T/agents
    default_backend agents
backend web
CFG
    for name in a b c; do
        eval "echo '    server $name 127.0.0.1:'\$port_$name check inter 200ms fall 1 rise 1"
    done
    echo 'backend agents'
    for name in a b c; do
        eval "printf '    server $name 127.0.0.1:%s weight 100' \$port_$name"
        printf ' agent-check agent-addr 127.0.0.1 agent-port %s agent-inter 200ms' "$port"
        printf ' agent-send "node-%s\\n"\n' "$name"
    done
} >"$T/haproxy.cfg"
start_haproxy() {
    haproxy -W -f "$T/haproxy.cfg" >"$T/haproxy.log" 2>&1 9>&- &
    haproxy_pid=$!
    pids="$pids $haproxy_pid"
}
start_haproxy
if ! soon test -S "$T/web" || ! soon only web 'a b c '; then
    diag "$(cat "$T/haproxy.log")"
    fail "HAProxy serves"
    done_testing
fi
is "all three backends answer" "$(answers web)" 'a b c '
is "a node nobody knows is left as it is" "$(answers agents)" 'a b c '

# --- agent checks ---
tell 'down node-a silent for 12 s, said; nobody: 100% dead'
ok "an agent's down takes the server out" soon is_status agents a DOWN
is "no request goes there" "$(answers agents)" 'b c '
ok "HAProxy knows why" sh -c "python3 '$T/ask.py' '$T/admin' 'show stat' | grep -q 'silent for 12 s'"
tell left node-b
ok "a node that left is drained" soon is_status agents b DRAIN
is "no request goes there either" "$(answers agents)" 'c '
tell up node-a
tell up node-b
ok "the agent's up brings both back" soon only agents 'a b c '
tell weight node-a 30
weight() { ask 'show servers state agents' | awk '$4 == "a" { print $8 }'; }
is_weight() { [ "$(weight)" = "$1" ]; }
ok "a weight in per cent is taken" soon is_weight 30
tell weight node-a 100
ok "and taken back" soon is_weight 100

# --- the runtime socket: web/a and web/b are managed, web/c is not, web/none is not there ---
tell up node-c
ok "a server that is not there is told" soon said 'web/none: HAProxy has no such server'
tell down node-a gone
ok "a dead node is put into maintenance" soon is_state web a '0 1'
is "no request goes to it" "$(answers web)" 'b c '
ok "an audit row says so" soon said 'done web/a: maint, weight 1: gone'
tell left node-b
ok "a node that left is drained by command" soon is_state web b '2 8'
is "the rest answer" "$(answers web)" 'c '
ask 'set server web/c state maint' >/dev/null
ask 'set server web/c state ready' >/dev/null
ask 'set server web/c weight 7' >/dev/null

old=$(ask 'show info' | sed -n 's/^Pid: //p')
kill -USR2 "$haproxy_pid"
new_pid() { new=$(ask 'show info' | sed -n 's/^Pid: //p') && [ -n "$new" ] && [ "$new" != "$old" ]; }
ok "HAProxy was reloaded" soon new_pid
ok "the dead stay in maintenance after a reload" soon is_state web a '0 1'
ok "the drained stay drained after a reload" soon is_state web b '2 8'
ok "the reload is told" soon said 'HAProxy was reloaded'
is "the rest answer after the reload" "$(answers web)" 'c '

tell up node-a
tell up node-b
ok "those that are back take traffic again" soon only web 'a b c '
ask 'set server web/a state maint' >/dev/null
ok "what an operator stopped is told" soon said 'web/a is in maint, put there by an operator'
sleep 1
is "and left alone" "$(state web a)" '0 1'
ask 'set server web/a state ready' >/dev/null
ok "until the operator brings it back" soon only web 'a b c '

# --- a graceful goodbye and a kill, under load ---
load() { # until $T/stop is there: who answered, or "failed"
    while [ ! -e "$T/stop" ]; do
        curl -s -f --max-time 10 --unix-socket "$T/web" http://test/ || printf failed
        echo
    done >>"$T/load"
}
served() { [ "$(wc -l <"$T/load")" -ge "$1" ]; }
load &
load_pid=$!
pids="$pids $load_pid"
soon served 20
tell left node-b
soon is_state web b '2 8'
sleep 0.2 # the one request in flight
# shellcheck disable=SC2154 # pid_b is set by eval above
kill "$pid_b"
lines=$(wc -l <"$T/load")
soon served $((lines + 50))
ok "a server that said goodbye first may stop: no request is lost" sh -c "! grep -q failed '$T/load'"
# shellcheck disable=SC2154 # pid_c is set by eval above
kill -9 "$pid_c"
ok "a killed backend leaves the traffic" soon is_status web c DOWN
: >"$T/load"
soon served 30
is "the other answers" "$(answers web)" 'a '
: >"$T/stop"
wait "$load_pid"
ok "the load meets no failure after that" sh -c "! grep -q 'b\|c\|failed' '$T/load'"

# --- everybody may go and come back ---
kill "$haproxy_pid"
wait "$haproxy_pid"
ok "a socket that is gone is told" soon said "HAProxy's runtime socket: cannot connect"
start_haproxy
drained() { case $(state web b) in *' 8') ;; *) return 1 ;; esac; }
ok "and driven again when it is back" soon drained
ok "which is told, too" soon said "HAProxy's runtime socket answers again"
exec 9>&-
wait "$traffic_pid"
is "the driver ends well" "$?" 0
ok "what was drained stays drained without it" drained
is "and the rest serve" "$(answers web)" 'a '
done_testing
