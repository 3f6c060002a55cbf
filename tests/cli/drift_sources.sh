#!/bin/sh
# Where a side comes from: every spelling of an operand, what a file is taken for, and what is said when
# it cannot be taken.
. "$SB_SRC/tests/lib/tap.sh"
. "$SB_SRC/tests/lib/terraform.sh"

have jq || skip_all "jq is not installed"

# same NAME PLAN ACTUAL [OPTION...]: in sync, with no word on stderr.
same() {
    name=$1
    shift
    run "$SREBOX" drift check "$@"
    is "$name" "$code $(cat "$T/err")" "0 "
}

# --- plain documents: the format does not matter, the spelling neither ---
printf 'a: 1\nl: [{name: x, v: true}]\n' >p.yaml
printf '{"l": [{"v": true, "name": "x"}], "a": 1.0}\n' >p.json
cp p.json p.txt
cp p.json flow.yaml
printf '\357\273\277a: 1\nl: [{name: x, v: true}]\n' >bom
for side in p.json p.txt flow.yaml yaml:p.yaml json:p.json yaml:p.json ./p.yaml "$PWD/p.yaml" bom yaml:bom; do
    same "p.yaml and $side" p.yaml "$side"
    same "$side and p.yaml" "$side" p.yaml
done
cp p.yaml -- -dash
same "a name with a dash, behind --" -- -dash p.yaml
cp p.yaml a:b.yaml
same "a one-letter word and a colon is a name" a:b.yaml p.yaml
cp p.yaml k8z:x
same "a name with a colon, as ./NAME" ./k8z:x p.yaml
mkdir "a b"
cp p.yaml "a b/ö.yaml"
same "blanks and other letters" "a b/ö.yaml" p.yaml
ln -s p.yaml link
same "a symbolic link" link p.yaml

# --- standard input, on either side ---
for spec in - yaml:-; do
    code=0
    "$SREBOX" drift check "$spec" p.json <p.yaml >"$T/out" 2>"$T/err" || code=$?
    expect_code "plan from $spec" 0
    code=0
    "$SREBOX" drift check p.json "$spec" <p.yaml >"$T/out" 2>"$T/err" || code=$?
    expect_code "actual from $spec" 0
done
printf 'a: [\n' | "$SREBOX" drift check - p.yaml >"$T/out" 2>"$T/err"
code=$?
refused "a mistake on standard input has its place" "<stdin>:2:1"
mkfifo fifo
cat p.yaml >fifo &
same "a named pipe" fifo p.yaml
wait
run "$SREBOX" drift check yaml:- json:-
refused "both sides from standard input" "standard input"

# --- several documents ---
printf -- '---\na: 1\nl: [{name: x, v: true}]\n...\n' >marks.yaml
same "document marks" marks.yaml p.yaml
printf 'a: 1\n---\nb: 2\n' >two.yaml
run "$SREBOX" drift check two.yaml p.yaml
refused "a second document" "two.yaml:3:1"
err_has "a second document: hint" "k8s:PATH"

# --- Kubernetes: a file, a List, a folder; forced and seen by content ---
k8s=$SB_SRC/tests/golden/drift-sources/k8s
service() { printf 'apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {type: ClusterIP}\n' "$1"; }
mkdir -p m/sub
service one >m/one.yaml
service two >m/sub/two.yml
{ service two; echo ---; service one; } >all.yaml
printf '{"apiVersion": "v1", "kind": "List", "items": [
 {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "one", "namespace": "default"}, "spec": {"type": "ClusterIP"}},
 {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "two"}, "spec": {"type": "ClusterIP"}}]}' >list.json
for side in m m/ k8s:m k8s:all.yaml all.yaml list.json k8s:list.json; do
    same "the folder and $side" m "$side"
    same "$side and the folder" "$side" k8s:m
done
service three >m/sub/.three.yaml
echo "no manifest" >m/README
run "$SREBOX" drift check m all.yaml
is "what was passed over in a folder is said" "$code $(cat "$T/err")" "0 srebox drift: m: 1 file was not read as manifests (m/README)
srebox drift: m: 1 hidden entry was passed over"
run "$SREBOX" drift check -o json "$k8s" "k8s:$k8s"
is "a folder with overlays: all is compared" "$code $(jq .summary.coverage.managed "$T/out")" "0 5"
rm m/README m/sub/.three.yaml
cp m/one.yaml m/one.json
rm m/one.yaml
same "the content decides in a folder too" m all.yaml
mv m/one.json m/one.yaml
service one >m/twice.yaml
run "$SREBOX" drift check m all.yaml
refused "one object twice" "m/twice.yaml:1:1"
err_has "one object twice: both places" "m/one.yaml:1:1"
rm m/twice.yaml
printf 'services: {}\n' >m/compose.yaml
run "$SREBOX" drift check m all.yaml
refused "something else in the folder" "m/compose.yaml:1:1"
rm m/compose.yaml
mkdir none
run "$SREBOX" drift check none all.yaml
refused "an empty folder" "no *.yaml"
run "$SREBOX" drift check yaml:m all.yaml
refused "a folder forced to be one file" "m"
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: "{{ .Values.name }}", labels: {{ .x }}}\n' >template.yaml
run "$SREBOX" drift check template.yaml all.yaml
refused "a template" "template.yaml:3:"
err_has "a template: hint" "helm template"

# --- Terraform's own files ---
terraform_check "$SB_SRC/tests/golden/drift-sources/terraform"
terraform=$SB_SRC/tests/golden/drift-sources/terraform
for spec in before.tfstate before.json; do
    cp "$terraform/$spec" state.txt
    run "$SREBOX" drift check -o json state.txt "tfstate:state.txt"
    is "$spec is known by its content" "$code $(jq .summary.coverage.managed "$T/out")" "0 9"
done
run "$SREBOX" drift check "$terraform/plan.json"
refused "a plan alone has to be named as one" "tfplan:FILE"
code=0
"$SREBOX" drift check tfplan:- <"$terraform/plan.json" >"$T/out" 2>"$T/err" || code=$?
is "a plan from standard input" "$code $(head -n 1 "$T/out")" "2 INCOMPLETE: drift: 8 findings: 2 high, 6 medium"
run "$SREBOX" drift check "tfplan:$terraform/before.tfstate"
refused "a state is no plan" "format_version"
run "$SREBOX" drift check "tfstate:$terraform/plan.json" "$terraform/before.tfstate"
refused "a plan is no state" "plan.json:1:1"
err_has "a plan is no state: hint" "tfplan:"
printf 'PK\003\004rest' >saved
run "$SREBOX" drift check tfplan:saved
refused "a saved plan" "zip archive"
err_has "a saved plan: hint" "terraform show -json saved"
run "$SREBOX" drift check json:before.json "$terraform/before.json"
refused "no such file" "before.json"
same "forced, a state is JSON like any other" "json:$terraform/before.tfstate" "json:$terraform/before.tfstate"

# A block of a provider that happens to have "type" and "value" is no wrapping.
state() { # TYPE
    printf '{"version": 4, "terraform_version": "1.6.0", "serial": 1, "lineage": "x", "resources": [
 {"mode": "managed", "type": "t", "name": "n", "instances": [{"attributes":
  {"parameter": [{"type": "%s", "value": "v"}], "record": {"type": "A", "value": "192.0.2.1"}}}]}]}' "$1"
}
state string >one.tfstate
state secure >two.tfstate
run "$SREBOX" drift check -o json one.tfstate two.tfstate
is "a block with type and value stays whole" "$(jq -r '.findings[] | .kind + " " + .path' "$T/out")" "changed /t.n/parameter/0/type"

# --- annotated YAML ---
printf 'a: 1 \342\234\205\nl: [{name: x, v: true}]\n' >notes.yaml
run "$SREBOX" drift check p.yaml notes.yaml
expect_code "without --annotated a note is part of the value" 1
printf 'a: 1\nl: \342\235\214 (why)\n  - name: x\n    v: true \342\234\205\n' >notes.yaml
run "$SREBOX" drift check p.yaml notes.yaml
refused "notes where YAML allows none" "notes.yaml:"
err_has "notes: hint" "--annotated"
run "$SREBOX" drift check --annotated p.yaml notes.yaml
expect_code "--annotated" 0

# --- prefixes ---
run "$SREBOX" drift check k8z:x p.yaml
refused "unknown prefix" 'unknown prefix "k8z:"'
err_has "unknown prefix: nearest" "k8s:x"
run "$SREBOX" drift check https://example.com/p.yaml p.yaml
refused "a URL" "https:"
err_has "a URL: hint" "URLs are not read"
run "$SREBOX" drift check yaml: p.yaml
refused "a prefix alone" "names no file"
run "$SREBOX" drift check "" p.yaml
refused "an empty operand" "names no file"
run "$SREBOX" drift check json:p.yaml p.json
refused "YAML forced to be JSON" "p.yaml:1:1"
run "$SREBOX" drift check p.yaml p.json p.txt
refused "three sides" "p.txt"
done_testing
