#!/bin/sh
# mttr and its journal when things go wrong: two processes at once, kill -9 at any moment and a retry, a disk
# that is read-only, a file of a newer version, of another program, or none at all.
. "$SB_SRC/tests/lib/tap.sh"
have jq || skip_all "jq is not installed"

XDG_STATE_HOME=$T/state
export XDG_STATE_HOME
mttr() { "$SREBOX" mttr "$@"; }
store=$T/state/srebox/srebox.db

# ---- two processes ----

many() { # NAME: opens and acks, one after the other
    for n in 1 2 3 4 5 6 7 8 9 10; do
        id=$("$SREBOX" mttr open "$1-$n" 2>>"$T/errors") && "$SREBOX" mttr ack "$id" 2>>"$T/errors"
        echo "$id" >>"$T/ids.$1"
    done >>"$T/acks.$1"
}
many a &
one=$!
many b &
two=$!
wait "$one" "$two"
is "nobody failed" "$(grep -v 'is open:' "$T/errors")" ""
is "no two got the same id" "$(cat "$T/ids.a" "$T/ids.b" | sort -u | wc -l)" 20
is "each ack was written" "$(cat "$T/acks.a" "$T/acks.b" | grep -c ': acked ')" 20
is "and is there" "$(mttr list -o json | jq '[.incidents[] | select(.state == "acked")] | length')" 20
id=$(mttr open raced 2>/dev/null)
for n in 1 2 3 4 5 6; do
    "$SREBOX" mttr ack "$id" --by "p$n" >"$T/race.$n" 2>&1 &
done
wait
is "of six who ack at once one is first" "$(cat "$T"/race.? | grep -c ': acked 2')" 1
is "and the others are told so" "$(cat "$T"/race.? | grep -c 'acked already')" 5

# ---- kill -9, and a retry ----

# Each attempt is killed after another part of the time that one takes; then it is repeated until it says that
# it is done. Whatever was said before must be there, and nothing twice.
begun=$(date +%s%N)
mttr open timed >/dev/null 2>&1
took=$((($(date +%s%N) - begun) / 1000)) # us
round=0 killed=0
while [ $round -lt 24 ]; do
    round=$((round + 1))
    : >"$T/answer"
    "$SREBOX" mttr open "crash-$round" --key "k$round" --impact-start '1h ago' --alerted >"$T/answer" 2>/dev/null &
    pid=$!
    sleep "$(printf '%d.%06d' $((took * round / 20 / 1000000)) $((took * round / 20 % 1000000)))"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
    said=$(cat "$T/answer")
    again=$(mttr open "crash-$round" --key "k$round" --impact-start '1h ago' --alerted 2>/dev/null)
    [ -z "$said" ] || [ "$said" = "$again" ] || break
    echo "$again" >>"$T/crashed"
done
is "what was said is so after the retry" "$round $(wc -l <"$T/crashed")" "24 24"
is "nothing is there twice" "$(sort -u "$T/crashed" | wc -l)" 24
is "each incident is whole" "$(mttr list -o json -w 'service=crash-*' |
    jq -c '[.incidents[] | [.state, (.impact | length)]] | unique')" '[["alerted",1]]'
is "all of them are listed" "$(mttr list -o json -w 'service=crash-*' | jq '.incidents | length')" 24
diag "killed $killed times of 24"

# ---- what cannot be read or written ----

if can_bound; then
    chmod 500 "$T/state/srebox"
    chmod 400 "$store"*
    run bound "$SREBOX" mttr open nowhere
    refused "a journal that may only be read takes nothing" "srebox.db"
    run bound "$SREBOX" mttr ack "$id" --again
    refused "nor an ack" "srebox.db"
    run bound "$SREBOX" mttr show "$id"
    expect_code "but it is read" 0
    out_has "but it is read" "raced"
    chmod 700 "$T/state/srebox"
    chmod 600 "$store"*
else
    skip "a read-only disk" "setpriv is not installed"
fi
before=$(mttr list -o json | jq '.incidents | length')

printf 'this is no database, however long it is, and it stays what it is\n' >text.db
cp text.db text.copy
for verb in 'open x' 'list' 'ack i1' 'show i1' 'log i1' 'timeline i1' 'report'; do
    # shellcheck disable=SC2086 # words
    run mttr $verb --store text.db
    refused "no database: $verb" "text.db"
done
ok "and it is as it was" cmp text.db text.copy
run mttr open x --store "$T/missing/deeper/x.db"
expect_code "folders are made" 0
: >empty.db
run mttr list --store empty.db
refused "an empty file says nothing" "empty.db"
run mttr open x --store empty.db
expect_code "but becomes a journal" 0
run mttr list --store "$T"
refused "a folder is none" "$T"
if have sqlite3; then
    cp empty.db newer.db
    table=$(sqlite3 newer.db "SELECT name FROM sqlite_master WHERE sql LIKE '%version%' AND type = 'table' LIMIT 1")
    sqlite3 newer.db "UPDATE $table SET version = version + 100"
    cp newer.db newer.copy
    for verb in 'open x' list 'ack i1'; do
        # shellcheck disable=SC2086 # words
        run mttr $verb --store newer.db
        refused "a newer version: $verb" "newer"
    done
    ok "which is left alone" cmp newer.db newer.copy
else
    skip "a journal of a newer version" "sqlite3 is not installed"
fi
is "the journal lost nothing meanwhile" "$(mttr list -o json | jq '.incidents | length')" "$before"
done_testing
