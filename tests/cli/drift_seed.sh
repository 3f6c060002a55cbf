#!/bin/sh
# The user's own example, finding by finding: what the data says, its severity and its place.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
ex=$SB_SRC/contrib/examples
run "$SREBOX" drift check -o json "$ex/infrastructure-plan.yaml" "$ex/infrastructure-actual.yaml"
expect_code "drift" 1
ok "stdout is JSON" jq -e . "$T/out"
out=$T/out

# count FILTER: how many findings match.
count() { jq -r "[.findings[] | select($1)] | length" "$out"; }
# one NAME FILTER: exactly one finding matches.
one() { is "$1" "$(count "$2")" 1; }

is "verdict" "$(jq -r .verdict "$out")" drift
is "schema" "$(jq -r .schema "$out")" srebox.drift/1
is "nothing but what is listed here" "$(jq -r .summary.findings "$out")" 33
is "critical" "$(jq -r .summary.by_severity.critical "$out")" 3
is "coverage" "$(jq -c .summary.coverage "$out")" '{"managed":8,"unmanaged":7,"missing":0,"unchecked":0}'

# web servers
one "count 3 against 4" '.kind == "count" and .expected == 3 and .actual == 4 and .resource == "web_servers"'
one "server_4 is the extra" '.kind == "extra" and .resource == "web_servers/server_4"'
is "and it says why" "$(jq -r '.findings[] | select(.resource == "web_servers/server_4") | .note' "$out" | grep -c 'server_4 is the extra')" 1
one "no other server is extra or missing" '(.kind == "extra" or .kind == "missing") and .attribute == "" and (.resource | startswith("web_servers/"))'
group() { # SERVER KIND GROUP
    one "$1: $2 group $3" '.resource == "web_servers/'"$1"'" and .kind == "'"$2"'" and (.path | contains("security_groups")) and (.actual // .expected) == "'"$3"'"'
}
group server_1 extra allow-mysql-3306
group server_1 extra allow-all-from-office
group server_2 extra custom-sg-12345
group server_2 missing allow-ssh-from-vpn
one "what a member lacks is named in that member" '.kind == "missing" and .path == "/production/web_servers/server_2/security_groups/1"'
group server_3 extra allow-ssh-from-anywhere
group server_3 missing allow-ssh-from-vpn
is "no more groups" "$(count '.path | contains("security_groups")')" 6
one "server_2: type" '.resource == "web_servers/server_2" and .attribute == "type" and .expected == "t3.medium" and .actual == "t3.large"'
one "server_2: ami" '.resource == "web_servers/server_2" and .attribute == "ami" and .actual == "ami-67890" and .severity == "high"'
is "server_3: two packages" "$(count '.resource == "web_servers/server_3" and .category == "packages" and .kind == "extra"')" 2
is "notes are notes" "$(count '.rule == "note" and .severity == "info"')" 3

# database
one "type" '.resource == "database" and .attribute == "type" and .actual == "db.t3.xlarge"'
one "engine" '.resource == "database" and .attribute == "engine" and .rule == "engine-version-changed"'
one "backup is critical" '.resource == "database" and .attribute == "backup" and .severity == "critical"'
one "multi_az" '.resource == "database" and .attribute == "multi_az" and .expected == true and .actual == false and .severity == "high"'
is "changes by hand" "$(count '.rule == "manual-changes"')" 3

# load balancer
one "certificate of 443" '.path == "/production/load_balancer/listeners/0/certificate" and .rule == "certificate-changed"'
one "listener 8080" '.kind == "extra" and .actual == {"port": 8080}'
one "listener 9000 is a debug port" '.kind == "extra" and .actual == {"port": 9000} and .rule == "debug-port" and .category == "security"'

# buckets
one "versioning" '.resource == "s3_buckets/prod-assets" and .attribute == "versioning" and .severity == "high"'
one "encryption is critical" '.resource == "s3_buckets/prod-assets" and .attribute == "encryption" and .severity == "critical" and .rule == "encryption-removed"'
one "prod-backups is extra and public" '.resource == "s3_buckets/prod-backups" and .kind == "extra" and .severity == "critical" and .rule == "public-access"'
one "temp-test-bucket" '.resource == "s3_buckets/temp-test-bucket" and .kind == "extra" and .severity == "medium"'

# roles
for role in admin-emergency-role bob-test-role contractor-access temp-role-123; do
    one "role $role" '.kind == "extra" and .category == "security" and .rule == "role-unapproved" and .actual == "'$role'"'
done
is "four roles" "$(count '.path | contains("iam_roles")')" 4

# places, sentences, fingerprints
one "a place in the plan" '.attribute == "backup" and .plan_at.line == 17 and (.plan_at.file | endswith("infrastructure-plan.yaml")) and .actual_at.line == 44'
is "every finding has a sentence" "$(count '(.why | length) > 5 and (.rule | length) > 0')" 33
is "every finding has its own fingerprint" "$(jq -r '.findings[].fingerprint' "$out" | sort -u | grep -cE '^[0-9a-f]{32}$')" 33
is "consequences are the five" "$(jq -r '[.findings[].consequences[]] | unique | join(" ")' "$out")" "compliance cost operations reproducibility security"

# the annotated original says the same
cp "$out" "$T/clean.json"
run "$SREBOX" drift check --annotated -o json "$ex/infrastructure-plan.yaml" "$ex/infrastructure-actual-annotated.yaml"
expect_code "annotated" 1
is "the annotated file gives the same findings" \
    "$(jq -c '[.findings[] | [.fingerprint, .severity, .rule]]' "$T/out")" \
    "$(jq -c '[.findings[] | [.fingerprint, .severity, .rule]]' "$T/clean.json")"

# the text report
run "$SREBOX" drift check "$ex/infrastructure-plan.yaml" "$ex/infrastructure-actual.yaml"
is "the verdict comes first" "$(sed -n 1p "$T/out")" "DRIFT: 33 findings: 3 critical, 14 high, 13 medium, 3 info"
# shellcheck disable=SC2016 # awk reads it
ok "within 80 columns" awk 'length($0) > 80 && !/^(plan|actual) / { exit 1 }' "$T/out"
is "grouped by category" "$(grep -cE '^(COMPUTE|DATABASE|NETWORK|STORAGE|SECURITY|PACKAGES)  ' "$T/out")" 6
out_has "plan line" "plan:17"
if grep -q "$(printf '\033')" "$T/out"; then fail "no colour in a file"; else pass "no colour in a file"; fi
run "$SREBOX" drift check --color always "$ex/infrastructure-plan.yaml" "$ex/infrastructure-actual.yaml"
is "colour when asked for" "$(sed "s/$(printf '\033')\[[0-9;]*m//g" "$T/out" | head -n 1)" "DRIFT: 33 findings: 3 critical, 14 high, 13 medium, 3 info"
ok "colour is there" grep -q "$(printf '\033')" "$T/out"

# --fail-on, in sync
for s in info low medium high critical; do
    run "$SREBOX" drift check --fail-on $s "$ex/infrastructure-plan.yaml" "$ex/infrastructure-actual.yaml"
    expect_code "--fail-on $s" 1
done
printf 'thing: {a: 1}\n' >p.yaml
printf 'thing: {a: 2}\n' >a.yaml
run "$SREBOX" drift check --fail-on high p.yaml a.yaml
expect_code "less severe than --fail-on" 0
out_has "and still drift" "DRIFT: 1 finding"
run "$SREBOX" drift check --fail-on medium p.yaml a.yaml
expect_code "as severe as --fail-on" 1
run "$SREBOX" drift check p.yaml p.yaml
expect_code "in sync" 0
is "in sync" "$(sed -n 1p "$T/out")" "IN SYNC: no drift"
run "$SREBOX" drift check -o json p.yaml p.yaml
is "in sync as JSON" "$(jq -r '.verdict, .summary.findings' "$T/out" | tr '\n' ' ')" "in-sync 0 "
done_testing
