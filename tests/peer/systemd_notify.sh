#!/bin/sh
# heartbeat notify-proxy with systemd's own client; the monitor is tests/lib/beat_stub.py.
. "$SB_SRC/tests/lib/tap.sh"
have systemd-notify || skip_all "systemd-notify (Debian package systemd) is not installed"
have python3 || skip_all "python3 is not installed"
have jq || skip_all "jq is not installed"
diag "$(systemd-notify --version | head -n 1)"
mkdir stub
: >stub/log
python3 "$SB_SRC/tests/lib/beat_stub.py" stub &
stub=$!
trap 'kill "$stub" 2>/dev/null; wait; rm -rf "$T"' EXIT
until_true test -s stub/port
url=http://127.0.0.1:$(cat stub/port)

cat >service.sh <<'END'
got() { until [ "$(wc -l <stub/log)" -ge "$1" ]; do sleep 0.05; done; } # by the monitor
systemd-notify --ready --status="serving since now" || exit 41
got 1
systemd-notify WATCHDOG=1 || exit 42
got 2
systemd-notify WATCHDOG_USEC=8000000 WATCHDOG=1 --status="busy" || exit 43
got 3
systemd-notify STOPPING=1 || exit 44
exit 0
END
run "$SREBOX" heartbeat notify-proxy --to "$url" --id unit-1 --watchdog 2s -- sh service.sh
expect_code "every message was taken" 0
jq -r '.path' stub/log >paths
is "three beats and a goodbye" "$(tr '\n' ' ' <paths)" "/heartbeat /heartbeat /heartbeat /shutdown "
field() { sed -n "$1p" stub/log | jq -r ".body | fromjson | $2"; }
is "READY=1 and STATUS=" "$(field 1 '.status + ": " + .message')" "alive: serving since now"
is "promised at half the watchdog" "$(field 2 .interval_ms)" 1000
is "WATCHDOG_USEC= changes that" "$(field 3 '.message + " " + (.interval_ms | tostring)')" "busy 4000"
is "goodbye" "$(field 4 .reason)" graceful_shutdown

done_testing
