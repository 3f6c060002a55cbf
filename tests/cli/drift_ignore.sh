#!/bin/sh
# Ignore files on the command line: hidden findings are counted, listed on demand, rules are judged too.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
SREBOX_NOW=2026-01-01T00:00:00Z
export SREBOX_NOW
printf 'db: {size: 1, notes: a, engine: x}\nl: [{name: p, v: 1}, {name: q, v: 1}]\n' >p.yaml
printf 'db: {size: 2, notes: hidden-note, engine: y}\nl: [{name: q, v: 2}, {name: p, v: 2}]\n' >a.yaml
cat >ignore.yaml <<'END'
ignore:
  - path: /db/notes
    reason: nobody reads them
  - path: /l/[name=q]/v
    reason: q is tuned by hand
    expires: 2026-06-30
  - when: key == 'engine' && actual == 'y'
    reason: upgrade of December
    expires: 2025-12-31
  - path: /gone/**
    reason: it was there once
END
run "$SREBOX" drift check --ignore ignore.yaml -o json p.yaml a.yaml
expect_code "what is left is drift" 1
is "findings and ignored" "$(jq -c '[.summary.findings, .summary.ignored]' "$T/out")" "[3,2]"
is "hidden ones are not among the findings" "$(jq -r '[.findings[].attribute] | sort | join(" ")' "$T/out")" "engine size v"
is "states of the rules" "$(jq -r '[.ignore_rules[].state] | join(" ")' "$T/out")" "active active expired unused"
is "hits of the rules" "$(jq -c '[.ignore_rules[].hits]' "$T/out")" "[1,1,1,0]"
is "place of a rule" "$(jq -c '.ignore_rules[2].at | [.file, .line]' "$T/out")" '["ignore.yaml",7]'
run "$SREBOX" drift check --ignore ignore.yaml --show-ignored -o json p.yaml a.yaml
is "--show-ignored lists them with the reason" "$(jq -r '[.hidden[].ignored_by.reason] | sort | join("; ")' "$T/out")" "nobody reads them; q is tuned by hand"
run "$SREBOX" drift check --ignore ignore.yaml p.yaml a.yaml
out_has "counted in the verdict" "2 ignored"
out_has "an expired rule is named" "expired"
out_has "an unused rule is named" "unused   /gone/**"
out_lacks "hidden is hidden" "notes"
run "$SREBOX" drift check --ignore ignore.yaml --show-ignored p.yaml a.yaml
out_has "--show-ignored: the finding" "notes"
out_has "--show-ignored: the reason" "ignored: nobody reads them"
for f in csv jsonl markdown junit sarif html; do
    run "$SREBOX" drift check --ignore ignore.yaml -o $f p.yaml a.yaml
    out_lacks "hidden in $f" hidden-note
    run "$SREBOX" drift check --ignore ignore.yaml --show-ignored -o $f p.yaml a.yaml
    ok "shown in $f" grep -qE "hidden.*-note|/db/notes" "$T/out"
done
printf 'ignore: [{path: "/**", reason: all of it}]\n' >all.yaml
run "$SREBOX" drift check --ignore all.yaml p.yaml a.yaml
expect_code "all is ignored" 0
out_has "and said so" "5 ignored"
printf 'ignore: [{path: /a}]\n' >bad.yaml
run "$SREBOX" drift check --ignore bad.yaml p.yaml a.yaml
refused "a rule without a reason" "bad.yaml:1:10: the ignore rule has no reason"
run "$SREBOX" drift check --ignore none.yaml p.yaml a.yaml
refused "no such file" "none.yaml"
printf 'ignore: [{when: actual.x.y == 1, reason: r}]\n' >unsure.yaml
run "$SREBOX" drift check --ignore unsure.yaml p.yaml a.yaml
expect_code "a rule that cannot tell" 2
err_has "a rule that cannot tell: on which finding" "the ignore rule could not judge /db/size"
out_has "a rule that cannot tell: the verdict" "INCOMPLETE: drift: "
ok "a rule that cannot tell: everything is reported" grep -q "engine: x -> y" "$T/out"
done_testing
