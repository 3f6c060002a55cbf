#!/bin/sh
# heartbeat send: what it sends, to whom, how often it tries, and how it ends. The other side is
# tests/lib/beat_stub.py.
. "$SB_SRC/tests/lib/tap.sh"
have python3 || skip_all "python3 is not installed"
have jq || skip_all "jq is not installed"

started=
# shellcheck disable=SC2154 # p is the loop's own
trap 'for p in $started; do kill "$p" 2>/dev/null; done; wait; rm -rf "$T"' EXIT

stub() { # NAME [SOCKET]: sets $url
    mkdir -p "$1"
    python3 "$SB_SRC/tests/lib/beat_stub.py" "$1" ${2:+"$2"} &
    started="$started $!"
    until_true test -s "$1/port"
    url=http://127.0.0.1:$(cat "$1/port")
}
beats() { grep -c '"path": "/heartbeat"' "$1/log"; } # STUB
# shellcheck disable=SC2317 # called by until_true
has_beats() { [ "$(beats "$1")" -ge "$2" ]; }        # STUB COUNT
last() { tail -n 1 "$1/log" | jq -r "$2"; }          # STUB FILTER
body() { tail -n 1 "$1/log" | jq -r ".body | fromjson | $2"; }
ended() { # sets $code
    code=0
    wait "$pid" || code=$?
}

stub one
one=$url
stub two
two=$url

# --- the body is the seed's, and more ---
run "$SREBOX" heartbeat send --to "$one" --count 1 --id web-1 --zone eu \
    --metric-command "echo '{\"requests_per_sec\": 120.5, \"response_time_ms\": 8, \"odd\": null}'"
expect_code "one beat" 0
is "where it goes" "$(last one '.method + " " + .path')" "POST /heartbeat"
is "who" "$(body one '.server_id + " " + .status + " " + .zone')" "web-1 alive eu"
ok "when, in milliseconds" test "$(body one '(.timestamp / 1000 - now | fabs) < 300')" = true
is "metrics" "$(body one '.metrics | del(.cpu, .memory) | tojson')" \
    '{"requests_per_sec":120.5,"response_time_ms":8}'
is "memory is a count of bytes" "$(body one '.metrics.memory > 1000000 and .metrics.memory < 1e15')" true
is "cpu is in percent" "$(body one '.metrics.cpu >= 0 and .metrics.cpu <= 100')" true
is "the first of this start" "$(body one '.seq')" 1
is "no promise with --count" "$(body one 'has("interval_ms")')" false
run "$SREBOX" heartbeat send --to "$one" --count 1
is "the id is the machine's name" "$(body one .server_id)" "$(uname -n)"
is "metrics that nobody gave are absent" "$(body one '.metrics | keys - ["cpu", "memory"] | length')" 0
run "$SREBOX" heartbeat send --to "$one" --count 3 --interval 100ms --id web-1
is "seq counts" "$(tail -n 3 one/log | jq -c '.body | fromjson | .seq' | tr '\n' ' ')" "1 2 3 "
is "one boot_id a start" "$(tail -n 4 one/log | jq -r '.body | fromjson | .boot_id' | sort -u | wc -l)" 2
run env SREBOX_NOW=2024-01-15T10:00:00.123Z "$SREBOX" heartbeat send --to "$one" --count 1
is "the clock of tests" "$(body one .timestamp)" 1705312800123

# --- tokens, sockets, paths ---
echo s3cret-token >token
run "$SREBOX" heartbeat send --to "$one/base/" --count 1 --token-file token
is "a token and a prefix" "$(last one '.token + " " + .path')" "Bearer s3cret-token /base/heartbeat"
mkdir three
stub three "$T/work/sock"
run "$SREBOX" heartbeat send --to "unix:$T/work/sock" --count 1
expect_code "a unix socket" 0
is "a unix socket: the path" "$(last three .path)" /heartbeat

# --- checks ---
run "$SREBOX" heartbeat send --to "$one" --count 1 --check true --check "$two/up" --check "tcp:127.0.0.1:${two##*:}"
expect_code "checks that pass" 0
is "checks that pass" "$(body one .status)" alive
run "$SREBOX" heartbeat send --to "$one" --count 1 --check "sh -c 'echo disk is full; exit 4'" --check false
is "checks that fail" "$(body one '.status + ": " + .reason')" \
    "unhealthy: sh: exit status 4: disk is full (and 1 more)"
err_has "checks that fail are said" "check fails: sh: exit status 4: disk is full"
run "$SREBOX" heartbeat send --to "$one" --count 1 --check tcp:127.0.0.1:1
ok "a closed port" test "$(body one '.reason | contains("tcp:127.0.0.1:1")')" = true
echo 500 >two/mode
run "$SREBOX" heartbeat send --to "$one" --count 1 --check "$two/up"
is "a URL that answers 500" "$(body one .reason)" "$two/up answered 500"
rm two/mode
run "$SREBOX" heartbeat send --to "$one" --count 1 --check "sleep 60" --check-timeout 200ms
is "a check that hangs" "$(body one .reason)" "sleep: did not end in time"
run "$SREBOX" heartbeat send --to "$one" --count 1 --check /nonexistent/command
ok "no such command" test "$(body one '.reason | contains("/nonexistent/command")')" = true

# --- metrics ---
run "$SREBOX" heartbeat send --to "$one" --count 1 --metric-command "printf 'requests_per_sec NaN\nqueue 3\n'"
is "NaN is not sent" "$(body one '.metrics | del(.cpu, .memory) | tojson')" '{"queue":3}'
run "$SREBOX" heartbeat send --to "$one" --count 1 --metric-command "echo many words here"
expect_code "bad metrics do not stop beats" 0
err_has "bad metrics are said" "metrics are left out"
run "$SREBOX" heartbeat send --to "$one" --count 1 --metric-command "sh -c 'exit 3'"
err_has "a metric command that fails" "sh ended with exit status 3"

# --- datagrams (applets/heartbeat/beat_udp.h), read by another implementation ---
cat >udp.py <<'END'
import hashlib, hmac, json, os, socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
with open("udp.new", "w") as f:
    f.write(str(s.getsockname()[1]))
os.rename("udp.new", "udp.port")
kinds = ["alive", "unhealthy", "start", "success", "fail", "log", "exit", "leave"]
while True:
    d = s.recv(65536)
    (magic, version, kind, key_id, seq, at, interval, flags, status, n_id, n_zone, n_boot, n_run, n_metrics,
     _, n_body) = struct.unpack(">2sBB4sQqIBBBBBBBBH", d[:38])
    at_byte, texts = 38, []
    for n in (n_id, n_zone, n_boot, n_run, n_body):
        texts.append(d[at_byte:at_byte + n].decode())
        at_byte += n
    metrics = {}
    for _ in range(n_metrics):
        n = d[at_byte]
        name = d[at_byte + 1:at_byte + 1 + n].decode()
        metrics[name], = struct.unpack(">d", d[at_byte + 1 + n:at_byte + 9 + n])
        at_byte += 9 + n
    key = hashlib.sha256(b"s3cret-token").digest()
    signed = d[at_byte:] == hmac.new(key, d[:at_byte], "sha256").digest()[:16] and \
        key_id == hashlib.sha256(b"srebox beat" + key).digest()[:4]
    with open("udp.log", "a") as f:
        f.write(json.dumps({"magic": magic.decode(), "kind": kinds[kind], "seq": seq, "interval": interval,
                            "id": texts[0], "zone": texts[1], "boot": texts[2], "body": texts[4], "at": at,
                            "metrics": metrics, "signed": signed}) + "\n")
END
: >udp.log
python3 udp.py &
started="$started $!"
until_true test -s udp.port
udp=udp://127.0.0.1:$(cat udp.port)
field() { tail -n 1 udp.log | jq -r "$1"; }
# shellcheck disable=SC2317 # called by until_true
received() { [ "$(wc -l <udp.log)" -ge "$1" ]; }
run "$SREBOX" heartbeat send --to "$udp" --count 1 --id web-1 --zone eu --metric-command "echo queue 2.5"
expect_code "a datagram" 0
until_true received 1
is "a datagram: who" "$(field '.magic + " " + .kind + " " + .id + " " + .zone + " " + (.seq | tostring)')" \
    "SB alive web-1 eu 1"
is "a datagram: metrics" "$(field .metrics.queue)" 2.5
ok "a datagram: the clock" test "$(field '(.at / 1000 - now | fabs) < 300')" = true
is "a datagram: not signed without a token" "$(field .signed)" false
run "$SREBOX" heartbeat send --to "$udp" --count 1 --id web-1 --token-file token --check false
until_true received 2
is "a datagram: signed" "$(field '.kind + " " + .body + " " + (.signed | tostring)')" \
    "unhealthy false: exit status 1 true"
background "$SREBOX" heartbeat send --to "$udp" --interval 100ms --id web-1 --token-file token
until_true received 5
kill -TERM "$pid"
ended
expect_code "datagrams: told to stop" 0
# shellcheck disable=SC2317 # called by until_true
leaves() { [ "$(jq -r .kind udp.log | grep -c leave)" -ge 1 ]; }
until_true leaves
is "datagrams: goodbye" "$(field '.kind + " " + .body')" "leave graceful_shutdown"
is "datagrams: the interval is promised" "$(jq -r 'select(.kind == "alive") | .interval' udp.log | tail -n 1)" 100
background "$SREBOX" heartbeat send --to udp://127.0.0.1:9 --interval 100ms
until_true grep -q "nobody listens" "$T/err"
ok "datagrams: nobody listens" grep -q "is lost: nobody listens for datagrams at 127.0.0.1 port 9" "$T/err"
kill -TERM "$pid"
ended
background "$SREBOX" heartbeat send --to udp://no-such-host.invalid:9 --interval 200ms --shutdown-timeout 1s
until_true grep -q "cannot look up" "$T/err"
kill -TERM "$pid"
ended
expect_code "datagrams: a name nobody knows" 0
run "$SREBOX" heartbeat send --to udp://nowhere
refused "datagrams to no port" "udp://HOST:PORT"

# --- wrong usage ---
run "$SREBOX" heartbeat send
refused "nobody to send to" "nobody to send beats to"
run "$SREBOX" heartbeat send --to "ftp://x/"
refused "no such place" "http"
run "$SREBOX" heartbeat send --to "http://user:pw@localhost/"
refused "a password in a URL" "password"
err_lacks "a password in a URL: not repeated by the hint" "pw is"
run "$SREBOX" heartbeat send --to "$one" --check "echo 'open"
refused "an open quote" "quote"
run "$SREBOX" heartbeat send --to "$one" --check tcp:nowhere
refused "a port without a number" "tcp:HOST:PORT"
run "$SREBOX" heartbeat send --to "$one" --id "$(printf 'a\tb')"
refused "an id with a control character" "an id has"
run "$SREBOX" heartbeat send --to "$one" --token-file /nonexistent --count 1
expect_code "no token file" 2
err_has "no token file" "/nonexistent"
run "$SREBOX" heartbeat send --to "$one" --health-listen 0.0.0.0:0
refused "health off loopback without tokens" "token"

# --- retries, and targets that do not mind each other ---
echo 503 >one/mode
: >one/log
run "$SREBOX" heartbeat send --to "$one" --count 1 --interval 20s
expect_code "a beat that does not arrive" 2
is "it was tried four times" "$(beats one)" 4
err_has "it is said" "$one is lost: it answered 503: stub says no"
rm one/mode
echo hang >one/mode
: >one/log
: >two/log
background "$SREBOX" heartbeat send --to "$one" --to "$two" --interval 2s
until_true has_beats two 2
ok "one that hangs does not delay the other" has_beats two 2
until_true grep -q "is lost" "$T/err"
ok "the one that hangs is lost" grep -q "$one is lost: .*did not answer the request" "$T/err"
rm one/mode
until_true grep -q "is back" "$T/err"
ok "and is back" grep -q "$one is back after" "$T/err"
is "said once each" "$(grep -c "is lost\|is back" "$T/err")" 2
kill -TERM "$pid"
ended
expect_code "told to stop" 0
is "goodbye to the first" "$(last one .path) $(body one .reason)" "/shutdown graceful_shutdown"
is "goodbye to the second" "$(last two .path) $(body two '.reason')" "/shutdown graceful_shutdown"

# --- nobody answers the goodbye ---
echo hang >two/mode
: >two/log
background "$SREBOX" heartbeat send --to "$two" --to http://127.0.0.1:1 --interval 10s --shutdown-timeout 500ms
until_true has_beats two 1
before=$(date +%s)
kill -TERM "$pid"
ended
expect_code "ends though nobody answers" 0
ok "... within its deadline" test $(($(date +%s) - before)) -lt 30
err_has "... and says so" "did not hear the goodbye"
rm two/mode
echo drop >two/mode
run "$SREBOX" heartbeat send --to "$two" --count 1 --interval 20s
expect_code "a monitor that hangs up" 2
err_has "a monitor that hangs up" "without an answer"
rm two/mode
# a check that will not die does not hold up the goodbye
: >two/log
background "$SREBOX" heartbeat send --to "$two" --interval 100ms --check-timeout 20s \
    --check "sh -c 'test -e first || { : >first; exit 0; }; trap \"\" TERM; : >second; sleep 3; sleep 3'"
until_true test -e second
kill -TERM "$pid"
until_true grep -q /shutdown two/log
ok "the goodbye does not wait for a check" kill -0 "$pid"
ended
expect_code "... and the agent ends" 0

# --- a name service that does not answer ---
cat >slow.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>
typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);
int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **list)
{
    if (host && strcmp(host, "slow.example") == 0)
        sleep(600);
    return ((lookup *)dlsym(RTLD_NEXT, "getaddrinfo"))(host, port, hints, list);
}
END
# shellcheck disable=SC2317 # called by until_true
gone() { ! kill -0 "$pid"; }
if cc -shared -fPIC -o slow.so slow.c -ldl 2>/dev/null &&
    LD_PRELOAD=$PWD/slow.so "$SREBOX" --version >/dev/null 2>&1; then
    for to in "--to http://slow.example:80" "--to udp://slow.example:80" \
        "--to http://127.0.0.1:1 --check tcp:slow.example:80 --check-timeout 10m"; do
        # shellcheck disable=SC2086 # words
        background env LD_PRELOAD="$PWD/slow.so" "$SREBOX" heartbeat send $to --interval 1s \
            --shutdown-timeout 500ms --health-listen 127.0.0.1:0
        until_true grep -q "health is at" "$T/err"
        sleep 0.3
        kill -TERM "$pid"
        until_true gone
        ok "$to: ends" gone
        ended
        expect_code "$to" 0
    done
else
    skip "ends while names are looked up" "no cc, or nothing can be preloaded into this build"
fi

# --- /health ---
background "$SREBOX" heartbeat send --to "$two" --interval 100ms --id web-9 --health-listen 127.0.0.1:0 \
    --check "test -e well"
until_true grep -q "health is at" "$T/err"
health=$(sed -n 's/.*health is at //p' "$T/err")
get() { # prints STATUS BODY
    python3 - "$health" <<'END'
import sys, urllib.request, urllib.error
try:
    r = urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as e:
    r = e
print(r.status, r.read().decode())
END
}
# shellcheck disable=SC2317 # called by until_true
answers() { get | grep -q "^$1"; }
until_true answers '503 {"status":"unhealthy","server":"web-9","error":"test: exit status 1"}'
ok "not well" answers '503 {"status":"unhealthy","server":"web-9","error":"test: exit status 1"}'
: >well
until_true answers 200
is "well" "$(get | sed 's/^200 //' | jq -c '[.status, .server, (.uptime > 0), (.memory.used > 0), (.timestamp > 0)]')" \
    '["healthy","web-9",true,true,true]'
until_true grep -q "passes again" "$T/err"
err_has "a check that passes again is said" "check passes again: test -e well"
kill -INT "$pid"
ended
expect_code "SIGINT ends it too" 0

done_testing
