#!/bin/sh
# accept and check --baseline: only what is new, what has moved on, and what has gone.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
SREBOX_NOW=2026-01-01T10:00:00Z
export SREBOX_NOW
printf 'db: {size: 1, engine: x, password: swordfish}\nl: [{name: p, v: 1}, {name: q, v: 1}]\n' >p.yaml
printf 'db: {size: 2, engine: x, password: mellon}\nl: [{name: p, v: 2}, {name: q, v: 1}]\n' >a.yaml
run "$SREBOX" drift accept p.yaml a.yaml --baseline base.json --reason "known since the move"
expect_code "accept" 0
out_is "accept says what it did" "Accepted 3 findings in base.json"
is "mode" "$(stat -c %a base.json)" 600
is "head" "$(jq -r '.schema, .reason, .accepted_at, (.findings | length)' base.json | tr '\n' '|')" "srebox.drift-baseline/1|known since the move|2026-01-01T10:00:00Z|3|"
if grep -qE 'swordfish|mellon' base.json; then fail "no secret in it"; else pass "no secret in it"; fi

run "$SREBOX" drift check --baseline base.json p.yaml a.yaml
expect_code "nothing new" 0
is "verdict" "$(sed -n 1p "$T/out")" "IN SYNC: no new drift"
out_has "accepted are counted" "3 accepted"
run "$SREBOX" drift check --baseline base.json -o json p.yaml a.yaml
is "json" "$(jq -c '[.verdict, .summary.findings, .summary.known, .gone, .baseline.reason]' "$T/out")" '["in-sync",0,3,[],"known since the move"]'
run "$SREBOX" drift check --baseline base.json --show-ignored -o json p.yaml a.yaml
is "--show-ignored lists them as known" "$(jq -c '[.hidden[].known]' "$T/out")" "[true,true,true]"

printf 'db: {size: 9, engine: z, password: mellon}\nl: [{name: q, v: 1}, {name: p, v: 1}]\n' >later.yaml
run "$SREBOX" drift check --baseline base.json -o json p.yaml later.yaml
expect_code "new findings" 1
is "only what is new or has moved" "$(jq -r '[.findings[].attribute] | sort | join(" ")' "$T/out")" "engine size"
is "what moved says so" "$(jq -r '.findings[] | select(.attribute == "size") | .note' "$T/out")" "accepted on 2026-01-01 with other values: it has moved on since"
is "what is gone" "$(jq -r '.gone[] | .kind + " " + .identity' "$T/out")" "changed /l/[name=p]/v"
run "$SREBOX" drift check --baseline base.json p.yaml later.yaml
out_has "gone in text" "gone: changed /l/[name=p]/v"
printf 'db: {size: 2, engine: x, password: xyzzy}\nl: [{name: p, v: 2}, {name: q, v: 1}]\n' >secret.yaml
run "$SREBOX" drift check --baseline base.json -o json p.yaml secret.yaml
is "another secret is new" "$(jq -r '[.findings[].attribute] | join(" ")' "$T/out")" "password"

printf 'ignore: [{path: /db, reason: r}]\n' >ignore.yaml
run "$SREBOX" drift accept p.yaml a.yaml --ignore ignore.yaml -b less.json -r why -o json
is "ignored ones are not accepted" "$(jq -c '[.accepted, .ignored]' "$T/out")" "[1,2]"
run "$SREBOX" drift accept p.yaml a.yaml --baseline base.json
refused "a reason is needed" "--reason"
run "$SREBOX" drift accept p.yaml a.yaml --reason x
refused "a file is needed" "--baseline"
cp base.json before.json
run "$SREBOX" drift accept p.yaml missing.yaml --baseline base.json --reason x
refused "bad input leaves the old file" "missing.yaml"
ok "the old file is as it was" cmp base.json before.json
run "$SREBOX" drift accept p.yaml a.yaml --baseline no/such/folder/base.json --reason x
refused "a folder that is not there" "no/such/folder"
printf '{"schema": "other"}\n' >bad.json
run "$SREBOX" drift check --baseline bad.json p.yaml a.yaml
refused "not a baseline" "bad.json:1:1"
done_testing
