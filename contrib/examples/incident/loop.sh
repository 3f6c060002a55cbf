#!/bin/sh
# One incident from its beginning to its report, on this machine's loopback, with nothing but srebox in PATH:
# three servers and their monitor start; one server dies; the monitor alerts; a person acks, looks, repairs;
# the server's beat comes back; the four times are computed from what really happened. Takes half a minute.
#
# loop.sh FOLDER: makes it, and keeps there the journal, the configurations and the logs. Leaves nothing else.
# LOOP_PACE is how many seconds the person takes for each step.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "usage: loop.sh FOLDER" >&2; exit 2; }
[ ! -e "$1" ] || { echo "loop: $1 is there already; name a new folder" >&2; exit 2; }
command -v srebox >/dev/null || { echo "loop: srebox is not in PATH" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
export XDG_STATE_HOME="$PWD/state"
unset SREBOX_NOW
pace=${LOOP_PACE:-2}
monitor='' servers='' dead=''

stop() {
    for pid in $servers $monitor; do
        kill "$pid" 2>/dev/null || continue
        wait "$pid" 2>/dev/null || :
    done
    servers='' monitor=''
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf '\n# %s\n' "$*"; }
# run WORD...: shows the command and what it says. found: one that finds something, which is status 1.
run() {
    shown "$@"
    "$@" || failed "$?" "$*"
}
found() {
    shown "$@"
    status=0
    "$@" || status=$?
    [ "$status" -eq 1 ] || failed "$status" "$* (1 was expected)"
}
shown() {
    printf '$'
    for word; do
        case $word in
        *' '*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
}
failed() {
    printf 'loop: status %s: %s\n' "$1" "$2" >&2
    for log in monitor.log server-*.log; do sed "s/^/  $log: /" "$log" >&2; done
    exit 2
}
# until_true COMMAND...: for at most two minutes; a busy machine takes longer.
until_true() {
    tries=600
    until "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || failed - "this never came true: $*"
        sleep 0.2
    done
}
in_log() { grep -q "$1" monitor.log; }
all_up() { srebox heartbeat status --from "$url" | grep -q '^3 nodes: 3 up'; }
# serve NAME: starts a server; its process is in $server.
serve() {
    sh "$here/server.sh" "$1" "$1.yaml" "$url" 2>>"$1.log" &
    server=$!
    servers="$servers $server"
}

say "A monitor, and three servers that tell it every three seconds that they live."
mkdir -p state/srebox
cat "$here/server.yaml" >server.yaml # cp would keep it read-only where it is that
cat "$here/rules.yaml" >rules.yaml
srebox heartbeat monitor --listen 127.0.0.1:0 --store state/srebox/srebox.db 2>monitor.log &
monitor=$!
until_true in_log 'listening on'
url=$(sed -n 's/.*listening on //p' monitor.log)
for name in server-1 server-2 server-3; do
    cp server.yaml "$name.yaml"
    serve "$name"
    [ "$name" != server-2 ] || dead=$server
done
until_true all_up
printf '$ srebox heartbeat status\n'
srebox heartbeat status --from "$url"

say "Somebody changes server-2's configuration, and it is killed."
sed -i 's/pool_size: 50/pool_size: 0/' server-2.yaml
kill -9 "$dead"
wait "$dead" 2>/dev/null || :

say "The monitor hears nothing, says so, and opens an incident."
until_true in_log 'server-2: down'
grep 'server-2: down' monitor.log
run srebox mttr list --rules rules.yaml
id=$(srebox mttr list -o csv | sed -n '2s/,.*//p')

say "A person takes it. A restart does not help; what is different there?"
sleep "$pace"
run srebox mttr ack "$id" --by sarah
sleep "$pace"
run srebox mttr work "$id" --by sarah
sh "$here/server.sh" server-2 server-2.yaml "$url" 2>&1 || :
found srebox drift check server.yaml server-2.yaml
sleep "$pace"
run srebox mttr diagnosed "$id" --by sarah -m 'pool_size is 0 on server-2'

say "It is repaired and started again: its beat comes back."
cp server.yaml server-2.yaml
sleep "$pace"
run srebox mttr fixed "$id" --by sarah -m 'configuration as planned, restarted'
serve server-2
until_true in_log 'server-2: up'
grep 'server-2: up' monitor.log
run srebox drift check server.yaml server-2.yaml
until_true all_up
sleep "$pace"
run srebox mttr verified "$id" --by sarah
run srebox mttr close "$id" --by sarah

say "What happened, and how long it took."
run srebox mttr timeline "$id" --rules rules.yaml
echo
run srebox mttr report --rules rules.yaml

stop
say "Nothing runs any more. The journal, the configurations and the logs are in"
printf '#   %s\n' "$PWD"
printf '# XDG_STATE_HOME=%s srebox mttr show %s\n' "$XDG_STATE_HOME" "$id"
