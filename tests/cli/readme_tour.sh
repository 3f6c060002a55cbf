#!/bin/sh
# README's three senders and a kill, as they stand there, on another port: the monitor says what README
# says, and so does the status, whatever the seconds.
. "$SB_SRC/tests/lib/tap.sh"
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"
have python3 || skip_all "python3 is not installed, which finds a free port"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
tour=$T/tour
awk '/^Three senders and a kill/ { on = 1 } /^Adding an applet/ { exit } on' "$SB_SRC/README" >"$tour"
block() { # N: the N-th block of code
    awk -v n="$1" '/^```/ { k += !on; on = !on; next } on && k == n' "$tour"
}
seconds() { sed 's/[0-9][0-9.]*s/Ns/g; s/  */ /g'; }

{
    echo "srebox() { exec \"$SREBOX\" \"\$@\"; }"
    echo "trap 'kill -9 \$(jobs -p) 2>/dev/null' EXIT"
    # the senders find the monitor when it is there; the last command must not replace the shell
    block 1 | sed "s/8377/$port/g; s/heartbeat monitor/heartbeat monitor --listen 127.0.0.1:$port/; \$s|.*|(srebox heartbeat status --from http://127.0.0.1:$port)|"
} >tour.sh
sed 's/^/# /' tour.sh
code=0
if have bash; then bash tour.sh >"$T/out" 2>"$T/err" </dev/null || code=$?; else skip_all "bash is not installed"; fi
is "exit status" "$code" 1
block 2 | seconds >said.want
seconds <"$T/err" | grep -v 'fresh window\|listening on\|Killed' >said
is "what the monitor says" "$(cat said)" "$(cat said.want)"
block 3 | seconds >status.want
is "what the status says" "$(seconds <"$T/out")" "$(cat status.want)"
done_testing
