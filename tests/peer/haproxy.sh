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

. "$SB_SRC/tests/lib/haproxy.sh"
said() { grep -qF -e "$1" "$T/said"; }
tell() { echo "$*" >&9; }

for name in a b c; do start_backend "$name"; done
mkfifo "$T/commands"
mkdir "$T/run"
"$traffic" 127.0.0.1:0 "$T/admin" web/a=node-a web/b=node-b web/none=node-c \
    <"$T/commands" >"$T/said" 2>"$T/said.err" &
traffic_pid=$!
pids="$pids $traffic_pid"
exec 9>"$T/commands"
until_true said port || { diag "$(cat "$T/said.err")"; fail "the agent listens"; done_testing; }
port=$(sed -n 's/^port //p' "$T/said")
# shellcheck disable=SC2154 # port_a ... are set by start_backend
{
    haproxy_head
    haproxy_front web
    haproxy_front agents
    echo 'backend web'
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
start_haproxy
if ! until_true test -S "$T/web" || ! until_true only web 'a b c '; then
    diag "$(cat "$T/haproxy.log")"
    fail "HAProxy serves"
    done_testing
fi
is "all three backends answer" "$(answers web)" 'a b c '
is "a node nobody knows is left as it is" "$(answers agents)" 'a b c '

# --- agent checks ---
tell 'down node-a silent for 12 s, said; nobody: 100% dead'
ok "an agent's down takes the server out" until_true is_status agents a DOWN
is "no request goes there" "$(answers agents)" 'b c '
ok "HAProxy knows why" until_true sh -c "python3 '$T/ask.py' '$T/admin' 'show stat' | grep -q 'silent for 12 s'"
tell left node-b
ok "a node that left is drained" until_true is_status agents b DRAIN
is "no request goes there either" "$(answers agents)" 'c '
tell up node-a
tell up node-b
ok "the agent's up brings both back" until_true only agents 'a b c '
tell weight node-a 30
ok "a weight in per cent is taken" until_true is_weight agents a 30
tell weight node-a 100
ok "and taken back" until_true is_weight agents a 100

# --- the runtime socket: web/a and web/b are managed, web/c is not, web/none is not there ---
tell up node-c
ok "a server that is not there is told" until_true said 'web/none: HAProxy has no such server'
tell down node-a gone
ok "a dead node is put into maintenance" until_true is_state web a '0 1'
is "no request goes to it" "$(answers web)" 'b c '
ok "an audit row says so" until_true said 'done web/a: maint, weight 1: gone'
tell left node-b
ok "a node that left is drained by command" until_true is_state web b '2 8'
is "the rest answer" "$(answers web)" 'c '
ask_haproxy 'set server web/c state maint' >/dev/null
ask_haproxy 'set server web/c state ready' >/dev/null
ask_haproxy 'set server web/c weight 7' >/dev/null

ok "HAProxy was reloaded" reload_haproxy
ok "the dead stay in maintenance after a reload" until_true is_state web a '0 1'
ok "the drained stay drained after a reload" until_true is_state web b '2 8'
ok "the reload is told" until_true said 'HAProxy was reloaded'
is "the rest answer after the reload" "$(answers web)" 'c '

tell up node-a
tell up node-b
ok "those that are back take traffic again" until_true only web 'a b c '
ask_haproxy 'set server web/a state maint' >/dev/null
ok "what an operator stopped is told" until_true said 'web/a is in maint, put there by an operator'
sleep 1
is "and left alone" "$(server_state web a)" '0 1'
ask_haproxy 'set server web/a state ready' >/dev/null
ok "until the operator brings it back" until_true only web 'a b c '

# --- a graceful goodbye and a kill, under load ---
start_load web
until_true served 20
tell left node-b
until_true is_state web b '2 8'
sleep 0.2 # the one request in flight
# shellcheck disable=SC2154 # pid_b is set by start_backend
kill "$pid_b"
more_served 50
ok "a server that said goodbye first may stop: no request is lost" sh -c "! grep -q failed '$T/load'"
# shellcheck disable=SC2154
kill -9 "$pid_c"
ok "a killed backend leaves the traffic" until_true is_status web c DOWN
: >"$T/load"
until_true served 30
is "the other answers" "$(answers web)" 'a '
stop_load
ok "the load meets no failure after that" sh -c "! grep -q 'b\|c\|failed' '$T/load'"

# --- everybody may go and come back ---
kill "$haproxy_pid"
wait "$haproxy_pid"
ok "a socket that is gone is told" until_true said "HAProxy's runtime socket: cannot connect"
start_haproxy
drained() { case $(server_state web b) in *' 8') ;; *) return 1 ;; esac; }
ok "and driven again when it is back" until_true drained
ok "which is told, too" until_true said "HAProxy's runtime socket answers again"
exec 9>&-
wait "$traffic_pid"
is "the driver ends well" "$?" 0
ok "what was drained stays drained without it" drained
is "and the rest serve" "$(answers web)" 'a '
done_testing
