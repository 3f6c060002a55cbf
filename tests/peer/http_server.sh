#!/bin/sh
# The HTTP server and curl: connections kept, HTTP/1.0, Expect, chunked uploads, event streams, TLS with
# and without certificates of clients, unix sockets, tokens.
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
serve=$SB_BUILD/tests/lib/http_serve
server=

start() { # ARGUMENT...: sets url
    : >"$T/serving"
    "$serve" "$@" >"$T/serving" 2>"$T/serve.err" &
    server=$!
    n=0
    until [ -s "$T/serving" ]; do
        n=$((n + 1))
        [ $n -lt 600 ] || { diag "it does not start"; exit 99; }
        kill -0 "$server" 2>/dev/null || { diag "$(cat "$T/serve.err")"; exit 99; }
        sleep 0.1
    done
    url=$(head -n 1 "$T/serving")
}
stop() {
    [ -n "$server" ] || return 0
    kill "$server"
    code=0
    wait "$server" || code=$?
    server=
}
trap 'stop; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
ask() { run curl -sS --max-time 120 "$@"; }

head -c 3000000 /dev/urandom >body
start 127.0.0.1:0

ask -o got -w '%{http_code} %{num_connects}\n' "$url/large" -o got "$url/large" -o got "$url/nothing"
is "one connection serves several requests" "$(tr '\n' ' ' <"$T/out")" "200 1 200 0 204 0 "
is "a large answer is whole" "$(curl -sS "$url/large" | wc -c | tr -d ' ')" 8388608

ask --data-binary @body -o got -w '%{http_code}' "$url/echo"
ok "a body of 3 MB comes back as it went" cmp body got
ask -H 'Expect: 100-continue' --expect100-timeout 60 -T body -o got -w '%{http_code}' -D head "$url/echo"
ok "it is told to go on" grep -q '^HTTP/1.1 100' head
ok "and does" cmp body got
ask -H 'Transfer-Encoding: chunked' --data-binary @body -o got "$url/echo"
ok "chunked, too" cmp body got
head -c 5000000 /dev/zero >large
ask -H 'Expect: 100-continue' --expect100-timeout 60 -T large -o got -w '%{http_code} %{size_upload}' "$url/echo"
is "a body too large is refused before it is sent" "$(cat "$T/out")" "413 0"
head -c 500000 /dev/zero >medium
ask -H 'Expect:' --data-binary @medium -o got -w '%{http_code} %{num_connects}\n' "$url/nothing" -o got "$url/nothing"
is "or, where it is not much, swallowed" "$(tr '\n' ' ' <"$T/out")" "413 1 413 0 "

ask -0 -w '%{http_code} %{http_version}' "$url/nothing"
is "HTTP/1.0" "$(cat "$T/out")" "204 1.1"
ask -I -w '%{http_code} %{size_download}' -o got "$url/large"
is "HEAD: no body" "$(cat "$T/out")" "200 0"
ok "but its length" grep -q '^Content-Length: 8388608' got
ask -X OPTIONS -D - "$url/echo"
ok "OPTIONS" grep -q '^Allow: POST, PUT, OPTIONS' "$T/out"
ask "$url/later"
is "an answer that comes later" "$(cat "$T/out")" later
run curl -sS -N --max-time 1 "$url/events"
ok "an event stream" grep -q '^data: {"from": "here"}' "$T/out"
stop
is "SIGTERM ends it well" "$code" 0

start "unix:$T/socket"
ask --unix-socket "$T/socket" -w '%{http_code}' http://here/nothing
is "a unix socket" "$(cat "$T/out")" 204
stop
ok "which is removed" test ! -e "$T/socket"

printf 'ci 0123456789abcdef0123\n' >tokens
start 0.0.0.0:0 token=tokens
port=${url##*:}
ask -w '%{http_code}' -o got "http://127.0.0.1:$port/nothing"
is "no token" "$(cat "$T/out")" 401
ask -w '%{http_code}' -o got -H 'Authorization: Bearer 0123456789abcdef0123' "http://127.0.0.1:$port/nothing"
is "the token" "$(cat "$T/out")" 204
stop

if ! have openssl || ! curl -V | grep -q '^Features:.*SSL'; then
    skip "TLS" "no openssl, or a curl without TLS"
    done_testing
fi
key() { openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null; }
sign() { # NAME AUTHORITY
    printf 'subjectAltName=IP:127.0.0.1\n' >ext
    openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -CAcreateserial -days 2 -extfile ext \
        -out "$1.crt" 2>/dev/null
}
for a in ours theirs; do
    openssl req -x509 -newkey rsa:2048 -nodes -keyout $a.key -out $a.crt -days 2 -subj "/CN=$a" \
        -addext basicConstraints=critical,CA:TRUE 2>/dev/null
done
key server && sign server ours && key client && sign client ours && key stranger && sign stranger theirs

start 127.0.0.1:0 cert=server.crt key=server.key
ask --cacert ours.crt --data-binary @body -o got "$url/echo"
ok "TLS: a body of 3 MB comes back as it went" cmp body got
ask --cacert ours.crt -w '%{http_code} %{num_connects}\n' -o got "$url/later" -o got "$url/later" -o large "$url/large"
is "TLS: answers that come later, on one connection" "$(tr '\n' ' ' <"$T/out")" "200 1 200 0 200 0 "
is "TLS: a large one is whole" "$(wc -c <large | tr -d ' ')" 8388608
run curl -sS -N --max-time 1 --cacert ours.crt "$url/events"
ok "TLS: an event stream" grep -q '^data: {"from": "here"}' "$T/out"
ask --cacert theirs.crt "$url/nothing"
is "TLS: another authority's is refused by curl" "$code" 60
ask --cacert ours.crt --tls-max 1.1 "$url/nothing"
ok "TLS 1.1 is not spoken" test "$code" != 0
stop

start 127.0.0.1:0 cert=server.crt key=server.key ca=ours.crt
ask --cacert ours.crt --cert client.crt --key client.key -w '%{http_code}' "$url/nothing"
is "a client's certificate" "$(cat "$T/out")" 204
ask --cacert ours.crt -w '%{http_code}' -o got "$url/nothing"
is "none" "$(cat "$T/out")" 403
ask --cacert ours.crt --cert stranger.crt --key stranger.key -w '%{http_code}' -o got "$url/nothing"
is "another authority's" "$(cat "$T/out")" 403
stop

run "$serve" 127.0.0.1:0 cert=server.crt key=client.key
expect_code "a key that does not belong to the certificate" 2
done_testing
