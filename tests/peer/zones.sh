#!/bin/sh
# Every zone of the system's tables beside Python's zoneinfo and zdump: offsets, abbreviations, gaps,
# overlaps, and the list of changes from 1900 to 2100.
. "$SB_SRC/tests/lib/tap.sh"

[ -d /usr/share/zoneinfo ] || skip_all "tzdata is not installed"
command -v zdump >/dev/null || skip_all "zdump is not installed"
python3 -c 'import zoneinfo' 2>/dev/null || skip_all "python3 with zoneinfo is not installed"
unset TZDIR PYTHONTZPATH
run python3 "$SB_SRC/tests/peer/zones.py" "$SB_BUILD/tests/lib/clock" 1
expect_code "the peers ran" 0
cp "$T/out" cases
code='' && : >"$T/out" && : >"$T/err"
while IFS= read -r line; do
    case $line in
    "ok "*) pass "${line#ok }" ;;
    "not ok "*) fail "${line#not ok }" ;;
    *) printf '%s\n' "$line" ;;
    esac
done <cases
done_testing
