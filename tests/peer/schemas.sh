#!/bin/sh
# Reports as their own readers see them: SARIF by JSON schema, JUnit by XML schema, CSV and JSON by
# Python and jq, HTML by libxml2 and in Chromium: light and dark, on a telephone and on a desk.
. "$SB_SRC/tests/lib/tap.sh"

python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import jsonschema' 2>/dev/null; then python=$p; fi
done
example=$SB_SRC/contrib/examples/infrastructure
terraform=$SB_SRC/tests/golden/drift-sources/terraform
long=$(awk 'BEGIN { for (i = 0; i < 220; i++) printf "long" }')
cat >plan.yaml <<YAML
"<b>&amp;]]>": {v: 1, "a,b;c\\td\\"e": 1, "$long": 1, same: true}
list: [{name: "=1+1", v: "+1"}, {name: "@x", v: "-1"}, {name: "]]>", v: "\\r\\nx"}]
"\\e[31m\\u202e": {v: 1, "\\uFFFE": 1}
servers: {web: {type: a, size: 1}}
YAML
cat >actual.yaml <<YAML
"<b>&amp;]]>": {v: 2, "a,b;c\\td\\"e": "\\"\\n,;", "$long": "$long", same: true}
list: [{name: "=1+1", v: "=2"}, {name: "@x", v: "-2"}, {name: "]]>", v: "\\x01\\uFFFF"}]
"\\e[31m\\u202e": {v: [], "\\uFFFE": "\\U0001F600"}
servers: {web: {type: b, size: 2}, "extra one": {type: c}}
YAML
printf 'ignore: [{path: "/servers/**", reason: "why, and \\"how\\""}]\n' >ignore.yaml
"$SREBOX" drift accept -b baseline.json -r "taken over" "${example}-plan.yaml" plan.yaml >/dev/null 2>&1

# reports NAME OPERAND-OR-OPTION...: one set for every format.
n=0
reports() {
    n=$((n + 1))
    mkdir "r$n"
    printf '%s\n' "$1" >"r$n/name"
    shift
    for f in json jsonl csv html markdown junit sarif; do
        "$SREBOX" drift check -o "$f" "$@" >"r$n/$f" 2>"r$n/$f.err"
    done
    "$SREBOX" drift check -o json "$@" 2>/dev/null | jq .summary.findings >"r$n/count"
}
have jq || skip_all "jq is not installed"
reports "the user's example" "${example}-plan.yaml" "${example}-actual.yaml"
reports "in sync" plan.yaml plan.yaml
reports "hostile texts" plan.yaml actual.yaml
reports "with ignored findings" --ignore ignore.yaml --show-ignored plan.yaml actual.yaml
reports "with a baseline" --baseline baseline.json --show-ignored "${example}-plan.yaml" "${example}-actual.yaml"
reports "a Terraform plan, incomplete" "tfplan:$terraform/plan.json"
reports "two states" "$terraform/before.tfstate" "$terraform/after.tfstate"

cat >check_csv.py <<'PY'
import csv, sys
with open(sys.argv[1], newline="", encoding="utf-8") as f:
    rows = list(csv.reader(f, strict=True))
assert len({len(r) for r in rows}) == 1, "as many cells in every row"
assert len(set(rows[0])) == len(rows[0]) and all(rows[0]), "every column has a name of its own"
for cell in (c for r in rows for c in r if c[:1] in ("=", "+", "-", "@", "\t", "\r")):
    float(cell)  # a number is no formula
print(len(rows) - 1)
PY
cat >check_json.py <<'PY'
import json, sys
def once(pairs):
    assert len({k for k, _ in pairs}) == len(pairs), "a key twice"
    return dict(pairs)
with open(sys.argv[1], encoding="utf-8") as f:
    for text in (f if sys.argv[2] == "lines" else [f.read()]):
        json.loads(text, object_pairs_hook=once)["schema"]
PY
cat >check_sarif.py <<'PY'
import json, sys
import jsonschema
with open(sys.argv[1], encoding="utf-8") as f, open(sys.argv[2], encoding="utf-8") as g:
    schema, report = json.load(f), json.load(g)
jsonschema.Draft7Validator.check_schema(schema)
jsonschema.Draft7Validator(schema).validate(report)
PY
any_python=$python
if [ -z "$any_python" ] && have python3; then any_python=python3; fi
for r in r*; do
    name=$(cat "$r/name")
    code=
    is "$name: no message but notes" "$(grep -v 'passed over\|not read' "$r/json.err")" ""
    ok "$name: json by jq" jq -e '.summary | objects' "$r/json"
    if [ -n "$any_python" ]; then
        run "$any_python" check_json.py "$r/json" whole
        expect_code "$name: json by Python, no key twice" 0
        run "$any_python" check_json.py "$r/jsonl" lines
        expect_code "$name: jsonl by Python, line by line" 0
        run "$any_python" check_csv.py "$r/csv"
        is "$name: csv by Python" "$code $(cat "$T/err")" "0 "
        case $name in with*) ;; *) is "$name: csv has every finding" "$(cat "$T/out")" "$(cat "$r/count")" ;; esac
    else skip "$name: json and csv by Python" "python3 is not installed"; fi
    if [ -n "$python" ]; then
        run "$python" check_sarif.py "$SB_SRC/tests/peer/sarif.schema.json" "$r/sarif"
        expect_code "$name: sarif by schema" 0
    else skip "$name: sarif by schema" "python3-jsonschema is not installed"; fi
    if have xmllint; then
        run xmllint --noout --schema "$SB_SRC/tests/peer/junit.xsd" "$r/junit"
        expect_code "$name: junit by schema" 0
        # HTML 5's elements are unknown to libxml2: all other complaints count.
        xmllint --html --noout "$r/html" 2>&1 | grep 'HTML parser error' |
            grep -vE 'Tag (bdi|main|section|header|footer|nav|article|details|summary|svg|rect|text|g|path|title) invalid' |
            head -n 5 >"$T/out"
        is "$name: html by libxml2" "$(cat "$T/out")" ""
    else skip "$name: junit and html by xmllint" "libxml2-utils is not installed"; fi
done

# --- HTML in a browser ---
browser=
for b in chromium chromium-browser google-chrome; do [ -n "$browser" ] || ! have "$b" || browser=$b; done
# page SCHEME FOLDER: "width W scroll W ..." a line, from outside the page. SCHEME: 0 dark, 1 light.
page() {
    cp "$2/html" report.html
    cp "$SB_SRC/tests/peer/page.html" page.html
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
        --user-data-dir="$T/browser" --allow-file-access-from-files --blink-settings=preferredColorScheme="$1" \
        --window-size=1300,1900 --virtual-time-budget=5000 --dump-dom "file://$PWD/page.html" 2>/dev/null |
        grep -oE 'width [0-9]+ scroll .*'
}
if [ -n "$browser" ] && have timeout; then
    for r in r1 r3 r6; do
        name=$(cat "$r/name")
        page 1 $r >light
        page 0 $r >dark
        cat light dark | sed 's/^/# /'
        cat light dark >"$T/out"
        is "$name: the browser shows it" "$(wc -l <"$T/out")" 4
        is "$name: no wider than the window" "$(awk '$4 > $2' "$T/out")" ""
        is "$name: 4.5 to 1 at least for every text" "$(awk '$10 < 4.5' "$T/out")" ""
        is "$name: no tiny text" "$(awk '$8 > 0' "$T/out")" ""
        is "$name: light and dark are not the same" "$(sed 's/.*background //' light dark | sort -u | wc -l)" 2
    done
else skip "html in a browser" "chromium or timeout is not installed"; fi
done_testing
