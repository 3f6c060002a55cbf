#!/bin/sh
# The lines of `drift patch --format kubectl`, run by a shell with the real kubectl against a server
# that keeps objects in memory; then `drift check` finds nothing. And once without any server, by
# `kubectl patch --local`.
. "$SB_SRC/tests/lib/tap.sh"

have kubectl || skip_all "kubectl is not installed"
have jq || skip_all "jq is not installed"
python=
for p in python3 /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import jsonpatch, yaml' 2>/dev/null; then python=$p; fi
done
[ -n "$python" ] || skip_all "python3 with jsonpatch and yaml is not installed"
diag "$(kubectl version --client 2>/dev/null | head -n 1)"

to_json() { "$python" -c 'import json, sys, yaml; json.dump([d for d in yaml.safe_load_all(open(sys.argv[1])) if d], sys.stdout)' "$1"; }

# serve FILE: a server that holds the objects of FILE; kubectl and dump talk to it.
serve() {
    rm -f port
    to_json "$1" >objects.json
    "$python" "$SB_SRC/tests/peer/apiserver.py" objects.json port >server.log 2>&1 &
    server=$!
    tries=0
    while [ ! -f port ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    cat >config <<CONFIG
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "http://127.0.0.1:$(cat port)"}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {}}]
current-context: c
CONFIG
    KUBECONFIG=$PWD/config
    export KUBECONFIG
}

dump() {
    "$python" -c 'import sys, urllib.request as u; sys.stdout.write(u.urlopen("http://127.0.0.1:%s/dump" % sys.argv[1]).read().decode())' "$(cat port)" |
        jq '{apiVersion: "v1", kind: "List", items: .}' >dump.json
}

# repaired NAME PLAN ACTUAL [OPTION...]: drift before, none after.
repaired() {
    name=$1 plan=$2 actual=$3
    shift 3
    run "$SREBOX" drift check "k8s:$plan" "k8s:$actual"
    expect_code "$name: drift" 1
    serve "$actual"
    run "$SREBOX" drift patch --format kubectl "$@" "k8s:$plan" "k8s:$actual"
    expect_code "$name: a patch" 0
    cp "$T/out" commands.sh
    # the shell's own stdin is closed: every here-document must be kubectl's
    run sh -eu commands.sh
    expect_code "$name: kubectl takes every line" 0
    [ "$code" = 0 ] || diag "$(cat commands.sh)"
    dump
    kill "$server"
    wait "$server" 2>/dev/null
    run "$SREBOX" drift check "k8s:$plan" k8s:dump.json
    expect_code "$name: nothing is left" 0
    ls >files
    is "$name: no command inside a value has run" "$(grep -c pwned files)" 0
}

cat >plan.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {app.kubernetes.io/name: web, tier: front}}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - name: app
          image: "registry.example.com/web:1.2"
          args: ["--motd=it's $(touch pwned) `touch pwned2` ${HOME}", "two\nlines\\n", "EOF", "'; touch pwned3; '", "!!"]
          env: [{name: A, value: "x y"}, {name: B, value: "\"quoted\" \\ 'single'"}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: notes, namespace: prod}
data:
  text: |
    EOF
    $(touch pwned4)
    'EOF'
  "a/b~c": "é\u2028\U0001F600"
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:reader"}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: site, namespace: prod}
spec: {ingressClassName: nginx}
---
apiVersion: example.com/v1
kind: Ingress
metadata: {name: site, namespace: prod}
spec: {ingressClassName: other}
---
apiVersion: v1
kind: Service
metadata: {name: defaulted}
spec: {type: ClusterIP}
---
apiVersion: v1
kind: Namespace
metadata: {name: fresh}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: first, namespace: fresh}
data: {a: "it's $(touch pwned5)"}
YAML
cat >actual.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {app.kubernetes.io/name: web2, extra: "yes"}}
spec:
  replicas: 5
  template:
    spec:
      containers:
        - {name: side, image: side}
        - name: app
          image: "registry.example.com/web:1.3"
          args: ["--motd=hello"]
          env: [{name: B, value: "'\"$(touch pwned6)"}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: notes, namespace: prod}
data: {"it's": "`touch pwned7`", "a/b~c": x}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:reader"}
rules: [{apiGroups: [""], resources: [pods], verbs: ["*"]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: site, namespace: prod}
spec: {ingressClassName: haproxy}
---
apiVersion: example.com/v1
kind: Ingress
metadata: {name: site, namespace: prod}
spec: {ingressClassName: another}
---
apiVersion: v1
kind: Service
metadata: {name: defaulted}
spec: {type: LoadBalancer}
---
apiVersion: v1
kind: Namespace
metadata: {name: stray}
---
apiVersion: v1
kind: Secret
metadata: {name: stray, namespace: prod}
data: {a: eA==}
YAML
repaired "a cluster" plan.yaml actual.yaml --reveal

svc() { printf 'apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: prod}\nspec: {type: NodePort, selector: {app: web, tier: b}, ports: [{name: http, port: 80}]}\n' "$1"; }
svc old >plan.yaml
svc new >actual.yaml
repaired "a rename" plan.yaml actual.yaml

# --- without a server ---
cat >plan.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod}
spec: {replicas: 3, paused: false, template: {spec: {containers: [{name: app, image: "it's $(id)\n", args: [a, b]}]}}}
YAML
cat >actual.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {x: z}}
spec: {replicas: 4, paused: true, template: {spec: {containers: [{name: app, image: z, args: [b, c]}, {name: b, image: b}]}}}
YAML
run "$SREBOX" drift patch --format kubectl k8s:plan.yaml k8s:actual.yaml
is "one resource, one line" "$(wc -l <"$T/out")" 1
sed 's/^kubectl patch -n prod Deployment.apps\/web /kubectl patch --local -f actual.yaml -o yaml /' "$T/out" >local.sh
KUBECONFIG=/dev/null
run sh -eu local.sh
expect_code "kubectl patch --local" 0
cp "$T/out" result.yaml
run "$SREBOX" drift check k8s:plan.yaml k8s:result.yaml
expect_code "kubectl patch --local: nothing is left" 0
done_testing
