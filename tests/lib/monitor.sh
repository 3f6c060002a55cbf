# A `heartbeat monitor` for tests. To be sourced after tap.sh; takes the EXIT trap, in which the function
# clean_up_more, where a test has one, is called first.
# shellcheck shell=sh
# shellcheck disable=SC2317 # functions are called by name, and by the trap

monitor=''
monitors=''
clean_up() {
    ! command -v clean_up_more >/dev/null || clean_up_more
    for monitor_pid in $monitors; do kill -KILL "$monitor_pid" 2>/dev/null; done
    wait 2>/dev/null
    chmod -R u+rwx "$T" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT

# start_monitor ARGUMENT...: on a free port; sets $monitor, its process, and $url. Its log is $T/log. What is
# in $limits goes before the start: "ulimit -n 64".
start_monitor() {
    : >"$T/log" # of the one before
    (
        eval "${limits:-:}"
        exec "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 "$@" 2>"$T/log"
    ) &
    monitor=$!
    monitors="$monitors $monitor"
    until_true grep -q 'listening on' "$T/log" || diag "$(cat "$T/log")"
    url=$(sed -n 's/.*listening on //p' "$T/log")
}

# stop_monitor SIGNAL: its status is in $code.
stop_monitor() {
    kill "-$1" "$monitor"
    code=0
    # shellcheck disable=SC2034 # for the test
    wait "$monitor" 2>/dev/null || code=$?
}

ask() { curl -sS --max-time 30 "$@"; }
beat() { ask -o /dev/null -f -d "{\"server_id\":\"$1\"}" "$url/heartbeat"; } # ID
state() { ask "$url/api/nodes/$1" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
in_state() { [ "$(state "$1")" = "$2" ]; } # ID STATE
logged() { grep -qF -e "$1" "$T/log"; }    # TEXT
metric() { ask "$url/metrics" | sed -n "s/^$1 //p"; }
