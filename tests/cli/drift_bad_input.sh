#!/bin/sh
# Whatever is wrong with the input: exit 2, one message with its place, a hint, and nothing on stdout.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"

printf 'a: 1\nb: {c: 2}\n' >good.yaml

# bad NAME TEXT FILE: on either side, as any format of report.
bad() {
    for f in text json; do
        run "$SREBOX" drift check -o $f good.yaml "$3"
        refused "$1, actual, $f" "$2"
    done
    run "$SREBOX" drift check "$3" good.yaml
    refused "$1, plan" "$2"
    is "$1: one message" "$(grep -c '^srebox drift: ' "$T/err")" 1
    ok "$1: a hint" grep -q '^  hint: .' "$T/err"
}

printf 'a: [1, 2\nb: 3\n' >truncated.yaml
bad "truncated YAML" "truncated.yaml:2:" truncated.yaml
printf '{"a": [1, 2' >truncated.json
bad "truncated JSON" "truncated.json:1:12" truncated.json
printf '\177ELF\002\001\001\000\000\000\000\000' >binary
bad "binary" "binary" binary
printf 'a: \377\376\n' >latin.yaml
bad "not UTF-8" "latin.yaml:1:4" latin.yaml
printf '\377\376a\000:\000' >utf16.yaml
bad "UTF-16" "UTF-16" utf16.yaml
printf 'a: 1\nb: 2\na: 3\n' >twice.yaml
bad "duplicate keys" "twice.yaml:3:1" twice.yaml
printf '{"a": 1, "a": 2}' >twice.json
bad "duplicate keys in JSON" "twice.json:1:10" twice.json
printf 'a: x\000y\n' >nul.yaml
bad "NUL bytes" "nul.yaml:1:5" nul.yaml
: >empty.yaml
bad "an empty file" "empty.yaml" empty.yaml
mkdir folder
bad "a folder without manifests" "folder" folder
bad "no such file" "no-such-file" no-such-file.yaml
printf 'a: &a [x,x,x,x,x,x,x,x,x,x]\n' >bomb.yaml
prev=a
for k in b c d e f g h i j; do
    printf '%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\n' $k $k $prev $prev $prev $prev $prev $prev $prev $prev $prev $prev >>bomb.yaml
    prev=$k
done
bad "an alias bomb" "bomb.yaml" bomb.yaml
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; for (i = 0; i < 100000; i++) printf "]" }' >deep.json
bad "100,000 levels of JSON" "deep.json:1:" deep.json
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }' >deep.yaml
bad "100,000 levels of YAML" "deep.yaml:1:" deep.yaml
if truncate -s 4G sparse.yaml 2>/dev/null; then
    bad "4 GiB" "sparse.yaml" sparse.yaml
else skip "4 GiB" "no sparse files here"; fi
printf 'a: 1\n' >locked.yaml
chmod 000 locked.yaml
if can_bound; then
    run bound "$SREBOX" drift check good.yaml locked.yaml
    refused "unreadable" "locked.yaml"
else skip "unreadable" "running as root, without setpriv"; fi
printf '{"version": 3}' >old.tfstate
bad "a wrong kind of file" "old.tfstate" tfstate:old.tfstate
printf 'a: b: c\n' >map.yaml
bad "two maps on one line" "map.yaml:1:" map.yaml

# --- usage ---
run "$SREBOX" drift check good.yaml
refused "one side only" "only one side"
run "$SREBOX" drift check - -
refused "both sides stdin" "standard input"
run "$SREBOX" drift chekc good.yaml good.yaml
refused "unknown verb" "chekc"
run "$SREBOX" drift check --list nonsense good.yaml good.yaml
refused "--list" "nonsense"
run "$SREBOX" drift check --fail-on hihg good.yaml good.yaml
refused "--fail-on" "hihg"
run "$SREBOX" drift check --max-size 4 good.yaml good.yaml
refused "--max-size" "good.yaml: the file has 15 bytes, more than the limit of 4"
err_has "--max-size: the hint names the option" "raise --max-size"
# shellcheck disable=SC2016
run sh -c 'cat good.yaml | "$0" drift check --max-size 4 - good.yaml' "$SREBOX"
err_has "--max-size on stdin: the hint names it too" "raise --max-size"
mkdir big && cp good.yaml big
run "$SREBOX" drift check --max-size 4 k8s:big k8s:big
err_has "--max-size in a folder: the hint names it too" "raise --max-size"

# --- policies ---
printf 'rules:\n  - id: mine\n    severty: low\n    why: x\n' >policy.yaml
run "$SREBOX" drift check -p policy.yaml good.yaml good.yaml
refused "unknown policy key" 'policy.yaml:3:5: unknown key "severty"'
err_has "unknown policy key: suggestion" 'did you mean "severity"?'
run "$SREBOX" drift policy -p policy.yaml
refused "drift policy says so too" "policy.yaml:3:5"
printf 'rules:\n  - id: mine\n    when: actual === 3\n    severity: low\n    why: x\n' >policy.yaml
run "$SREBOX" drift check -p policy.yaml good.yaml good.yaml
refused "a bad expression" "policy.yaml:3:"

# --- a rule that fails on a finding: everything else is reported, and the verdict is incomplete ---
printf 'rules:\n  - {id: mine, keys: [a, c], when: actual.x == 1, severity: low, why: x}\n' >policy.yaml
printf 'a: 2\nb: {c: 3}\nd: 1\n' >other.yaml
failed='policy.yaml:2:36: rule "mine" could not judge /a and 1 more finding: '
for f in text json jsonl csv html markdown junit sarif; do
    run "$SREBOX" drift check -o $f -p policy.yaml good.yaml other.yaml
    expect_code "a rule that cannot tell, $f" 2
    err_has "a rule that cannot tell, $f: a warning" "srebox drift: warning: $failed"
done
run "$SREBOX" drift check -p policy.yaml good.yaml other.yaml
is "a rule that cannot tell: the verdict" "$(sed -n 1,2p "$T/out")" "INCOMPLETE: drift: 3 findings: 2 medium, 1 low
1 rule could not judge"
ok "a rule that cannot tell: the report has what it could not judge" grep -q "a: 1 -> 2" "$T/out"
tr -s '\n ' ' ' <"$T/out" >flat
ok "a rule that cannot tell: rule, path and place in the report" grep -qF "$failed" flat
ok "a rule that cannot tell: what to do" grep -q "hint: " flat
run "$SREBOX" drift check -o json -p policy.yaml good.yaml other.yaml
is "a rule that cannot tell, as data" "$(jq -c '[.verdict, .summary.findings, (.warnings[] | .rule, .in, .path, .findings, .at.line, (.text | length > 9), (.hint | length > 9))]' "$T/out")" \
    '["incomplete",3,"mine","policy","/a",2,2,true,true]'
run "$SREBOX" drift check -o sarif -p policy.yaml good.yaml other.yaml
is "a rule that cannot tell, SARIF" "$(jq -c '.runs[0].invocations[0] | [.executionSuccessful, (.toolExecutionNotifications | length)]' "$T/out")" "[false,1]"
run "$SREBOX" drift check -o junit -p policy.yaml good.yaml other.yaml
ok "a rule that cannot tell, JUnit: an error" grep -q '^<testsuites .* errors="1"' "$T/out"
run "$SREBOX" drift accept -b base.json -r why -p policy.yaml good.yaml other.yaml
refused "nothing is accepted then" 'nothing was accepted: policy.yaml:2:36: rule "mine"'
ok "no baseline is left behind" test ! -e base.json
run "$SREBOX" drift patch -p policy.yaml good.yaml other.yaml
is "a patch does not ask the policy" "$code $(jq -r '.[] | select(.op == "replace") | .path' "$T/out" | tr '\n' ' ')" "0 /b/c /a "
printf 'ignore: [{when: actual.x == 1, reason: r}]\n' >unsure.yaml
run "$SREBOX" drift patch --ignore unsure.yaml good.yaml other.yaml
refused "but what the patch leaves out must be known" 'a patch would be half: unsure.yaml:1:17: the ignore rule'
run "$SREBOX" drift check -p policy.yaml good.yaml good.yaml
expect_code "a rule that is never asked fails nothing" 0

# --- something was left unchecked: whole report, exit 2 ---
cat >plan.json <<'END'
{"format_version": "1.2", "terraform_version": "1.6.0",
 "planned_values": {"root_module": {"resources": [{"address": "t.a", "mode": "managed", "type": "t", "name": "a", "values": {"x": 1}}]}},
 "resource_changes": [{"address": "t.a", "mode": "managed", "type": "t", "name": "a", "change":
   {"actions": ["update"], "before": {"x": 1, "y": 1}, "after": {"x": 1}, "after_unknown": {"y": true}, "before_sensitive": {}, "after_sensitive": {}}}]}
END
run "$SREBOX" drift check tfplan:plan.json
expect_code "unchecked" 2
out_has "unchecked: said first" "INCOMPLETE"

# --- where the report goes ---
for f in text json html; do
    if [ -w /dev/full ]; then
        code=0
        "$SREBOX" drift check -o $f good.yaml other.yaml >/dev/full 2>"$T/err" || code=$?
        : >"$T/out"
        refused "$f: full disk" "No space left"
    else skip "$f: full disk" "no /dev/full"; fi
    { sleep 1; "$SREBOX" drift check -o $f good.yaml other.yaml 2>"$T/err"; echo $? >"$T/status"; } | true
    code=$(cat "$T/status")
    case $code in 2) pass "$f: closed pipe" ;; *) if [ "$code" = 1 ]; then skip "$f: closed pipe" "the reader was too slow to close"; else fail "$f: closed pipe"; fi ;; esac
    code=0
    "$SREBOX" drift check -o $f good.yaml other.yaml >&- 2>"$T/err" || code=$?
    : >"$T/out"
    refused "$f: closed stdout" "srebox"
done
done_testing
