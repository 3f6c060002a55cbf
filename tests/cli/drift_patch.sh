#!/bin/sh
# Repairs on paper: the four formats, what each refuses, and that nothing is printed or done but that.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
patch() { run "$SREBOX" drift patch "$@"; }
compact() { jq -c . "$T/out"; }

# refused_patch NAME TEXT HINT: nothing on stdout, and every option the hint names exists.
refused_patch() {
    refused "$1" "$2"
    err_has "$1: hint" "$3"
    grep '^  hint: ' "$T/err" | grep -oE -e '--[a-z-]+' | sort -u >options
    while IFS= read -r option; do
        ok "$1: $option is an option of patch" grep -qE -e "(^|[ ,])$option( |\$|=)" "$T/help"
    done <options
}
run "$SREBOX" drift patch --help
cp "$T/out" "$T/help"

# --- one pair, four formats ---
printf 'a: 1\nl: [u, v]\nm: {o: 1}\n' >p.yaml
printf 'a: 2\nl: [v, w]\nm: {o: 1, q: 2}\n' >a.yaml
patch p.yaml a.yaml
expect_code "json-patch, which is the default" 0
is "json-patch" "$(jq -c '.[]' "$T/out")" '{"op":"test","path":"/l/1","value":"w"}
{"op":"remove","path":"/l/1"}
{"op":"test","path":"/m/q","value":2}
{"op":"remove","path":"/m/q"}
{"op":"add","path":"/l/-","value":"u"}
{"op":"test","path":"/a","value":2}
{"op":"replace","path":"/a","value":1}'
is "json-patch: nothing is said" "$(cat "$T/err")" ""
cp "$T/out" default
patch --format json-patch p.yaml a.yaml
ok "json-patch by name is the same" cmp "$T/out" default
patch --format merge-patch p.yaml a.yaml
is "merge-patch" "$code $(compact)" '0 {"a":1,"l":["v","u"],"m":{"q":null}}'
patch --format plan p.yaml a.yaml
is "plan: every value of the plan is tested before it goes" \
    "$code $(jq -c 'map(select(.op == "test") | .value)' "$T/out")" '0 ["u",1]'
is "plan: what reality has" "$(jq -c 'map(select(.op != "test" and .value)) | map([.op, .path, .value])' "$T/out")" \
    '[["add","/m/q",2],["add","/l/-","w"],["replace","/a",2]]'
patch --format kubectl p.yaml a.yaml
refused_patch "kubectl for something else" "kubectl commands need Kubernetes manifests on both sides" "k8s:PATH"
patch --format jsonpatch p.yaml a.yaml
refused_patch "an unknown format" "jsonpatch" "json-patch"
patch -o json p.yaml a.yaml
refused "a patch is no report" "json"

# --- nothing to do ---
for f in json-patch plan; do
    patch --format $f p.yaml p.yaml
    is "$f: in sync" "$code $(compact)" "0 []"
done
patch --format merge-patch p.yaml p.yaml
is "merge-patch: in sync" "$code $(compact)" "0 {}"

# --- options of check count here too ---
printf 'ignore: [{path: /a, reason: r}, {path: /m/q, reason: r}]\n' >i.yaml
patch --ignore i.yaml p.yaml a.yaml
is "--ignore leaves out" "$(jq -r '.[].path' "$T/out" | sort -u | tr '\n' ' ')" "/l/- /l/1 "
patch --list /l=ordered p.yaml a.yaml
is "--list" "$(jq -c 'map(select(.path | startswith("/l"))) | map([.op, .path, .value])' "$T/out")" \
    '[["test","/l/1","w"],["remove","/l/1",null],["add","/l/0","u"]]'
printf 'a: 1\n' >n1.yaml
printf 'a: 1.0\n' >n2.yaml
patch n1.yaml n2.yaml
is "what is equal in meaning is left alone" "$(compact)" "[]"
patch --without numbers n1.yaml n2.yaml
is "--without" "$(jq -c 'map(.op)' "$T/out")" '["test","replace"]'

# --- secrets ---
printf 'db: {password: S3CR3T-1, size: 1}\n' >sp.yaml
printf 'db: {password: S3CR3T-2, size: 2}\n' >sa.yaml
printf 'ignore: [{path: "**/password", reason: r}]\n' >si.yaml
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: UzNDUjNULTE=}\n' >kp.yaml
printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: UzNDUjNULTI=}\n' >ka.yaml
for f in json-patch merge-patch plan; do
    patch --format $f sp.yaml sa.yaml
    refused_patch "$f: a secret" "sp.yaml:1:16: /db/password: the patch would show a secret" "--reveal"
    err_lacks "$f: a secret is not in the message" S3CR3T
    patch --format $f --ignore si.yaml sp.yaml sa.yaml
    expect_code "$f: without the secret" 0
    out_lacks "$f: without the secret" S3CR3T
    patch --format $f --reveal sp.yaml sa.yaml
    expect_code "$f: --reveal" 0
    out_has "$f: --reveal" S3CR3T
done
for f in json-patch merge-patch plan kubectl; do
    patch --format $f kp.yaml ka.yaml
    refused_patch "$f: a Kubernetes Secret" "the patch would show a secret" "--reveal"
    if grep -q UzND "$T/err"; then fail "$f: no data of a Secret in the message"; else pass "$f: no data of a Secret in the message"; fi
    patch --format $f --reveal kp.yaml ka.yaml
    out_has "$f: --reveal of a Kubernetes Secret" UzND
done
printf '{}\n' >none.yaml
patch sp.yaml none.yaml
refused_patch "a secret inside what is missing" "/db: the patch would show a secret" "--reveal"
printf 'reveal: true\n' >conf.yaml
SREBOX_DRIFT_REVEAL=1 "$SREBOX" drift patch sp.yaml sa.yaml >"$T/out" 2>"$T/err"
code=$?
if grep -q S3CR3T "$T/out"; then fail "secrets are revealed by a flag only"; else pass "secrets are revealed by a flag only"; fi

# --- what a format cannot say ---
printf 'a: {b: {c: null, d: 1}}\n' >np.yaml
printf 'a: {}\n' >na.yaml
patch --format merge-patch np.yaml na.yaml
refused_patch "merge-patch: null" "/a/b/c: a merge patch cannot set null" "--format json-patch"
patch np.yaml na.yaml
expect_code "json-patch: null" 0
printf 'a: .inf\n' >inf.yaml
patch inf.yaml n1.yaml
refused_patch "no JSON for .inf" "inf.yaml:1:4: /a: JSON has no .inf" "--ignore"
patch n1.yaml inf.yaml
refused "nor for the value that a test would name" ".inf"
patch "tfplan:$SB_SRC/tests/golden/drift-sources/terraform/plan.json"
refused_patch "something is not known yet" "could not be checked: a patch would be half" "srebox drift check"
patch p.yaml
refused "one side" "only one side"
printf 'a: [\n' >bad.yaml
patch p.yaml bad.yaml
refused "a bad side" "bad.yaml:2:1"

# --- kubectl ---
service() { printf 'apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s}\nspec: {type: %s}\n---\n' "$@"; }
{ service web prod LoadBalancer; service gone prod ClusterIP; } >kp.yaml
{ service web prod ClusterIP; printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stray, namespace: prod}\ndata: {a: b}\n'; } >ka.yaml
patch --format kubectl kp.yaml ka.yaml
is "kubectl" "$code $(cat "$T/out")" "0 kubectl patch -n prod Service/web --type=json -p '[{\"op\":\"test\",\"path\":\"/spec/type\",\"value\":\"ClusterIP\"},{\"op\":\"replace\",\"path\":\"/spec/type\",\"value\":\"LoadBalancer\"}]'
# missing: kp.yaml:6
kubectl apply -f - <<'EOF'
{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"gone\",\"namespace\":\"prod\"},\"spec\":{\"type\":\"ClusterIP\"}}
EOF
kubectl delete -n prod ConfigMap/stray"

ports='spec: {type: NodePort, selector: {app: web, tier: b}, ports: [{name: http, port: 80}]}'
renamed() { printf 'apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n%s\n' "$1" "$ports"; }
renamed old >kp.yaml
renamed new >ka.yaml
patch --format kubectl kp.yaml ka.yaml
is "kubectl: a renamed resource is made anew" "$code $(cat "$T/out")" "0 # renamed: kubectl cannot rename; this makes the planned one, see kp.yaml:1
kubectl apply -f - <<'EOF'
{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"old\",\"namespace\":\"default\"},\"spec\":{\"type\":\"NodePort\",\"selector\":{\"app\":\"web\",\"tier\":\"b\"},\"ports\":[{\"name\":\"http\",\"port\":80}]}}
EOF
kubectl delete -n default Service/new"

# --- hostile values: nothing of them reaches a terminal raw ---
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "\\e[2J\\u202e\\u2066\\u200b\\x9b"}\n' >kp.yaml
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: x}\n' >ka.yaml
for f in json-patch merge-patch plan kubectl; do
    patch --format $f kp.yaml ka.yaml
    expect_code "$f: hostile values" 0
    if LC_ALL=C tr -d '\n\040-\176' <"$T/out" | grep -q .; then fail "$f: only printable ASCII here"; else pass "$f: only printable ASCII here"; fi
done

# --- nothing is done ---
cat a.yaml >before
patch p.yaml a.yaml
ok "the sides are as they were" cmp a.yaml before
if [ -w /dev/full ]; then
    code=0
    "$SREBOX" drift patch p.yaml a.yaml >/dev/full 2>"$T/err" || code=$?
    : >"$T/out"
    refused "full disk" "No space left"
else skip "full disk" "no /dev/full"; fi
done_testing
