#!/bin/sh
# More connections than descriptors: the monitor stays up, says so once, goes on hearing datagrams and those
# who are connected, and is as before when they are gone.
# shellcheck disable=SC2317 # functions are called by name, and by the trap
. "$SB_SRC/tests/lib/tap.sh"
have curl || skip_all "curl is not installed"
have python3 || skip_all "python3 is not installed"
. "$SB_SRC/tests/lib/monitor.sh"

crowd=
clean_up_more() { [ -z "$crowd" ] || kill -KILL "$crowd" 2>/dev/null; }

# One reads the stream of events before the crowd comes; 200 more begin a request and do not end it.
cat >crowd.py <<'PY'
import os, socket, sys, time
port = int(sys.argv[1])
def dial(text):
    s = socket.create_connection(("127.0.0.1", port))
    s.settimeout(60)
    s.sendall(text)
    return s
def wait(name):
    while not os.path.exists(name):
        time.sleep(0.05)
kept = dial(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
if not kept.recv(4096).startswith(b"HTTP/1.1 200"):
    sys.exit("no stream")
crowd = [dial(b"POST /heartbeat HTTP/1.1\r\nHost: h\r\n") for i in range(200)]
open("crowded", "w").close()
wait("beat")
seen = b""
while b"event: beats" not in seen:
    part = kept.recv(4096)
    if not part:
        sys.exit("the stream ended")
    seen += part
open("served", "w").close()
wait("leave")
PY

limits='ulimit -n 72'
printf 'interval: 1s\nmissed: 60\n' >policy.yaml
start_monitor --policy policy.yaml --udp 127.0.0.1:0 --store s.db
python3 crowd.py "${url##*:}" 2>crowd.err &
crowd=$!
ok "a crowd comes" until_true test -e crowded
ok "it is told" until_true logged 'no room for more connections, with 72 descriptors at most'
sleep 1
is "once" "$(grep -c 'no room for more connections' "$T/log")" 1
ok "it is up" kill -0 "$monitor"
udp=$(sed -n 's/.*datagrams on port //p' "$T/log")
: >beat
run "$SREBOX" heartbeat send --to "udp://127.0.0.1:$udp" --id by-datagram --count 1
expect_code "datagrams are taken" 0
ok "who was connected goes on, and hears of it" until_true test -e served
: >leave
wait "$crowd"
is "the crowd met no error" "$(cat crowd.err)" ""
crowd=
ok "when they are gone all are served again" until_true beat by-request
ok "the datagram had arrived" in_state by-datagram up
ok "what is full is counted" test "$(metric heartbeat_http_full_total)" -ge 1
stop_monitor TERM
is "it ends well" "$code" 0

# --- what the system gives is taken ---
soft() { awk '/^Max open files/ { print $4 }' "/proc/$monitor/limits"; }
limits='ulimit -Sn 64'
hard=$(awk '/^Max open files/ { print $5 }' /proc/self/limits)
start_monitor
if [ "$hard" = unlimited ] || [ "$hard" -gt 66560 ]; then hard=66560; fi
is "the soft limit becomes the hard one, as far as it is of use" "$(soft)" "$hard"
done_testing
