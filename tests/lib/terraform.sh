# Sourced after tap.sh: Terraform's own files made from tests/golden/drift-sources/terraform, and what
# they must show. Used on the stored ones and on fresh ones.
# shellcheck shell=sh

# terraform_make TOOL: in the working directory, from a copy of the configuration. Nothing is fetched.
terraform_make() {
    cp -R "$SB_SRC"/tests/golden/drift-sources/terraform/. . &&
        rm -f before.json before.tfstate plan.json after.tfstate &&
        CHECKPOINT_DISABLE=1 && export CHECKPOINT_DISABLE &&
        "$1" init -no-color -input=false &&
        "$1" apply -no-color -input=false -auto-approve -var-file=before.tfvars &&
        cp terraform.tfstate before.tfstate &&
        "$1" show -no-color -json >before.json &&
        "$1" plan -no-color -input=false -var-file=after.tfvars -out=saved &&
        "$1" show -no-color -json saved >plan.json &&
        "$1" apply -no-color -input=false saved &&
        cp terraform.tfstate after.tfstate
}

# terraform_pair FORMAT "PLAN ACTUAL": runs check in the folder; the working directory is a test's own.
terraform_pair() {
    # shellcheck disable=SC2086 # operands without blanks
    run in_folder "$terraform_folder" "$SREBOX" drift check -o "$1" $2
}

in_folder() { (cd "$1" && shift && "$@"); }

# terraform_findings FILE: "kind resource attribute" a line, sorted.
terraform_findings() {
    jq -r '.findings[] | [.kind, .resource, .attribute // ""] | join(" ")' "$1" | LC_ALL=C sort
}

# terraform_check FOLDER
terraform_check() {
    terraform_folder=$1
    echo '{"format_version":"1.0"}' >empty.json
    for pair in "before.tfstate before.json" "before.json before.tfstate"; do
        terraform_pair json "$pair"
        expect_code "$pair: one state" 0
    done
    cat >want <<'WANT'
changed output.motd 
changed terraform_data.db input
changed terraform_data.db triggers_replace.motd
changed terraform_data.web["a"] input.size
extra module.store["y.z"].terraform_data.disk 
extra terraform_data.web["b c"] 
missing terraform_data.web["d"] 
missing terraform_data.worker[2] 
WANT
    for pair in "tfplan:plan.json" "plan.json plan.json" "plan.json before.tfstate" "plan.json before.json"; do
        terraform_pair json "$pair"
        expect_code "$pair: something is not known yet" 2
        terraform_findings "$T/out" >got
        is "$pair: what the plan would do" "$(cat got)" "$(cat want)"
        is "$pair: an output that is not known yet is no finding" \
            "$(jq -r '.findings[] | select(.resource == "output.address") | .kind' "$T/out")" ""
    done
    terraform_pair json "plan.json after.tfstate"
    expect_code "a plan and what its apply made: something was not known" 2
    is "a plan and what its apply made: no finding" "$(jq -c .summary.findings "$T/out")" 0
    for f in text json jsonl csv html markdown junit sarif; do
        for pair in "tfplan:plan.json" "plan.json before.tfstate" "before.tfstate after.tfstate" \
            "before.json after.tfstate" "before.tfstate $T/work/empty.json"; do
            terraform_pair "$f" "$pair"
            if [ -s "$T/out" ] && ! grep -q S3CR3T "$T/out" "$T/err"; then
                pass "$pair, $f: nothing sensitive"
            else
                fail "$pair, $f: nothing sensitive"
            fi
        done
    done
}
