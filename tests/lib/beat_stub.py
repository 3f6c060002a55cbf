"""A monitor's stand-in for tests of senders: answers as it is told and writes down what it got.

    beat_stub.py FOLDER [SOCKET]

writes its port to FOLDER/port, then each request as a line of JSON to FOLDER/log: {"at", "method",
"path", "token", "body"}. FOLDER/mode, read at each request, says how to answer: a status (200 when there
is no such file), "drop" closes the connection, "hang" never answers. With SOCKET it listens there.
"""
import http.server
import json
import os
import socket
import socketserver
import sys
import threading
import time

folder = sys.argv[1]
lock = threading.Lock()


def mode():
    try:
        with open(os.path.join(folder, "mode")) as f:
            return f.read().strip() or "200"
    except FileNotFoundError:
        return "200"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
        how = mode()
        line = json.dumps({"at": time.time(), "method": self.command, "path": self.path, "how": how,
                           "token": self.headers.get("Authorization"), "body": body})
        with lock, open(os.path.join(folder, "log"), "a") as f:
            f.write(line + "\n")
        if how == "hang":
            time.sleep(3600)
        if how in ("hang", "drop"):
            self.close_connection = True
            return
        said = b"OK" if how == "200" else b"stub says no"
        self.send_response(int(how))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(said)

    do_GET = do_POST = do_HEAD = answer

    def address_string(self):
        return "peer"

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        pass  # senders that give up


class UnixServer(Server):
    address_family = socket.AF_UNIX

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "unix", 0


server = UnixServer(sys.argv[2], Handler) if len(sys.argv) > 2 else Server(("127.0.0.1", 0), Handler)
with open(os.path.join(folder, "port.new"), "w") as f:
    f.write(str(server.server_port))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
