"""Applies what `drift patch` prints with python3-jsonpatch, which knows nothing of srebox, and asks
`drift check` about the result. One line a case: "ok NAME" or "not ok NAME: why".

Usage: apply_patches.py SREBOX SOURCE-TREE FOLDER
"""
import copy
import json
import os
import random
import subprocess
import sys

import jsonpatch
import yaml

srebox, tree, folder = sys.argv[1:]


def run(*args):
    done = subprocess.run([srebox, "drift", *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def merge(target, patch):
    """RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


class Plain:
    """A document as it is."""

    prefix = "json:"

    @staticmethod
    def tree(path):
        with open(path, encoding="utf-8") as f:
            return json.load(f) if path.endswith(".json") else yaml.safe_load(f)

    @staticmethod
    def dump(root):
        return json.dumps(root)


class Kubernetes:
    """Manifests: the patch speaks of a map of GROUP/KIND/NAMESPACE/NAME."""

    prefix = "k8s:"
    bare = ("Namespace", "ClusterRole", "StorageClass")

    @classmethod
    def tree(cls, path):
        root = {}
        with open(path, encoding="utf-8") as f:
            for doc in yaml.safe_load_all(f):
                group = doc["apiVersion"].rpartition("/")[0] or "core"
                meta = doc["metadata"]
                if doc["kind"] in cls.bare:
                    space = "-"
                else:
                    space = meta.setdefault("namespace", "default")
                root[f"{group}/{doc['kind']}/{space}/{meta['name']}"] = doc
        return root

    @staticmethod
    def dump(root):
        return "---\n" + "---\n".join(json.dumps(doc) + "\n" for doc in root.values())


class State:
    """Terraform state: the patch speaks of a map of addresses to attributes."""

    prefix = "tfstate:"

    @staticmethod
    def tree(path):
        root = {}
        with open(path, encoding="utf-8") as f:
            for resource in json.load(f)["resources"]:
                for instance in resource["instances"]:
                    address = f"{resource['type']}.{resource['name']}"
                    if "index_key" in instance:
                        address += f"[{json.dumps(instance['index_key'])}]"
                    root[address] = instance["attributes"]
        return root

    @staticmethod
    def dump(root):
        resources = []
        for address, attributes in root.items():
            kind, _, rest = address.partition(".")
            name, _, index = rest.partition("[")
            instance = {"attributes": attributes}
            if index:
                instance["index_key"] = json.loads(index[:-1])
            resources.append({"mode": "managed", "type": kind, "name": name, "instances": [instance]})
        return json.dumps({"version": 4, "terraform_version": "1.6.0", "serial": 2, "lineage": "x",
                           "resources": resources})


def try_format(kind, how, plan, actual):
    """None when all is well, "refused" when a merge patch cannot say it, else what is wrong."""
    code, out, err = run("patch", "--reveal", "--format", how, kind.prefix + plan if kind != Plain else plan,
                         kind.prefix + actual if kind != Plain else actual)
    if how == "merge-patch" and code == 2 and "cannot set null" in err and out == "":
        return "refused"
    if code != 0:
        return f"{how}: status {code}: {err}"
    patch = json.loads(out)
    target = kind.tree(plan if how == "plan" else actual)
    before = copy.deepcopy(target)
    try:
        after = merge(target, patch) if how == "merge-patch" else jsonpatch.apply_patch(target, patch)
    except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as wrong:
        return f"{how}: {type(wrong).__name__}: {wrong}: {out}"
    if before != target:
        return f"{how}: the peer changed its input"
    result = os.path.join(folder, "result")
    with open(result, "w", encoding="utf-8") as f:
        f.write(kind.dump(after))
    sides = [result, actual] if how == "plan" else [plan, result]
    sides = [s if kind == Plain and s != result else kind.prefix + s for s in sides]
    code, out, err = run("check", *sides)
    return None if code == 0 else f"{how}: check says {code}: {out}{err}"


def try_pair(name, kind, plan, actual, drifted=True):
    """Prints the verdict; returns how many merge patches were refused."""
    code, out, err = run("check", *[s if kind == Plain else kind.prefix + s for s in (plan, actual)])
    wrong = [] if code == 1 or not drifted and code == 0 else [f"check says {code}: {out}{err}"]
    refused = 0
    for how in ("json-patch", "merge-patch", "plan"):
        why = try_format(kind, how, plan, actual)
        if why == "refused":
            refused += 1
        elif why:
            wrong.append(why)
    if wrong:
        print("not ok", name + ":", " | ".join(wrong).replace("\n", "\\n")[:2000])
        for side in (plan, actual):
            with open(side, encoding="utf-8") as f:
                print("#", side, f.read().replace("\n", "\n# ")[:4000])
    else:
        print("ok", name)
    return refused


# --- pairs written by hand ---

PAIRS = {
    "a name that changed": ("hosts: {alpha: {type: a, ami: b, zone: c, disk: 8, tags: [x, y]}, two: {type: z}}",
                            "hosts: {omega: {type: a, ami: b, zone: c, disk: 8, tags: [x, y]}, two: {type: z}}"),
    "a set": ("l: [a, b, c, d]", "l: [d, x, b, y]"),
    "a list of maps, shuffled": ("l: [{name: a, v: 1}, {name: b, v: [1, 2]}, {name: c}]",
                                 "l: [{name: d, v: 9}, {name: c, w: 0}, {name: b, v: [2, 3]}]"),
    "a list without names": ("l: [{a: 1, b: 2}, {a: 3, b: 4}, {c: 1}]", "l: [{c: 2}, {a: 3, b: 5}, {z: 1}]"),
    "a list of lists": ("l: [[1, 2], [3, 4]]", "l: [[3], [1, 2, 5], []]"),
    "keys that have to be escaped": ('{"a/b": {"~": 1, "~1": 2, "": 3, "0": 4}}',
                                     '{"a/b": {"~": 2, "~0": 2, "": 4, "1": [4]}}'),
    "another type": ("{a: {b: 1}, c: [1], d: x}", "{a: [1], c: {b: 1}, d: {x: 1}}"),
    "the whole document": ("a: 1", "[1, 2]"),
    "a fleet with one too many": ("w: {type: a, count: 2, tags: [x]}",
                                  "w: {s_1: {type: a, tags: [x]}, s_2: {type: b, tags: [y]}, s_3: {type: q}}"),
    "a fleet with too few": ("w: {type: a, count: 4}", "w: {s_1: {type: a}, s_7: {type: c}}"),
    "a fleet as a list": ("w: {type: a, count: 3}", "w: [{type: a}, {type: b}]"),
    "secrets, when they may be written": ("db: {password: one, token: [a, b]}", "db: {password: two, token: [b, c]}"),
    "a policy inside a string": (
        'p: \'{"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}\'',
        'p: \'{"Statement": {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}}\''),
    "numbers and quantities": ("{a: 1, cpu: 500m, memory: 1Gi, big: 12345678901234567890123}",
                               "{a: 1.5, cpu: '1', memory: 1024Mi, big: 12345678901234567890124}"),
    "text of all kinds": ('a: "é\\u2028\\n\\t\\"\\\\ \\U0001F600"', 'a: "\\u202e\\x07"'),
    "lists that are not there": ("a: {b: [one, two], c: {d: [x]}}", "a: {b: null}"),
}

K8S = ("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {app.kubernetes.io/name: web, tier: a}}
spec:
  replicas: 3
  template:
    spec:
      containers:
        - {name: app, image: "web:1", args: [--a, --b], resources: {limits: {cpu: "1", memory: 1Gi}}}
        - {name: log, image: "log:1"}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: prod}
spec: {ports: [{name: http, port: 80}, {name: https, port: 443}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: prod}
""", """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: prod}
spec: {ports: [{name: https, port: 8443}, {name: debug, port: 9000}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: prod, labels: {app.kubernetes.io/name: web2}}
spec:
  replicas: 5
  template:
    spec:
      containers:
        - {name: side, image: "side:1"}
        - {name: app, image: "web:2", args: [--b, --c], resources: {limits: {cpu: 900m}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: stray}
data: {a: "1"}
""")

STATE = ({"aws_db_instance.main": {"engine": "13.4", "tags": {"a": "b"}, "groups": ["x", "y"]},
          "aws_instance.web[0]": {"type": "t3.medium", "disks": [{"id": "a", "size": 8}]},
          'aws_route.site["www.example.com"]': {"ttl": 60}},
         {"aws_db_instance.main": {"engine": "14.2", "tags": {}, "groups": ["y", "z"]},
          "aws_instance.web[0]": {"type": "t3.large", "disks": [{"id": "b", "size": 9}, {"id": "a", "size": 10}]},
          "aws_instance.web[1]": {"type": "t3.small"}})


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


# --- random pairs (no key "-": python3-jsonpatch takes it for the end of a list in maps too) ---

WORDS = ["a", "b", "name", "a/b", "~", "type", "", "0", "enabled", "ami-1", "t3", "port", "x y", "ö", "id"]


def scalar(r):
    return r.choice([None, True, False, 0, 1, 2.5, 1e3, "22", "1", "500m", *WORDS])


def value(r, depth):
    what = r.random() if depth < 4 else 0
    if what < 0.35:
        return scalar(r)
    if what < 0.6:
        return {r.choice(WORDS): value(r, depth + 1) for _ in range(r.randrange(5))}
    if what < 0.75:
        return [{"name": f"n{k}", "v": value(r, depth + 1)} for k in r.sample(range(9), r.randrange(6))]
    if what < 0.85:
        return [scalar(r) for _ in range(r.randrange(6))]
    return [value(r, depth + 1) for _ in range(r.randrange(4))]


def drifted(r, v, depth=0):
    what = r.random()
    if what < 0.07:
        return value(r, depth)
    if isinstance(v, dict):
        out = {(r.choice(WORDS) if r.random() < 0.08 else k): drifted(r, x, depth + 1)
               for k, x in v.items() if r.random() > 0.08}
        if what > 0.85:
            out[r.choice(WORDS)] = value(r, depth + 1)
        return out
    if isinstance(v, list):
        out = [drifted(r, x, depth + 1) for x in v if r.random() > 0.1]
        if what > 0.8:
            out.append(value(r, depth + 1))
        if what > 0.6:
            r.shuffle(out)
        return out
    return v


def fleet(r):
    template = {"type": r.choice(WORDS), "tags": [r.choice(WORDS) for _ in range(2)]}
    members = {f"server_{k}": drifted(r, template) for k in r.sample(range(9), r.randrange(1, 6))}
    return {**template, "count": r.randrange(1, 6)}, members


def random_pair(seed):
    r = random.Random(seed)
    plan = {f"k{i}": value(r, 0) for i in range(4)}
    actual = drifted(r, plan)
    actual = actual if isinstance(actual, dict) else {}
    if r.random() < 0.5:
        plan["fleet"], actual["fleet"] = fleet(r)
    return plan, actual


def main():
    example = os.path.join(tree, "contrib", "examples", "infrastructure-")
    try_pair("the user's example", Plain, example + "plan.yaml", example + "actual.yaml")
    for name, (plan, actual) in PAIRS.items():
        try_pair(name, Plain, write("plan.yaml", plan), write("actual.yaml", actual))
    try_pair("Kubernetes", Kubernetes, write("plan.yaml", K8S[0]), write("actual.yaml", K8S[1]))
    try_pair("Terraform state", State, write("plan.json", State.dump(STATE[0])),
             write("actual.json", State.dump(STATE[1])))
    refused = 0
    for seed in range(int(os.environ.get("SB_PAIRS", "120"))):
        plan, actual = random_pair(seed)
        refused += try_pair(f"random pair {seed}", Plain, write("plan.json", json.dumps(plan)),
                            write("actual.json", json.dumps(actual)), drifted=False)
    print("ok" if refused < 40 else "not ok", f"most merge patches can be written ({refused} were refused)")


main()
