#!/bin/sh
# One store, one monitor: a second is refused while the first lives, however it ends; those who only read
# are not.
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"
. "$SB_SRC/tests/lib/monitor.sh"

second() { run timeout 60 "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --store "$1"; }

printf 'interval: 500ms\nmissed: 2\n' >policy.yaml
start_monitor --policy policy.yaml --store s.db
beat node-1
second s.db
refused "a second monitor does not start" "s.db: another monitor has this store already: process $monitor"
err_has "and is told what to do" "stop that one first"
mkdir sub
ln -s ../s.db sub/other.db
second sub/other.db
refused "nor by another path to the same file" "another monitor has this store already"
ok "the first goes on" beat node-1
run "$SREBOX" heartbeat status --store s.db
ok "who reads is not refused" test "$code" -ne 2
first=$monitor
start_monitor --store t.db
ok "a monitor with a store of its own is not" beat node-2
stop_monitor TERM

monitor=$first
stop_monitor KILL
start_monitor --policy policy.yaml --store s.db
ok "after kill -9 the next one starts at once" kill -0 "$monitor"
ok "and knows the node" until_true in_state node-1 down
second s.db
refused "it has the store now" "process $monitor"
stop_monitor TERM
start_monitor --policy policy.yaml --store s.db
ok "after a proper end as well" kill -0 "$monitor"
# The lock is a file; an operator who tidies up must not make two of it for long.
rm s.db.monitor
stop_monitor TERM
start_monitor --policy policy.yaml --store s.db
second s.db
refused "a lock file that was taken away is made anew" "another monitor has this store already"
done_testing
