#!/bin/sh
# heartbeat monitor with a store: kill -9 loses no flip, a restart remembers who is down and alerts nobody
# again. Three senders, a kill and a goodbye, and what the monitor says of them.
# shellcheck disable=SC2317 # functions are called by name, and by the trap
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"

monitor='' senders=''
clean_up() {
    for p in $senders $monitor; do kill -KILL "$p" 2>/dev/null; done
    chmod -R u+rwx "$T" 2>/dev/null
    rm -rf "$T"
}
trap clean_up EXIT

start() { # ARGUMENT...
    : >"$T/log" # of the one before
    "$SREBOX" heartbeat monitor --listen 127.0.0.1:0 "$@" 2>"$T/log" &
    monitor=$!
    until_true grep -q 'listening on' "$T/log"
    url=$(sed -n 's/.*listening on //p' "$T/log")
}
stop() { # SIGNAL
    kill "-$1" "$monitor"
    code=0
    wait "$monitor" 2>/dev/null || code=$?
    monitor=
}
ask() { curl -sS --max-time 30 "$@"; }
state() { ask "$url/api/nodes/$1" | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
in_state() { [ "$(state "$1")" = "$2" ]; }
flips() { # [QUERY]: a line each, newest first
    ask "$url/api/flips?limit=1000$1" | awk '{ gsub(/[{]"number"/, "\n&"); print }' | grep '^{"number"'
}
told_down() { # ids that the monitor has told of as down, since this start, which it notes
    flips | awk '/"what":"note"/ && /"fresh_why":"start"/ { exit } { print }' |
        grep -o '"id":"[^"]*","[^}]*"to":"down"' |
        sed 's/"id":"\([^"]*\)".*/\1/' | sort -u
}

# --- kill -9 in the middle of flips ---
{
    echo 'interval: 300ms'
    echo 'slack: 100ms'
    echo 'mass: {least: 1000}'
    echo 'nodes:'
    i=0
    while [ "$i" -lt 60 ]; do
        echo "  - n$i"
        i=$((i + 1))
    done
} >policy.yaml
start --policy policy.yaml --store s.db
until_true sh -c "curl -sS '$url/api/flips' | grep -q '\"to\":\"down\"'"
told_down >told
stop KILL
run "$SREBOX" heartbeat status --store s.db -o csv
expect_code "the store knows of the dead" 1
sed -n 's/^down,\([^,]*\),.*/\1/p' "$T/out" | sort -u >kept
ok "something was told" test -s told
is "what was told is kept" "$(comm -23 told kept)" ""

# --- a restart ---
printf 'interval: 1s\nslack: 1s\nmissed: 3\nmass: {least: 1000}\n' >policy.yaml
start --policy policy.yaml --store s.db
ok "it is remembered as down" in_state n1 down
ask -o /dev/null -d '{"server_id":"n2"}' "$url/heartbeat"
ok "who is heard is up" until_true in_state n2 up
ok "and people are told" until_true sh -c "curl -sS '$url/api/flips' | grep -q '\"id\":\"n2\",[^}]*\"alert\":true'"
sleep 5
is "nobody is told again of the others" "$(told_down | grep -v '^n2$')" ""

# --- what changed, before this start as well, page by page ---
flips | grep -o '"id":"[^"]*","[^}]*"to":"down"' | sed 's/"id":"\([^"]*\)".*/\1/' | sort -u >listed
is "those of before are listed" "$(comm -23 told listed)" ""
flips | sed 's/{"number":\([0-9]*\).*/\1/' >numbers
is "each once, newest first" "$(cat numbers)" "$(sort -rnu numbers)"
: >paged
next=
while [ "$next" != null ]; do
    ask "$url/api/flips?limit=7${next:+&before=$next}" >page
    awk '{ gsub(/[{]"number"/, "\n&"); print }' page | sed -n 's/^{"number":\([0-9]*\).*/\1/p' >of_page
    [ "$(wc -l <of_page)" -le 7 ] || fail "a page has at most what was asked for"
    cat of_page >>paged
    next=$(sed -n 's/.*"next":\([0-9a-z]*\)}$/\1/p' page)
    [ -n "$next" ] || break
done
is "pages of seven have the same" "$(cat paged)" "$(cat numbers)"
run flips "&id=n1"
ok "of one node" sh -c "grep -q '\"id\":\"n1\"' '$T/out' && ! grep -v '\"id\":\"n1\"' '$T/out'"
out_has "with the evidence of then" '"evidence":{"rule":"missed","missed":3,"interval":0.3'
newest=$(head -n 1 numbers)
is "those after a number" "$(flips "&after=$((newest - 1))" | sed 's/{"number":\([0-9]*\).*/\1/')" "$newest"
is "none after the newest" "$(flips "&after=$newest")" ""
for bad in limit=1001 limit=x before=-1 before=9999999999999999999999 after= id=; do
    is "$bad is refused" "$(ask -o answer -w '%{http_code}' "$url/api/flips?$bad")" 400
done
stop TERM
is "it ends well" "$code" 0

# --- three senders, a kill, a goodbye ---
start --policy policy.yaml --store t.db
for id in a b c; do
    "$SREBOX" heartbeat send --to "$url" --id "server-$id" --interval 500ms 2>/dev/null &
    eval "sender_$id=\$!"
    senders="$senders $!"
done
for id in a b c; do ok "server-$id is up" until_true in_state "server-$id" up; done
run "$SREBOX" heartbeat status --from "$url"
expect_code "all is well" 0
out_has "in one line" "3 nodes: 3 up"
# shellcheck disable=SC2154 # set by eval
kill -KILL "$sender_b"
# shellcheck disable=SC2154
kill -TERM "$sender_c"
ok "the killed one is down" until_true in_state server-b down
ok "the one that said goodbye has left" until_true in_state server-c left
run "$SREBOX" heartbeat status --from "$url"
expect_code "a node is down" 1
out_has "the worst first" "3 nodes: 1 down, 1 left, 1 up"
run "$SREBOX" heartbeat status --from "$url" -o json
out_has "the monitor's own document" '"schema": "srebox.heartbeat/1"'
ok "the log says why" grep -q 'server-b: down: silent for' "$T/log"
stop TERM

# --- nobody there ---
run "$SREBOX" heartbeat status --from "$url"
refused "no monitor" "refused"
run "$SREBOX" heartbeat status --store missing.db
refused "no store" "missing.db"

done_testing
