#!/bin/sh
# What the monitor remembers: killed, it knows the next time who was down, tells nobody twice, and the
# journal has one story of each incident. A store that is not one is refused, one that cannot be written
# is survived.
. "$SB_SRC/tests/lib/tap.sh"
have sqlite3 || skip_all "sqlite3 is not installed"
have jq || skip_all "jq is not installed"
have curl || skip_all "curl is not installed"

monitor=
trap 'stop KILL; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT

start() { # LOG
    rm -f socket
    "$SREBOX" heartbeat monitor --listen "unix:$PWD/socket" --store "$PWD/store.db" \
        --policy policy.yaml >"$1" 2>&1 </dev/null &
    monitor=$!
    until_true test -S socket
}
stop() { # SIGNAL
    [ -n "$monitor" ] || return 0
    kill -"$1" "$monitor" 2>/dev/null
    wait "$monitor" 2>/dev/null
    monitor=
}
status() { "$SREBOX" heartbeat status --from "unix:$PWD/socket" -o json; }
states() { jq -r '[.nodes[] | .id + "=" + .state] | sort | join(" ")'; }
# shellcheck disable=SC2317 # called by until_true
are() { [ "$(status | states)" = "$1" ]; } # STATES
sql() { sqlite3 -readonly "file:$PWD/store.db" "$1"; }
# shellcheck disable=SC2317 # called by until_true
sql_is() { [ "$(sql "$1")" = "$2" ]; } # QUERY ANSWER

cat >policy.yaml <<'POLICY'
interval: 200ms
missed: 3
slack: 100ms
nodes: [db-1, db-2]
POLICY

# --- killed while two are down ---
start log1
ok "both are noticed" until_true are "db-1=down db-2=down"
alerted="SELECT group_concat(subject, ' ') FROM (SELECT subject FROM event WHERE kind = 'alerted' ORDER BY subject)"
ok "the journal has who was told of" until_true sql_is "$alerted" "db-1 db-2"
stop KILL
run "$SREBOX" heartbeat status --store store.db -o json
expect_code "a store alone tells the same" 1
is "from the store" "$(states <"$T/out")" "db-1=down db-2=down"
since=$(jq -r '.nodes[0].since' "$T/out")

start log2
is "it knows who was down" "$(status | states)" "db-1=down db-2=down"
is "and since when" "$(status | jq -r '.nodes[0].since')" "$since"
sleep 2
is "nobody is told twice" "$(sql "$alerted")" "db-1 db-2"
ok "nothing is said of it again" sh -c '! grep "down: " log2'
stop TERM
is "one incident a node" "$(sql "SELECT count(DISTINCT incident) || ' ' || count(*) FROM event
    WHERE subject IS NOT NULL AND kind = 'detected'")" "2 2"
is "nobody but its owner may read it" "$(find store.db -perm 600)" store.db
is "the file is sound" "$(sql 'PRAGMA integrity_check')" ok

# --- what is no store ---
cp store.db good.db
echo 'A list of groceries, long enough to have a header of a hundred bytes or more, as a database has.' >store.db
cp store.db before
run timeout 60 "$SREBOX" heartbeat monitor --listen "unix:$PWD/socket" --store store.db --policy policy.yaml
expect_code "no database" 2
err_has "said so" "store.db: is no store of srebox"
ok "left as it was" cmp store.db before
cp good.db store.db
sqlite3 store.db "INSERT INTO component VALUES ('heartbeat', 999, 'of the future', 0)"
cp store.db before
run timeout 60 "$SREBOX" heartbeat monitor --listen "unix:$PWD/socket" --store store.db --policy policy.yaml
expect_code "a newer store" 2
err_has "who wrote it" "newer srebox"
ok "left as it was, too" cmp store.db before
run "$SREBOX" heartbeat status --store missing.db
expect_code "none at all" 2
ok "and none is made" test ! -e missing.db

# --- no file may grow beyond 256 KiB: the monitor stays up and says so ---
rm -f store.db store.db-wal store.db-shm socket
{
    echo 'interval: 200ms'
    echo 'slack: 100ms'
    echo 'mass: {share: 100%, least: 1000000}'
    echo 'nodes:'
    awk 'BEGIN { for (i = 100; i < 500; i++) print "  - node-" i }'
} >policy.yaml
cat >limited.sh <<'LIMITED'
ulimit -f 512
exec "$@"
LIMITED
sh limited.sh "$SREBOX" heartbeat monitor --listen "unix:$PWD/socket" --store "$PWD/store.db" \
    --policy policy.yaml >log3 2>&1 </dev/null &
monitor=$!
until_true test -S socket
# shellcheck disable=SC2317 # called by until_true
all_down() { [ "$(status | jq '[.nodes[] | select(.state == "down")] | length')" = 400 ]; }
get() { curl -s --unix-socket socket "http://localhost$1"; } # PATH
# shellcheck disable=SC2317
says_so() { get /metrics | grep -q '^heartbeat_store_failing 1'; }
ok "it judges on a full disk" until_true all_down
ok "the metrics say so" until_true says_so
is "its health does" "$(get /health | jq -r '.status + " " + (.error | test("disk is full") | tostring)')" \
    "unhealthy true"
ok "and the page" sh -c "curl -s --unix-socket socket http://localhost/ | grep 'The store cannot be written'"
ok "changes wait in memory" test "$(get /metrics | sed -n 's/^heartbeat_store_waiting //p')" -gt 0
ok "it is up" kill -0 "$monitor"
stop TERM
is "what is in the store is sound" "$(sql 'PRAGMA integrity_check')" ok
done_testing
