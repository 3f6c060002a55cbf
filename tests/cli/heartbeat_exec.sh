#!/bin/sh
# heartbeat exec and notify-proxy: what is reported of a job or a service, and that neither the job's
# output nor its result changes. The other side is tests/lib/beat_stub.py.
. "$SB_SRC/tests/lib/tap.sh"
have python3 || skip_all "python3 is not installed"
have jq || skip_all "jq is not installed"
started=
# shellcheck disable=SC2154 # p is the loop's own
trap 'for p in $started; do kill "$p" 2>/dev/null; done; wait; rm -rf "$T"' EXIT

mkdir stub
python3 "$SB_SRC/tests/lib/beat_stub.py" stub &
started=$!
until_true test -s stub/port
url=http://127.0.0.1:$(cat stub/port)
log() { jq -r "$1" stub/log; }
body() { tail -n 1 stub/log | jq -r ".body | fromjson | $1"; }
job() { # ARGUMENT...: runs `exec` with a fresh log
    : >stub/log
    run "$SREBOX" heartbeat exec "$@"
}
ended() { # sets $code
    code=0
    wait "$pid" || code=$?
}

# --- a job ---
job --to "$url" --id 'nightly job' -- sh -c 'echo out; echo err >&2; exit 3'
expect_code "the job's own status" 3
out_is "the job's own output" out
err_is "the job's own errors" err
is "start and end" "$(log .path | sed 's/[?].*//' | tr '\n' ' ')" \
    "/ping/nightly%20job/start /ping/nightly%20job/3 "
is "one run" "$(log .path | sed 's/.*rid=//' | sort -u | grep -cE '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')" 1
ok "the end says how it went" test "$(tail -n 1 stub/log | jq '.body | test("^exit status 3 after [0-9.]+m?s\n--- stdout\nout\n--- stderr\nerr\n$")')" = true
job --ping "$url/uuid-here" -- true
expect_code "a job that is well" 0
is "a ping URL" "$(log .path | sed 's/[?].*//' | tr '\n' ' ')" "/uuid-here/start /uuid-here/0 "
job --ping "$url/p" --to "$url" --id j -- true
is "several monitors" "$(log .path | sed 's/[?].*//' | sort | tr '\n' ' ')" \
    "/p/0 /p/start /ping/j/0 /ping/j/start "
code=0
printf 'from stdin' | "$SREBOX" heartbeat exec --ping "$url/p" -- cat >"$T/out" 2>"$T/err" || code=$?
out_is "the job's own input" "from stdin"
# shellcheck disable=SC2016 # for the other shell
job --ping "$url/p" -- sh -c 'i=0; while [ $i -lt 3000 ]; do echo "line $i of many"; i=$((i+1)); done; exit 1'
is "all of the output is passed on" "$(wc -l <"$T/out" | tr -d ' ')" 3000
ok "its last lines are sent, cut to what monitors keep" \
    test "$(tail -n 1 stub/log | jq '.body | (length <= 10000 and length > 9000 and endswith("line 2999 of many\n") and (split("\n")[2] | test("^line [0-9]+ of many$")))')" = true
job --ping "$url/p" -- sh -c 'kill -9 $$'
expect_code "a job that was killed" 137
is "a job that was killed: reported" "$(log .path | sed 's/[?].*//' | tail -n 1)" /p/137
job --ping "$url/p" -- /nonexistent/command
expect_code "no such command" 127
err_has "no such command" "/nonexistent/command"
is "no such command: reported" "$(log .path | sed 's/[?].*//' | tail -n 1)" /p/127
err_lacks "no such command: said once" "no error"
: >file
job --ping "$url/p" -- ./file
expect_code "not a program" 126
job --ping "$url/p" -- sh -c 'exit 2'
expect_code "status 2 is the job's too" 2

# --- a monitor that is not there, or hangs ---
job --ping http://127.0.0.1:1/x --ping-timeout 300ms -- sh -c 'echo done; exit 4'
expect_code "no monitor" 4
out_is "no monitor: the job ran" "done"
err_has "no monitor: it is said" "was not told of the end"
echo hang >stub/mode
job --ping "$url/p" --ping-timeout 500ms -- sh -c 'exit 5'
expect_code "a monitor that hangs" 5
rm stub/mode

# --- signals ---
background "$SREBOX" heartbeat exec --ping "$url/p" -- \
    sh -c 'trap "echo got it; exit 9" TERM; : >ready; while :; do sleep 0.1; done'
until_true test -e ready
kill -TERM "$pid"
ended
expect_code "signals are passed on" 9
out_is "signals are passed on: the job decides" "got it"

# --- usage ---
job -- true
refused "nobody to report to" "nobody to report to"
job --ping "ftp://x" -- true
refused "no ping URL" "http"
job --ping "$url"
refused "no command" "COMMAND"

# --- a service ---
mkdir "$T/run"
XDG_RUNTIME_DIR=$T/run
export XDG_RUNTIME_DIR
cat >notify.py <<'END'
import os, socket, sys, time
address = os.environ["NOTIFY_SOCKET"]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("\0" + address[1:] if address[0] == "@" else address)
for word in sys.argv[1:]:
    if word.startswith("exit:"):
        sys.exit(int(word[5:]))
    elif word.startswith("wait:"):  # until the monitor has got so many
        while sum(1 for _ in open("stub/log")) < int(word[5:]):
            time.sleep(0.02)
    elif word.startswith("env:"):
        print(os.environ.get(word[4:], "unset"), flush=True)
    else:
        s.send(word.replace("|", "\n").encode())
END
proxy() { # OPTIONS-WORD NOTICE...: with a fresh log
    options=$1
    shift
    : >stub/log
    # shellcheck disable=SC2086 # options, split on purpose
    run "$SREBOX" heartbeat notify-proxy --to "$url" --id svc $options -- python3 notify.py "$@"
}
proxy "--zone eu --watchdog 4s" env:WATCHDOG_USEC env:WATCHDOG_PID "READY=1|STATUS=warm" wait:1 \
    WATCHDOG=1 wait:2 "STOPPING=1" wait:3 exit:0
expect_code "a service" 0
is "its environment" "$(tr '\n' ' ' <"$T/out")" "4000000 unset "
is "two beats and a goodbye" "$(log .path | tr '\n' ' ')" "/heartbeat /heartbeat /shutdown "
is "what it said of itself" "$(head -n 1 stub/log | jq -r '.body | fromjson | .message + " " + .zone + " " + .status')" \
    "warm eu alive"
is "promised at half the watchdog" "$(head -n 1 stub/log | jq -r '.body | fromjson | .interval_ms')" 2000
proxy "" "READY=1|WATCHDOG_USEC=10000000" wait:1 WATCHDOG=trigger wait:2 exit:3
expect_code "a service that fails" 3
is "the service sets its own watchdog" "$(head -n 1 stub/log | jq -r '.body | fromjson | .interval_ms')" 5000
is "trigger" "$(sed -n 2p stub/log | jq -r '.body | fromjson | .status')" unhealthy
is "no goodbye after a failure" "$(log .path | tail -n 1) $(body .status)" "/heartbeat unhealthy"
ok "... and why" test "$(body '.reason | startswith("exit status 3 after")')" = true
proxy "" READY=1 wait:1 exit:0
is "ending with 0 is a goodbye" "$(log .path | tail -n 1)" /shutdown
proxy "" READY=1 wait:1 STOPPING=1 wait:2 exit:1
is "after STOPPING=1 the status does not matter" "$(log .path | tr '\n' ' ')" "/heartbeat /shutdown "
expect_code "... to the monitor" 1
proxy "" "rubbish" "=" "WATCHDOG_USEC=99999999999999999999" "READY=1" wait:1 exit:0
is "rubbish is passed over" "$(log .path | tr '\n' ' ')" "/heartbeat /shutdown "
is "no folder is left behind" "$(ls "$T/run")" ""

# everything is passed on to the service manager's own socket
cat >manager.py <<'END'
import os, socket, subprocess, sys
if os.path.exists("manager.sock"):
    os.unlink("manager.sock")
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("manager.sock")
s.settimeout(60)
env = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("manager.sock"), WATCHDOG_USEC="6000000")
p = subprocess.Popen(sys.argv[1:], env=env)
env["WATCHDOG_PID"] = str(p.pid)
p.wait()
s.settimeout(0.2)
try:
    while True:
        print(repr(s.recv(65536).decode()))
except TimeoutError:
    pass
END
run python3 manager.py "$SREBOX" heartbeat notify-proxy --to "$url" --id svc -- \
    python3 notify.py env:WATCHDOG_USEC "READY=1|MAINPID=7" WATCHDOG=1 STOPPING=1 STATUS=late exit:0
is "passed on" "$(tr '\n' ' ' <"$T/out")" \
    "6000000 'READY=1\\nMAINPID=7' 'WATCHDOG=1' 'STOPPING=1' 'STATUS=late' "
run python3 manager.py "$SREBOX" heartbeat send --to "$url" --interval 100ms --count 2
ok "send tells the manager too" grep -q "'READY=1'" "$T/out"

done_testing
