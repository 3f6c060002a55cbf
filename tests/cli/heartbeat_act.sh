#!/bin/sh
# What a monitor does about flips: commands, agent checks, and that a policy that is read anew changes both
# or nothing. tests/peer/haproxy.sh has a real HAProxy. Waits are long (30 s), all else is short.
# shellcheck disable=SC2317 # functions are called through others
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"
have python3 || skip_all "python3 is not installed"

monitor=''
clean_up() {
    [ -z "$monitor" ] || kill -KILL "$monitor" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT
beat() {
    curl -sS --max-time 30 -o /dev/null -H 'Content-Type: application/json' \
        -d "{\"server_id\":\"$1\",\"timestamp\":$(date +%s)000,\"status\":\"alive\"}" "$url/heartbeat"
}
cat >"$T/agent.py" <<'PY'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(sys.argv[2].encode() + b"\n")
sys.stdout.write(s.makefile().readline())
PY
agent() { python3 "$T/agent.py" "$T/agent" "$1"; }
agent_says() { # NODE BEGINNING
    case $(agent "$1") in "$2"*) ;; *) return 1 ;; esac
}
acted() { grep -qx -e "$1" "$T/acts"; }
logged() { grep -qF -e "$1" "$T/log"; }

policy() { # a list of actions, and what follows
    cat >"$T/policy.yaml" <<EOT
interval: 500ms
missed: 2
slack: 200ms
haproxy: {weight: share, agents: [{listen: "unix:$T/agent"}]}
actions:
  - {name: tell, tries: 1, shell: 'echo "\$SREBOX_EVENT \$SREBOX_NODE \$SREBOX_STATE" >>$T/acts'}
$1
EOT
}

policy '  - {name: tell, command: [id]}'
run "$SREBOX" heartbeat policy --policy "$T/policy.yaml"
refused "two actions of one name" 'policy.yaml:7:5: there are two actions "tell"'
run "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy "$T/policy.yaml"
refused "and no monitor starts with them" 'there are two actions "tell"'
policy '  - {name: dry, dry-run: true, command: [rm, -rf, /]}
  - {name: broken, tries: 2, pause: 10ms, command: [no-such-program]}'
run "$SREBOX" heartbeat policy --policy "$T/policy.yaml"
expect_code "a policy that is well" 0

: >"$T/acts"
"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy "$T/policy.yaml" --store "$T/store" \
    2>"$T/log" &
monitor=$!
until_true logged 'listening on'
url=$(sed -n 's/.*listening on //p' "$T/log")
is "a node nobody heard of is not judged" "$(agent node-1)" ''
beat node-1
ok "a node that beats is up for HAProxy" until_true agent_says node-1 'up ready'
bears() { # PER CENT: the node says so
    curl -sS --max-time 30 -o /dev/null -d "{\"server_id\":\"node-1\",\"metrics\":{\"share\":$1}}" "$url/heartbeat"
    agent_says node-1 "up ready $2"
}
ok "how much a node says it can bear is its weight" until_true bears 30 '30%'
ok "never 0 by rounding" until_true bears 0.2 '1%'
ok "but when it is meant" until_true bears 0 '0%'
ok "nor more than all" until_true bears 1e9 '100%'
ok "a silent one is down, with the reason" until_true agent_says node-1 'down #down: silent for'
ok "a command was run" until_true acted 'down node-1 down'
ok "a dry run was told" until_true logged 'action dry: muted: dry run: rm -rf / for down'
ok "a failure was told" until_true logged 'action broken: failed: cannot start no-such-program'
twice() { [ "$(grep -c 'action broken: failed' "$T/log")" = 2 ]; }
ok "and tried again" until_true twice
curl -sS --max-time 30 "$url/metrics" >"$T/out"
has_metric() { grep -qx -e "$1" "$T/out"; }
ok "what was done is counted" has_metric 'heartbeat_actions_total{outcome="done"} 1'
ok "what failed, each attempt" has_metric 'heartbeat_actions_total{outcome="failed"} 2'
ok "agent checks are counted" has_metric 'heartbeat_haproxy_agent_checks_total [1-9][0-9]*'
run "$SREBOX" heartbeat status --from "$url"
out_has "the status says so" "actions: 1 done, 2 failed" "agent checks answered"
run "$SREBOX" heartbeat status --from "$url" -o json
out_has "as JSON, too" '"haproxy": {' '"agents": 1' '"failed": 2'
kill -KILL "$monitor"
wait "$monitor" 2>/dev/null
: >"$T/log"

"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy "$T/policy.yaml" --store "$T/store" \
    2>"$T/log" &
monitor=$!
until_true logged 'listening on'
url=$(sed -n 's/.*listening on //p' "$T/log")
ok "who was down before a kill -9 is down after it" agent_says node-1 down
beat node-1
ok "and up once it is heard" until_true agent_says node-1 'up ready'
ok "which a command is told" until_true acted 'up node-1 up'

policy '  - {name: tell, command: [id]}'
kill -HUP "$monitor"
ok "a policy that is wrong is refused" until_true logged 'the policy that was read before stays in force'
: >"$T/acts"
beat node-1
ok "and the one before goes on" until_true acted 'down node-1 down'
policy '  - {name: new, tries: 1, command: [no-such-program]}'
kill -HUP "$monitor"
ok "one that is well is taken" until_true logged 'the policy was replaced'
beat node-1
ok "with its actions" until_true logged 'action new: failed'
# shellcheck disable=SC2317 # called by until_true
is_heard() { beat node-1 && agent_says node-1 'up ready'; } # a busy machine may let it go down meanwhile
ok "the agent's port stays open" until_true is_heard
kill "$monitor"
wait "$monitor"
is "it ends well" "$?" 0
monitor=
done_testing
