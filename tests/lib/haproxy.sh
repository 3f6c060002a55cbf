# A real HAProxy with real backends, for tests. To be sourced after tap.sh; takes the EXIT trap, which
# monitor.sh may take over when it is sourced later. What is started is added to $pids and killed at the end.
# shellcheck shell=sh
# shellcheck disable=SC2317 # functions are called by name, and by the trap

pids=
clean_up_more() {
    # shellcheck disable=SC2086 # a list of ids
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null
}
trap 'clean_up_more; wait 2>/dev/null; rm -rf "$T"' EXIT

# --- backends: each answers with its name; port_a is the port of a, pid_a its process ---
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
class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
server = Server(("127.0.0.1", int(sys.argv[2]) if sys.argv[2:] else 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
PY
start_backend() { # NAME [PORT]
    : >"$T/port.$1"
    python3 "$T/backend.py" "$@" >"$T/port.$1" &
    eval "pid_$1=$!"
    pids="$pids $!"
    until_true test -s "$T/port.$1"
    read -r "port_$1" <"$T/port.$1"
}

# --- HAProxy: its configuration is $T/haproxy.cfg, its runtime socket $T/admin ---
haproxy_head() { # what stands before frontends and backends
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
CFG
}
haproxy_front() { # NAME: at the socket $T/NAME, in front of the backend of that name
    printf 'frontend %s\n    bind unix@%s/%s\n    default_backend %s\n' "$1" "$T" "$1" "$1"
}
start_haproxy() {
    haproxy -W -f "$T/haproxy.cfg" >"$T/haproxy.log" 2>&1 9>&- &
    haproxy_pid=$!
    pids="$pids $haproxy_pid"
}
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
ask_haproxy() { python3 "$T/ask.py" "$T/admin" "$1" 2>/dev/null; }
# server_state BACKEND SERVER: the operational state and the administrative one: "2 0" is up and ready.
server_state() { ask_haproxy "show servers state $1" | awk -v s="$2" '$4 == s { print $6, $7 }'; }
is_state() { [ "$(server_state "$1" "$2")" = "$3" ]; }
server_status() { ask_haproxy 'show stat' | awk -F, -v b="$1" -v s="$2" '$1 == b && $2 == s { print $18 }'; }
is_status() { case $(server_status "$1" "$2") in "$3"*) ;; *) return 1 ;; esac; }
server_weight() { ask_haproxy "show servers state $1" | awk -v s="$2" '$4 == s { print $8 }'; }
is_weight() { [ "$(server_weight "$1" "$2")" = "$3" ]; }
haproxy_process() { ask_haproxy 'show info' | sed -n 's/^Pid: //p'; }
reload_haproxy() { # and wait for the new process
    haproxy_old=$(haproxy_process)
    kill -USR2 "$haproxy_pid"
    until_true haproxy_is_new
}
haproxy_is_new() { haproxy_now=$(haproxy_process) && [ -n "$haproxy_now" ] && [ "$haproxy_now" != "$haproxy_old" ]; }

# --- traffic ---
request() { # FRONT: who answered, or "failed"
    curl -s -f --max-time 10 --unix-socket "$T/$1" http://test/ || printf failed
    echo
}
# answers FRONT: who answers 30 requests, each once.
answers() {
    n=0
    while [ "$n" -lt 30 ]; do
        request "$1"
        n=$((n + 1))
    done | sort -u | tr '\n' ' '
}
only() { [ "$(answers "$1")" = "$2" ]; }

# A load in the background: one request after the other, each a line of $T/load, until stop_load.
start_load() { # FRONT
    rm -f "$T/stop"
    : >"$T/load"
    while [ ! -e "$T/stop" ]; do request "$1" >>"$T/load"; done &
    load_pid=$!
    pids="$pids $load_pid"
}
served() { [ "$(wc -l <"$T/load")" -ge "$1" ]; }
more_served() { until_true served $(($(wc -l <"$T/load") + $1)); } # N: that many from now on
stop_load() {
    : >"$T/stop"
    wait "$load_pid"
}
