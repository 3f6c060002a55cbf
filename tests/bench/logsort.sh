#!/bin/sh
# make bench: logsort beside GNU sort, in turn, on the logs of 16 servers; ratios of CPU time to GNU sort,
# so that 0.2 is five times as fast. SB_BENCH_MB is how much of them, 1000 unless set; twice that is
# needed in $TMPDIR, and all of it should fit into memory. Nothing here fails on a time, but it does when
# the outputs differ.
set -eu
: "${SREBOX:?run by make bench}" "${SB_BUILD:?run by make bench}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
LC_ALL=C
export LC_ALL
stopwatch=$SB_BUILD/tests/bench/stopwatch
size=${SB_BENCH_MB:-1000}
sorted="$work/sorted/*.log" late="$work/late/*.log"
mkdir "$work/sorted" "$work/late"
"$SB_BUILD/tests/bench/logs" "$work/sorted" 16 "$size" 0 1
"$SB_BUILD/tests/bench/logs" "$work/late" 16 "$size" 2000 1

same() { # WHAT OPTIONS FILES: the output is that of GNU sort
    # shellcheck disable=SC2086 # patterns and options
    if sort -s -k1,1 $3 | { "$SREBOX" logsort $2 $3 | cmp - /dev/fd/3; } 3<&0; then
        printf '  identical: %s\n' "$1"
    else
        printf 'logsort and sort differ: %s\n' "$1" >&2
        exit 1
    fi
}

beside() { # LABEL SORT LOGSORT...
    "$stopwatch" 3 "$@"
}

printf '\nlogsort: %s MB of 16 servers, beside %s\n' "$size" "$(sort --version | head -n 1)"
same "each in order" "" "$sorted"
same "each in order, --merge" -m "$sorted"
same "late by up to 2 s, 64 MiB" "-S 64M" "$late"
beside "sort -s -k1,1, late 2 s" "exec sort -s -k1,1 $late" -- "logsort" "exec $SREBOX logsort $late"
beside "sort -s -k1,1, in order" "exec sort -s -k1,1 $sorted" -- "logsort" "exec $SREBOX logsort $sorted"
beside "sort -m -s -k1,1" "exec sort -m -s -k1,1 $sorted" -- "logsort -m" "exec $SREBOX logsort -m $sorted"
beside "sort -S 128M, late 2 s" "exec sort -s -k1,1 -S 128M $late" \
    -- "logsort -S 128M" "exec $SREBOX logsort -S 128M $late"
beside "sort -S 128M, in order" "exec sort -s -k1,1 -S 128M $sorted" \
    -- "logsort -S 128M" "exec $SREBOX logsort -S 128M $sorted"
beside "cat >file" "cat $sorted >$work/out" -- "logsort >file" "$SREBOX logsort $sorted >$work/out" \
    -- "logsort -m >file" "$SREBOX logsort -m $sorted >$work/out"
