#!/bin/sh
# The user's picture, all of it real: HAProxy in front of three servers, each with `heartbeat send`, and
# `heartbeat monitor` in between, which answers agent checks and drives the runtime socket. Under load: a
# server that is killed leaves the traffic by the first check that fails, one that says goodbye loses no
# request, a reload keeps the drained drained, a silent sender's server goes, and a monitor that is gone
# changes nothing.
# shellcheck disable=SC2317,SC2154 # functions are called through others; pid_a and the like are set by them
. "$SB_SRC/tests/lib/tap.sh"
for tool in haproxy python3 curl; do have "$tool" || skip_all "$tool is not installed"; done
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"
. "$SB_SRC/tests/lib/haproxy.sh"
. "$SB_SRC/tests/lib/monitor.sh"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
for name in a b c; do start_backend "$name"; done
{
    haproxy_head
    haproxy_front web
    haproxy_front driven
    echo 'backend web'
    for name in a b c; do
        eval "printf '    server $name 127.0.0.1:%s weight 100' \$port_$name"
        printf ' agent-check agent-addr 127.0.0.1 agent-port %s agent-inter 200ms' "$port"
        printf ' agent-send "node-%s\\n"\n' "$name"
    done
    echo 'backend driven'
    for name in a b c; do
        eval "echo '    server $name 127.0.0.1:'\$port_$name"
    done
} >"$T/haproxy.cfg"
cat >policy.yaml <<CFG
interval: 1s
haproxy:
  weight: share
  agents:
    - listen: 127.0.0.1:$port
  sockets:
    - address: $T/admin
      poll: 200ms
      servers: {node-a: driven/a, node-b: driven/b, node-c: driven/c}
CFG
start_monitor --policy policy.yaml --store s.db
sender() { # NAME
    eval "check_port=\$port_$1"
    "$SREBOX" heartbeat send --to "$url" --id "node-$1" --interval 1s --shutdown-timeout 5s \
        --check "http://127.0.0.1:$check_port/" 2>"send.$1" &
    eval "sender_$1=$!"
    pids="$pids $!"
}
for name in a b c; do sender "$name"; done
start_haproxy
all_up() { [ "$("$SREBOX" heartbeat status --from "$url" | head -n 1)" = "3 nodes: 3 up" ]; }
both() { only web "$1" && only driven "$1"; }
lost_none() { ! grep -q failed "$T/load"; }

ok "three servers are up" until_true all_up
ok "and serve" until_true both 'a b c '

# --- a server is killed under load ---
start_load web
more_served 30
kill -KILL "$pid_c"
killed=$(date +%s%N)
ok "HAProxy takes a killed server out" until_true is_status web c DOWN
diag "$((($(date +%s%N) - killed) / 1000000)) ms after the kill, with a check a second"
ok "the driver, too" until_true is_state driven c '0 1'
ask "$url/api/flips?id=node-c&limit=1" >"$T/out"
out_has "by the first check that failed, not by silence" '"to":"down"' '"evidence":{"rule":"told"'
: >"$T/load"
more_served 50
ok "no request goes there any more" sh -c "! grep -q c '$T/load'"
stop_load
ok "and none was lost" lost_none
start_backend c "$port_c"
ok "when it is back it serves again" until_true both 'a b c '

# --- one says goodbye, under load ---
start_load web
more_served 30
kill -TERM "$sender_b"
ok "a server that says goodbye is drained" until_true is_status web b DRAIN
ok "by the driver, too" until_true is_state driven b '2 8'
more_served 5 # what was in flight
kill -KILL "$pid_b"
more_served 50
stop_load
ok "it may stop then: no request is lost" lost_none

# --- HAProxy is reloaded, under load ---
start_load web
more_served 10
ok "HAProxy is reloaded" reload_haproxy
ok "who was drained by command is drained again" until_true is_state driven b '2 8'
ok "as is who was drained by its agent" until_true is_status web b DRAIN
ok "which is said" until_true logged 'HAProxy was reloaded: process '
is "and counted" "$(metric heartbeat_haproxy_reloads_total)" 1
ok "nobody is asked of those" both 'a c '
more_served 10
stop_load
ok "no request was lost meanwhile" lost_none
is "all sockets are reached" "$(metric heartbeat_haproxy_sockets_reached)" 1

# --- how much a node bears ---
bears() { ask -o /dev/null -d "{\"server_id\":\"node-a\",\"metrics\":{\"share\":$1}}" "$url/heartbeat"; }
bears 30
ok "30 per cent of a weight of 100" until_true is_weight web a 30
is "are not nothing of a weight of 1" "$(server_weight driven a)" 1
bears 100
ok "and back" until_true is_weight web a 100
ask_haproxy 'set server web/c weight 40' >/dev/null
sleep 1
is "who says nothing keeps what an operator set" "$(server_weight web c)" 40

# --- silence, and the end ---
kill -KILL "$sender_c"
ok "the server of a silent sender leaves the traffic" until_true both 'a '
ok "the monitor said why" logged 'node-c: down: silent for'
start_backend b "$port_b"
sender b
sender c
ok "who is heard again is back" until_true both 'a b c '
stop_monitor KILL
sleep 1
ok "without the monitor all stay where they were" both 'a b c '
done_testing
