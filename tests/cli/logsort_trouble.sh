#!/bin/sh
# logsort: files that change under it, disks without room, and how much memory it really takes.
. "$SB_SRC/tests/lib/tap.sh"

pid=
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; chmod -R u+rwx "$T"; rm -rf "$T"' EXIT

make_log() { # LINES SECONDS-BETWEEN
    awk -v n="$1" -v step="$2" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "%d line %d ...........................................................\n", 1795600000 + int(i * step), i }'
}

# maps FILE: process $pid has it mapped.
# shellcheck disable=SC2317 # called by ok, too
maps() {
    tries=0
    until grep -q "/$1\$" "/proc/$pid/maps" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || return 1
        sleep 0.05
    done
}

# --- truncated while it is mapped ---
make_log 100000 1 >large.log
for how in '' --merge; do
    cp large.log cut.log
    mkfifo fifo
    # The pipe is read behind the file: while it is open, the file stays mapped.
    # shellcheck disable=SC2086 # an option or none
    "$SREBOX" logsort $how cut.log fifo >out 2>err &
    pid=$!
    exec 9>fifo
    make_log 5000 0.001 >&9
    ok "mapped ($how)" maps cut.log
    : >cut.log
    exec 9>&-
    code=0
    wait "$pid" || code=$?
    pid=
    is "truncated while it is mapped: status 2 ($how)" "$code" 2
    ok "and says so ($how)" grep -q 'cut.log was truncated' err
    rm fifo
done
"$SREBOX" logsort -o out.log large.log
cp out.log before
mkfifo fifo
cp large.log cut.log
"$SREBOX" logsort -o out.log cut.log fifo 2>err &
pid=$!
exec 9>fifo
make_log 5000 0.001 >&9
maps cut.log
: >cut.log
exec 9>&-
wait "$pid" || true
pid=
ok "-o: then the old file is untouched" cmp before out.log

make_log 400000 0.001 >huge.log
awk '{ held[NR % 3000] = $0 } NR > 3000 { print held[(NR * 7) % 3000] }' huge.log >shuffled.log

# --- no room ---
run sh -c 'ulimit -f 2000; exec "$SREBOX" logsort -S 8M shuffled.log'
expect_code "runs on the disk may not grow: the limit is an error" 2
err_has "which says what could not be written" "cannot write"
run sh -c 'ulimit -f 2000; exec "$SREBOX" logsort -o out.log large.log'
expect_code "-o may not grow" 2
err_has "and says so" "out.log"
ok "then the old file is untouched, too" cmp before out.log
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null; then
    mkdir small
    # shellcheck disable=SC2016 # the inner shell expands
    run unshare -m sh -c 'mount -t tmpfs -o size=2m none small &&
        TMPDIR=$PWD/small exec "$SREBOX" logsort -S 8M shuffled.log'
    expect_code "TMPDIR is full" 2
    err_has "that is told before anything is written" "sorted runs need about"
    # shellcheck disable=SC2016 # the inner shell expands
    run unshare -m sh -c 'mount -t tmpfs -o size=2m none small && cat shuffled.log |
        TMPDIR=$PWD/small "$SREBOX" logsort -S 8M'
    expect_code "TMPDIR gets full, from a pipe" 2
    err_has "what to do" "set TMPDIR to a folder with room"
    # shellcheck disable=SC2016 # the inner shell expands
    run unshare -m sh -c 'mount -t tmpfs -o size=2m none small &&
        exec "$SREBOX" logsort -o small/out.log large.log'
    expect_code "-o on a full disk" 2
    err_has "it says what for" "No space left"
else
    skip "TMPDIR is full" "no right to mount"
fi

# --- memory ---
peak() { # MiB of the command's peak
    python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$@"
}
if ! have python3; then
    skip "peak memory" "python3 is not installed"
elif grep -q -- '-fsanitize' "$SB_BUILD/config.log"; then
    skip "peak memory" "sanitizers take their own"
else
    for what in huge.log shuffled.log; do
        got=$(peak "$SREBOX" logsort -S 16M "$what" "$what")
        ok "$what: at most the limit and 16 MiB ($got)" test "$got" -le 32
        # shellcheck disable=SC2016 # the inner shell expands
        got=$(peak sh -c 'cat "$1" "$1" | exec "$SREBOX" logsort -S 16M' - "$what")
        ok "$what: so, too, from a pipe ($got)" test "$got" -le 32
    done
    got=$(peak "$SREBOX" logsort -S 16M --merge huge.log huge.log huge.log)
    ok "--merge: at most the limit and 16 MiB ($got)" test "$got" -le 32
fi

done_testing
