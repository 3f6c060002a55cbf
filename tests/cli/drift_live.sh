#!/bin/sh
# What a cluster and a provider add by themselves is no drift, and what somebody did is: files as they
# are in version control against what comes back from where they were applied.
. "$SB_SRC/tests/lib/tap.sh"

have jq || skip_all "jq is not installed"
dir=$SB_SRC/tests/golden/drift-live
run "$SREBOX" drift check "k8s:$dir/git.yaml" "k8s:$dir/live.yaml"
expect_code "a cluster's own fields are no drift" 0
run "$SREBOX" drift check --without k8s-fields -o json "k8s:$dir/git.yaml" "k8s:$dir/live.yaml"
ok "unless asked for" jq -e '.summary.findings > 100' "$T/out"

# found NAME SED FILTER: after SED on the live side there is exactly one finding, and FILTER holds of it.
found() {
    sed "$2" "$dir/live.yaml" >live.yaml
    run "$SREBOX" drift check -o json "k8s:$dir/git.yaml" k8s:live.yaml
    ok "$1" jq -e "(.findings | length) == 1 and (.findings[0] | $3)" "$T/out"
}
# none NAME SED: no finding.
none() {
    sed "$2" "$dir/live.yaml" >live.yaml
    run "$SREBOX" drift check "k8s:$dir/git.yaml" k8s:live.yaml
    expect_code "$1" 0
}
found "image" 's|shop/api:1.4.2|shop/api:1.4.3|' '.rule == "image-changed"'
found "limit" 's|maxReplicas: 10|maxReplicas: 30|' '.actual == 30'
found "claim" 's|storage: 1Gi|storage: 2Gi|' '.rule == "size-changed"'
found "privileged" 's|privileged: false|privileged: true|' '.severity == "critical"'
found "policy types" 's|- Ingress$|- Egress|' '.kind == "extra" and .actual == "Egress"'
found "a pod that nothing keeps" 's|controller: true|controller: false|' '.kind == "extra" and .resource == "core/Pod/shop/shop-api-7d9f-abcde"'
found "role" 's|^    name: view$|    name: admin|' '.severity == "high" and .rule == "role-rebound"'
found "replicas beyond the autoscaler" 's|replicas: 3$|replicas: 11|' '.rule == "replicas-changed"'
none "replicas of the autoscaler" 's|replicas: 3$|replicas: 7|'
found "replicas nobody scales" 's|replicas: 1$|replicas: 2|' '.rule == "replicas-changed"'
none "an allocated port" 's|nodePort: 30000|nodePort: 31234|'
found "an argument" 's|- :8080$|- :8081|' '.kind == "changed" and (.path | endswith("args/1"))'
found "a service's way in" 's|^    type: NodePort$|    type: LoadBalancer|' '.rule == "service-exposed"'

run "$SREBOX" drift check "$dir/recorded.tfstate" "$dir/refreshed.tfstate"
expect_code "a refreshed state is no drift" 0
run "$SREBOX" drift check -o json "$dir/recorded.tfstate" "$dir/drifted.tfstate"
expect_code "a drifted state" 1
# one NAME FILTER: exactly one finding matches.
one() { is "$1" "$(jq -r "[.findings[] | select($2)] | length" "$T/out")" 1; }
is "nothing but what is listed here" "$(jq -r .summary.findings "$T/out")" 17
one "open to the world" '.rule == "open-to-world" and .resource == "aws_security_group.web"'
one "its old source" '.kind == "missing" and .expected == "10.1.0.0/16"'
one "another rule" '.rule == "firewall-rule-extra" and (.attribute | contains("3389"))'
one "a policy that grants everything" '.rule == "iam-wildcard" and .actual == "s3:*"'
one "an instance that is gone" '.kind == "missing" and .resource == "aws_instance.job[\"b\"]"'
one "a user nobody planned" '.rule == "role-unapproved" and .resource == "aws_iam_user.bob"'
one "its size" '.attribute == "instance_type" and .rule == "size-changed"'
one "its disk" '(.attribute | endswith("volume_size")) and .rule == "size-changed"'
one "a tag once, not in tags_all again" '.actual == "dev"'
one "replaced" '.rule == "replaced" and .resource == "aws_instance.web[0]"'
is "what the provider chose" "$(jq -r '[.findings[] | select(.rule == "computed") | .attribute] | sort | join(" ")' "$T/out")" "arn private_ip public_ip"
one "backups" '.rule == "backup-off"'
one "zones" '.rule == "multi-az-lost"'
one "versions" '.rule == "versioning-off"'
one "a secret" '.attribute == "password" and .rule == "secret-changed"'
out_lacks "and it is masked" s3cret
done_testing
