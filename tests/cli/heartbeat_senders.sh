#!/bin/sh
# The senders and the monitor together: what send, exec and notify-proxy say is what the monitor knows,
# over HTTP, HTTPS with certificates on both sides, a unix socket and signed datagrams.
. "$SB_SRC/tests/lib/tap.sh"
have jq || skip_all "jq is not installed"
started=
# shellcheck disable=SC2154 # p is the loop's own
trap 'for p in $started; do kill -KILL "$p" 2>/dev/null; done; wait; rm -rf "$T"' EXIT

monitor() { # ARGUMENT...: sets $url and, with --udp, $udp
    rm -f monitor.log
    "$SREBOX" heartbeat monitor "$@" 2>monitor.log &
    started="$started $!"
    until_true grep -q 'listening on' monitor.log
    url=$(sed -n 's/.*listening on //p' monitor.log)
    case " $* " in *" --udp "*) until_true grep -q 'datagrams on port' monitor.log ;; esac
    udp=udp://127.0.0.1:$(sed -n 's/.*datagrams on port //p' monitor.log)
}
stop_sender() {
    kill -TERM "$pid"
    code=0
    wait "$pid" || code=$?
}
ask="" # options of status
node() { # ID FILTER
    # shellcheck disable=SC2086 # options, split on purpose
    "$SREBOX" heartbeat status -o json --from "$url" $ask | jq -r ".nodes[] | select(.id == \"$1\") | $2"
}
# shellcheck disable=SC2317 # called by until_true
is_state() { [ "$(node "$1" .state)" = "$2" ]; }
becomes() { # NAME ID STATE
    until_true is_state "$2" "$3"
    is "$1" "$(node "$2" .state)" "$3"
}

echo 'ops a-token-of-some-length' >tokens
echo 'a-token-of-some-length' >token
echo 'another-token-of-some-length' >wrong
monitor --listen 127.0.0.1:0 --udp 127.0.0.1:0 --token-file tokens
ask="--token-file token"

# --- send ---
background "$SREBOX" heartbeat send --to "$url" --token-file token --id web-1 --zone eu --interval 300ms \
    --metric-command "echo queue 7" --check "test ! -e sick"
becomes "a node that sends is up" web-1 up
is "its zone and metrics" "$(node web-1 '.zone + " " + (.metrics.queue | tostring) + " " + (.metrics.memory > 0 | tostring)')" \
    "eu 7 true"
: >sick
becomes "a check that fails is a failure" web-1 down
is "... with its reason" "$(node web-1 .evidence.said)" "test: exit status 1"
rm sick
becomes "and is over when it passes" web-1 up
stop_sender
expect_code "told to stop" 0
becomes "goodbye" web-1 left
background "$SREBOX" heartbeat send --to "$url" --token-file token --id web-1 --interval 300ms
becomes "a new start" web-1 up
kill -KILL "$pid"
becomes "killed: silence is noticed" web-1 down
run "$SREBOX" heartbeat send --to "$url" --token-file wrong --id web-2 --count 1 --interval 20s
expect_code "a wrong token" 2
err_has "a wrong token" "answered 401"
err_has "a wrong token: a hint" "is the token in --token-file one that it knows?"
err_lacks "a wrong token is not shown" "another-token"

# --- datagrams ---
background "$SREBOX" heartbeat send --to "$udp" --token-file token --id udp-1 --zone us --interval 300ms
becomes "a node that sends datagrams is up" udp-1 up
is "datagrams: the zone" "$(node udp-1 .zone)" us
stop_sender
becomes "datagrams: goodbye" udp-1 left
run "$SREBOX" heartbeat send --to "$udp" --token-file wrong --id udp-2 --count 1
run "$SREBOX" heartbeat send --to "$udp" --id udp-3 --count 1
run "$SREBOX" heartbeat send --to "$udp" --token-file token --id udp-4 --count 1
becomes "a signed datagram" udp-4 up
is "a forged one and one that is not signed are not heard" "$(node udp-2 .id)$(node udp-3 .id)" ""

# --- exec ---
run "$SREBOX" heartbeat exec --to "$url" --token-file token --id backup -- sh -c 'echo disk full; exit 3'
expect_code "a job that fails" 3
becomes "a job that fails is down" backup down
ok "... with its last lines" test "$(node backup '.evidence.said | test("^exit status 3 after .*\n--- stdout\ndisk full")')" = true
run "$SREBOX" heartbeat exec --to "$url" --token-file token --id backup -- true
becomes "a job that is well is up" backup up

# --- notify-proxy ---
if have systemd-notify; then
    background "$SREBOX" heartbeat notify-proxy --to "$url" --token-file token --id svc --watchdog 2s -- \
        sh -c 'systemd-notify --ready --status="warm"; until [ -e enough ]; do systemd-notify WATCHDOG=1; sleep 0.3; done; systemd-notify STOPPING=1'
    becomes "a service that is watched" svc up
    : >enough
    becomes "a service that stops" svc left
    wait "$pid"
else
    skip "a service that is watched" "systemd-notify is not installed"
fi

# --- a unix socket ---
monitor --listen "unix:$T/work/sock"
ask=
run "$SREBOX" heartbeat send --to "unix:$T/work/sock" --id local --count 1
expect_code "over a unix socket" 0
becomes "over a unix socket" local up

# --- HTTPS, certificates on both sides ---
if have openssl; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=ours \
        -addext basicConstraints=critical,CA:TRUE 2>/dev/null
    for name in server client; do
        openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name 2>/dev/null
        echo "subjectAltName=DNS:localhost,IP:127.0.0.1" >ext
        openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out $name.crt \
            -days 2 -extfile ext 2>/dev/null
    done
    monitor --listen 127.0.0.1:0 --cert-file server.crt --key-file server.key --client-ca-file ca.crt
    run "$SREBOX" heartbeat send --to "$url" --id tls --count 1 --interval 20s --ca-file ca.crt \
        --cert-file client.crt --key-file client.key
    expect_code "certificates on both sides" 0
    ask="--ca-file ca.crt --cert-file client.crt --key-file client.key"
    becomes "certificates on both sides" tls up
    run "$SREBOX" heartbeat send --to "$url" --id tls-2 --count 1 --interval 1s --ca-file ca.crt
    expect_code "without a client certificate" 2
    run "$SREBOX" heartbeat send --to "$url" --id tls-3 --count 1 --interval 1s \
        --cert-file client.crt --key-file client.key
    expect_code "an authority nobody knows" 2
    err_has "an authority nobody knows" "comes from an authority that is not trusted here"
    is "neither was heard" "$(node tls-2 .id)$(node tls-3 .id)" ""
else
    skip "certificates on both sides" "openssl is not installed"
fi

done_testing
