#!/bin/sh
# Every report is well-formed, whatever the names and values are.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
esc=$(printf '\033')
bidi=$(printf '\342\200\256')
cat >p.yaml <<'END'
"<script>alert(1)</script>": {v: 1, "a|b": 1, "x\x1b[31m": "\x1b]0;t\x07", "r\u202el": 1}
l: [{name: "=cmd|' /C calc'!A0", v: 1}, {name: "]]>&<", v: 1}]
quote: {text: "say \"hi\", then\nleave", e: "\u0085\u2028", s: ""}
END
cat >a.yaml <<'END'
"<script>alert(1)</script>": {v: 2, "a|b": "`x` | *y*", "x\x1b[31m": "\x1b[2J", "r\u202el": 2}
l: [{name: "=cmd|' /C calc'!A0", v: 2}, {name: "]]>&<", v: "</td><img src=x onerror=alert(1)>"}]
quote: {text: "say \"ho\", then\r\nstay", e: "\u009b31m", s: x}
"extra\u2066\U000E0041": {deep: [1, {two: "\u200b"}]}
END
for f in text json jsonl csv html markdown junit sarif; do
    run "$SREBOX" drift check -o $f p.yaml a.yaml
    expect_code "$f" 1
    if grep -q "$esc" "$T/out"; then fail "$f: no ESC"; else pass "$f: no ESC"; fi
    if grep -q "$bidi" "$T/out"; then fail "$f: no bidi control"; else pass "$f: no bidi control"; fi
    if LC_ALL=C tr -d '\n\r\040-\176\200-\377' <"$T/out" | grep -q .; then fail "$f: no control characters"; else pass "$f: no control characters"; fi
    ok "$f: ends with a line end" test "$(tail -c 1 "$T/out" | od -An -tx1 | tr -d ' ')" = 0a
done

# --- text: findings on one line of a file have columns, others have none ---
one_line() { # STEP: many services, each other's port, on one line
    awk -v step="$1" 'BEGIN { printf "{\"services\": ["; for (i = 0; i < 300; i++) printf "%s{\"name\": \"service-with-a-long-name-%d\", \"port\": %d, \"env\": \"x\"}", i ? ", " : "", i, i * step; print "]}" }'
}
one_line 1 >one.json
one_line 2 >two.json
run "$SREBOX" drift check one.json two.json
is "one line: each finding's column" "$(grep -c 'plan:1:[0-9]*$' "$T/out")" "$(grep -c '^    [a-z]*  *port: ' "$T/out")"
at=$(sed -n 's/.* plan:1:\([0-9]*\)$/\1/p' "$T/out" | head -n 1)
is "one line: the column is the value's" "$(cut -c "$at"-"$at" one.json) $(grep -c "plan:1:$at\$" "$T/out")" "1 1"
is "one line: nothing is wider than 80" "$(awk 'length > 80' "$T/out")" ""
run "$SREBOX" drift check -o markdown one.json two.json
ok "one line: columns in markdown too" grep -qF "one\\.json\\:1\\:$at" "$T/out"
jq . one.json >lines.json
run "$SREBOX" drift check lines.json two.json
is "a line each: no column" "$(grep -c 'plan:[0-9]*$' "$T/out") $(grep -c 'plan:[0-9]*:' "$T/out")" "299 0"

# --- JSON ---
run "$SREBOX" drift check -o json p.yaml a.yaml
ok "json" jq -e . "$T/out"
n=$(jq .summary.findings "$T/out")
is "json: sums" "$(jq '[.summary.by_severity[]] | add' "$T/out") $(jq '[.summary.by_category[]] | add' "$T/out") $(jq '.findings | length' "$T/out")" "$n $n $n"
keys=$(jq -r '.findings[0] | keys_unsorted | join(" ")' "$T/out")
for k in fingerprint kind category severity consequences rule path resource expected actual why plan_at actual_at; do
    case " $keys " in *" $k "*) pass "json: $k" ;; *) fail "json: $k" ;; esac
done
is "json: values are whole" "$(jq -r '.findings[] | select(.attribute == "text") | .actual' "$T/out" | od -An -c | tr -d ' \n')" 'say"ho",then\r\nstay\n'

# --- JSON lines ---
run "$SREBOX" drift check -o jsonl p.yaml a.yaml
is "jsonl: one line a finding and the summary" "$(wc -l <"$T/out")" $((n + 1))
is "jsonl: every line is JSON with a schema" "$(jq -r .schema "$T/out" | sort | uniq -c | awk '{print $1, $2}' | tr '\n' ';')" "$n srebox.drift.finding/1;1 srebox.drift/1;"

# --- CSV: python's reader, where there is one ---
run "$SREBOX" drift check -o csv p.yaml a.yaml
is "csv: one record a line" "$(wc -l <"$T/out")" $((n + 1))
if have python3; then
    is "csv: as many fields in every record" "$(python3 -c 'import csv,sys; print(len({len(r) for r in csv.reader(open(sys.argv[1], newline=""))}))' "$T/out")" 1
    is "csv: no cell is a formula" "$(python3 -c 'import csv,sys; print(sum(c[:1] in tuple("=+-@") for r in csv.reader(open(sys.argv[1], newline="")) for c in r))' "$T/out")" 0
else
    skip "csv by another reader" "no python3"
fi

# --- JUnit ---
run "$SREBOX" drift check -o junit p.yaml a.yaml
if have xmllint; then ok "junit: well-formed" xmllint --noout "$T/out"; elif have python3; then
    ok "junit: well-formed" python3 -c 'import sys,xml.dom.minidom as m; m.parse(sys.argv[1])' "$T/out"
else skip "junit: well-formed" "neither xmllint nor python3"; fi
is "junit: failures" "$(grep -c '<failure ' "$T/out")" "$n"
ok "junit: its own sum" grep -q "<testsuites name=\"srebox drift\" tests=\"$((n + 1))\" failures=\"$n\" errors=\"0\"" "$T/out"
run "$SREBOX" drift check -o junit --fail-on critical p.yaml a.yaml
is "junit: nothing below --fail-on fails" "$(grep -c '<failure ' "$T/out")" 0
run "$SREBOX" drift check -o junit p.yaml p.yaml
is "junit: in sync is one case that passes" "$(grep -c '<testcase' "$T/out") $(grep -cE '<failure|<error' "$T/out")" "1 0"

# --- SARIF ---
run "$SREBOX" drift check -o sarif p.yaml a.yaml
is "sarif: version" "$(jq -r '.version' "$T/out")" 2.1.0
is "sarif: columns" "$(jq -r '.runs[0].columnKind' "$T/out")" unicodeCodePoints
is "sarif: results" "$(jq '.runs[0].results | length' "$T/out")" "$n"
is "sarif: ruleIndex points to its rule" "$(jq '.runs[0] as $r | [$r.results[] | select($r.tool.driver.rules[.ruleIndex].id != .ruleId)] | length' "$T/out")" 0
is "sarif: levels" "$(jq -r '[.runs[0].results[].level] | unique - ["error", "note", "warning"] | length' "$T/out")" 0
is "sarif: a place and a fingerprint each" "$(jq '[.runs[0].results[] | select((.locations[0].physicalLocation.region.startLine > 0) and (.partialFingerprints["sreboxDrift/v1"] | length == 32) and (.message.text | length > 0))] | length' "$T/out")" "$n"
mkdir "a dir"
cp p.yaml "a dir/p%1:x.yaml"
run "$SREBOX" drift check -o sarif "a dir/p%1:x.yaml" a.yaml
is "sarif: file names are URIs" "$(jq -r '[.runs[0].results[].locations[0].physicalLocation.artifactLocation.uri] | unique | map(select(startswith("a%20dir/p%251%3Ax"))) | length' "$T/out")" 1

# --- HTML ---
run "$SREBOX" drift check -o html p.yaml a.yaml
out_lacks "html: no script" "<script"
out_lacks "html: no foreign element" "<img"
out_has "html: names are shown" "&lt;script&gt;"
if grep -qE '(src|href)="?https?:' "$T/out"; then fail "html: loads nothing"; else pass "html: loads nothing"; fi
if have python3; then
    cat >"$T/check.py" <<'END'
import html.parser, sys
void = {"meta", "br", "link", "hr", "img"}
class P(html.parser.HTMLParser):
    stack = []
    def handle_starttag(self, tag, attrs):
        if tag not in void: self.stack.append(tag)
    def handle_startendtag(self, tag, attrs): pass
    def handle_endtag(self, tag):
        assert self.stack and self.stack.pop() == tag, (tag, self.getpos())
p = P(); p.feed(open(sys.argv[1], encoding="utf-8").read()); p.close(); assert not p.stack
END
    ok "html: every element is closed" python3 "$T/check.py" "$T/out"
else skip "html: every element is closed" "no python3"; fi

# --- markdown ---
run "$SREBOX" drift check -o markdown p.yaml a.yaml
if grep -qE '(^|[^\\])<[a-z/]' "$T/out"; then fail "markdown: no raw HTML"; else pass "markdown: no raw HTML"; fi
is "markdown: as many cells in every row" "$(grep '^|' "$T/out" | sed 's/\\|//g' | awk -F'|' '{print NF}' | sort -u | wc -l)" 1

# --- formats that do not exist ---
run "$SREBOX" drift check -o prom p.yaml a.yaml
refused "prom" prom
run "$SREBOX" drift policy -o json
ok "policy as JSON" jq -e '.rules | length > 40' "$T/out"
is "every rule says why" "$(jq '[.rules[] | select((.why | length) < 10)] | length' "$T/out")" 0
run "$SREBOX" drift policy
out_has "policy as text" "backup-off  critical"
run "$SREBOX" drift normalizers -o json
ok "normalizers as JSON" jq -e '.normalizers | length >= 8' "$T/out"
for name in $(jq -r '.normalizers[].name' "$T/out"); do
    run "$SREBOX" drift check --without "$name" p.yaml p.yaml
    expect_code "--without $name" 0
done
run "$SREBOX" drift check --without nmubers p.yaml p.yaml
refused "--without an unknown one" "nmubers"
err_has "--without: suggestion" "numbers"
done_testing
