#!/bin/sh
# A disk that may only be read, as after an error of a file system: looking works, writing is refused with the
# reason, and the store is untouched.
if [ "$1" != inside ] && unshare -rm true 2>/dev/null; then # a disk of its own, that goes with the process
    exec unshare -rm "${SHELL:-sh}" "$0" inside
fi
. "$SB_SRC/tests/lib/tap.sh"
[ "$1" = inside ] || skip_all "unshare -rm is not allowed here, which a disk of its own needs"
mkdir disk
mount -t tmpfs -o size=4m none disk || skip_all "no tmpfs can be mounted here"
trap 'umount disk 2>/dev/null; rm -rf "$T"' EXIT

run "$SREBOX" mttr open shop --store disk/s.db
expect_code "an incident" 0
printf 'id,detected\nx,2026-01-01T00:00:00Z\n' >more.csv
sum=$(cksum <disk/s.db)
mount -o remount,ro disk || skip_all "the disk cannot be made read-only here"

run "$SREBOX" mttr ack i1 --store disk/s.db
refused "a step" "disk/s.db: cannot be written: file, folder or disk is read-only"
run "$SREBOX" mttr import --store disk/s.db more.csv
refused "an import" "disk/s.db: cannot be written"
run "$SREBOX" mttr serve --store disk/s.db --listen 127.0.0.1:0
refused "a server of webhooks" "disk/s.db: cannot be written"
run "$SREBOX" mttr list --store disk/s.db
expect_code "looking works" 0
out_has "what was there is there" shop
run "$SREBOX" mttr report --store disk/s.db
expect_code "a report, too" 0
is "the store is untouched" "$(cksum <disk/s.db)" "$sum"
done_testing
