#!/bin/sh
# A secret is never shown: not in a report, not in a message, not in a baseline. Equality stays visible.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
formats="text json jsonl csv html markdown junit sarif"

# never NAME PLAN ACTUAL: S3CR3T... is in no output of check, whatever the format.
never() {
    for f in $formats; do
        run "$SREBOX" drift check --show-ignored -o "$f" "$2" "$3"
        is "$1, $f: drift is seen" "$code" 1
        if grep -q S3CR3T "$T/out" "$T/err"; then fail "$1, $f: no secret"; else pass "$1, $f: no secret"; fi
    done
    rm -f base.json
    run "$SREBOX" drift accept -b base.json -r why "$2" "$3"
    expect_code "$1, accept" 0
    if grep -q S3CR3T base.json "$T/out" "$T/err"; then fail "$1, baseline: no secret"; else pass "$1, baseline: no secret"; fi
}

# --- key names ---
cat >p.yaml <<'END'
db: {password: S3CR3T-1, size: 1, apiKey: S3CR3T-2, old_token: S3CR3T-9}
api_tokens: [S3CR3T-t1, S3CR3T-t2]
accounts:
  - {password: S3CR3T-p1}
  - {password: S3CR3T-p2}
END
cat >a.yaml <<'END'
db: {password: S3CR3T-3, size: 2, apiKey: [S3CR3T-4], old_token: {x: S3CR3T-5}}
api_tokens: [S3CR3T-t1, S3CR3T-t3]
accounts:
  - {password: S3CR3T-p2}
  - {password: S3CR3T-p3}
extra: {name: web, client_secret: S3CR3T-6, nested: [{private_key: "S3CR3T-7 line"}]}
END
never "key names" p.yaml a.yaml

# --- texts that hold one ---
cat >tp.yaml <<'END'
web: {environment: [A=1, DB_PASSWORD=S3CR3T-e1, API_TOKEN=S3CR3T-e2], url: "https://u:S3CR3T-u1@h"}
hosts: [{url: "https://u:S3CR3T-k1@h", size: 1}]
fleet: {count: 1, env: [TOKEN=S3CR3T-f1], type: a}
END
cat >ta.yaml <<'END'
web: {environment: [DB_PASSWORD=S3CR3T-e3, A=1], url: "https://u:S3CR3T-u2@h"}
hosts: [{url: "https://u:S3CR3T-k1@h", size: 2}]
fleet: {w1: {env: [TOKEN=S3CR3T-f1], type: a}, w2: {env: [TOKEN=S3CR3T-f1], type: b}}
more: {command: [serve, --password=S3CR3T-c1], dsn: "pg://u:S3CR3T-u3@h/db"}
END
never "texts" tp.yaml ta.yaml
run "$SREBOX" drift check tp.yaml ta.yaml
out_has "what it is of is shown" "DB_PASSWORD=(sensitive"

# --- rules that quote values, and rules that fail on them ---
printf 'rules: [{id: q, severity: low, why: "{expected} {actual} {key} {resource}"}]\n' >quote.yaml
run "$SREBOX" drift check -p quote.yaml -o json p.yaml a.yaml
if grep -q S3CR3T "$T/out" "$T/err"; then fail "why: no secret"; else pass "why: no secret"; fi
for when in 'actual.nope == expected' 'int(actual) == 1' 'int(string(actual)) == 1' 'duration(actual) == duration(expected)' \
    'actual.matches(string(expected) + "(")' 'type(actual) == string && actual.substring(100) == "x"'; do
    printf 'rules: [{id: q, severity: low, why: w, when: %s}]\n' "'$when'" >fail.yaml
    for f in text json jsonl csv html markdown junit sarif; do
        run "$SREBOX" drift check -p fail.yaml -o $f p.yaml a.yaml
        is "$when fails, $f: no secret" "$code $(cat "$T/out" "$T/err" | grep -c S3CR3T)" "2 0"
    done
    err_has "$when fails" "could not judge"
    printf 'ignore: [{reason: w, when: %s}]\n' "'$when'" >unsure.yaml
    run "$SREBOX" drift check --ignore unsure.yaml p.yaml a.yaml
    err_has "$when fails in an ignore file" "the ignore rule could not judge"
    is "$when fails in an ignore file: no secret" "$code $(cat "$T/out" "$T/err" | grep -c S3CR3T)" "2 0"
done

# --- Kubernetes ---
cat >k1.yaml <<'END'
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: n}
data: {a: S3CR3TYQ==, b: S3CR3TYg==}
END
cat >k2.yaml <<'END'
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: n}
data: {a: S3CR3TeA==, c: S3CR3TYw==}
stringData: {d: S3CR3T-d}
END
never "a Kubernetes Secret" k1.yaml k2.yaml

# --- Terraform ---
state() { # VALUE
    cat <<END
{"version": 4, "terraform_version": "1.6.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": [
 {"mode": "managed", "type": "aws_db_instance", "name": "main", "provider": "p", "instances": [
  {"schema_version": 0, "attributes": {"endpoint_text": "S3CR3T-$1", "size": "$1"},
   "sensitive_attributes": [[{"type": "get_attr", "value": "endpoint_text"}]]}]}]}
END
}
state one >s1.tfstate
state two >s2.tfstate
never "a Terraform state" tfstate:s1.tfstate tfstate:s2.tfstate

# --- equality ---
printf 'a: {password: x1}\nb: {password: x1}\nc: {password: x1}\n' >p.yaml
printf 'a: {password: y2}\nb: {password: y2}\nc: {password: z3}\n' >a.yaml
run "$SREBOX" drift check p.yaml a.yaml
tags=$(grep -oE '\(sensitive [0-9a-f]{6}\)' "$T/out" | sort | uniq -c | awk '{print $1}' | sort -n | tr '\n' ' ')
is "equal values have equal tags" "$tags" "1 2 3 "
grep -oE '\(sensitive [0-9a-f]{6}\)' "$T/out" | sort -u >first
run "$SREBOX" drift check p.yaml a.yaml
grep -oE '\(sensitive [0-9a-f]{6}\)' "$T/out" | sort -u >second
if cmp -s first second; then fail "tags are of this run only"; else pass "tags are of this run only"; fi
run "$SREBOX" drift check -o json p.yaml a.yaml
is "json says masked and different" "$(jq -c '[.findings[0] | .expected, .actual, .masked, .equal]' "$T/out")" '["(sensitive)","(sensitive)",true,false]'
cp "$T/out" first
run "$SREBOX" drift check -o json p.yaml a.yaml
ok "json is the same in every run" cmp "$T/out" first
done_testing
