#!/bin/sh
# What `drift patch` prints, applied by an independent implementation (python3-jsonpatch; merge patches
# by RFC 7396's own pseudocode), leaves `drift check` nothing to find.
. "$SB_SRC/tests/lib/tap.sh"

python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import jsonpatch, yaml' 2>/dev/null; then python=$p; fi
done
[ -n "$python" ] || skip_all "python3 with jsonpatch and yaml is not installed"
mkdir pairs
run "$python" "$SB_SRC/tests/peer/apply_patches.py" "$SREBOX" "$SB_SRC" pairs
expect_code "the peer ran" 0
cp "$T/out" cases
code='' && : >"$T/out" && : >"$T/err"
while IFS= read -r line; do
    case $line in
    "ok "*) pass "${line#ok }" ;;
    "not ok "*) fail "${line#not ok }" ;;
    *) diag "$line" ;;
    esac
done <cases
is "no case was lost" "$(grep -c '^ok \|^not ok ' cases)" 140
done_testing
