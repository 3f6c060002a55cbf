"""As much of a Kubernetes API server as kubectl needs for get, patch, apply and delete: discovery, and
objects kept in memory. JSON patches are applied by python3-jsonpatch.

Usage: apiserver.py OBJECTS.json PORT-FILE. OBJECTS is a list of objects. The port is written to
PORT-FILE when the server listens; GET /dump gives all objects. Ends with its parent.
"""
import http.server
import json
import os
import sys
import threading
import time

import jsonpatch

KINDS = {  # kind: (group, version, plural, namespaced)
    "ConfigMap": ("", "v1", "configmaps", True),
    "Deployment": ("apps", "v1", "deployments", True),
    "Namespace": ("", "v1", "namespaces", False),
    "ClusterRole": ("rbac.authorization.k8s.io", "v1", "clusterroles", False),
    "Secret": ("", "v1", "secrets", True),
    "Service": ("", "v1", "services", True),
    # the same kind in two groups: only the group tells them apart
    "Ingress": ("networking.k8s.io", "v1", "ingresses", True),
    "Ingress ": ("example.com", "v1", "ingresses", True),
}
objects = {}


def key_of(obj):
    group = obj["apiVersion"].rpartition("/")[0]
    meta = obj["metadata"]
    for kind, (g, _, plural, namespaced) in KINDS.items():
        if kind.strip() == obj["kind"] and g == group:
            return (group, plural, meta.setdefault("namespace", "default") if namespaced else "", meta["name"])
    raise KeyError(obj["kind"])


def resources(group):
    return [{"name": plural, "singularName": kind.strip().lower(), "namespaced": namespaced,
             "kind": kind.strip(), "verbs": ["create", "delete", "get", "list", "patch", "update"]}
            for kind, (g, _, plural, namespaced) in KINDS.items() if g == group]


def discovery(path):
    groups = sorted({g for g, _, _, _ in KINDS.values() if g})
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = {g: {"groupVersion": g + "/v1", "version": "v1"} for g in groups}
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": g, "versions": [v], "preferredVersion": v} for g, v in versions.items()]}
    for group in ["", *groups]:
        if path == (f"/apis/{group}/v1" if group else "/api/v1"):
            return {"kind": "APIResourceList", "groupVersion": f"{group}/v1".lstrip("/"),
                    "resources": resources(group)}
    if path == "/openapi/v3":
        return {"paths": {}}
    return {"major": "1", "minor": "32", "gitVersion": "v1.32.0"} if path == "/version" else None


def merge(target, patch):
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, code, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def status(self, code, reason, message):
        self.answer(code, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
                           "reason": reason, "message": message})

    def key(self):
        """(group, plural, namespace, name or "") of the path."""
        steps = self.path.partition("?")[0].strip("/").split("/")
        group = ""
        if steps[0] == "apis":
            group = steps.pop(1)
        steps = steps[2:]
        space = ""
        if steps[0] == "namespaces" and len(steps) > 2:
            space, steps = steps[1], steps[2:]
        return group, steps[0], space, steps[1] if len(steps) > 1 else ""

    def body(self):
        return json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"null")

    def do_GET(self):
        path = self.path.partition("?")[0]
        found = discovery(path)
        if path == "/dump":
            self.answer(200, list(objects.values()))
        elif path == "/openapi/v2":  # an empty message: kubectl then checks nothing
            self.answer(200, b"", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
        elif found is not None:
            self.answer(200, found)
        elif path.startswith("/openapi"):
            self.status(404, "NotFound", "no " + path)
        elif self.key() in objects:
            self.answer(200, objects[self.key()])
        else:
            self.status(404, "NotFound", f"{self.key()} not found")

    def do_POST(self):
        obj = self.body()
        objects[key_of(obj)] = obj
        self.answer(201, obj)

    def do_PATCH(self):
        key, patch = self.key(), self.body()
        if key not in objects:
            self.status(404, "NotFound", f"{key} not found")
            return
        try:
            if self.headers["Content-Type"] == "application/json-patch+json":
                objects[key] = jsonpatch.apply_patch(objects[key], patch)
            else:
                objects[key] = merge(objects[key], patch)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as wrong:
            self.status(422, "Invalid", str(wrong))
            return
        self.answer(200, objects[key])

    def do_DELETE(self):
        self.body()
        if objects.pop(self.key(), None) is None:
            self.status(404, "NotFound", f"{self.key()} not found")
        else:
            self.answer(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})


def end_with_parent():
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        for obj in json.load(f):
            objects[key_of(obj)] = obj
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=end_with_parent, daemon=True).start()
    with open(sys.argv[2] + ".new", "w", encoding="utf-8") as f:
        f.write(str(server.server_port))
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    server.serve_forever()


main()
