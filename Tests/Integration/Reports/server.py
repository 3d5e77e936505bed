#!/usr/bin/env python3
"""Runs a command beside a server on this machine that answers with STATUS: server.py STATUS COMMAND…

PORT in the command becomes the server's. Writes as JSON how the command ended, what it said, and the requests that came.
"""
import http.server
import json
import subprocess
import sys
import threading

requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        requests.append({"path": self.path, "authorization": self.headers["Authorization"],
                         "type": self.headers["Content-Type"], "body": body.decode()})
        status = int(sys.argv[1])
        answer = b'{"status":"ok"}' if status < 300 else b'{"error":"no such token"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
command = [word.replace("PORT", str(server.server_address[1])) for word in sys.argv[2:]]
ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
json.dump({"status": ended.returncode, "out": ended.stdout, "err": ended.stderr, "requests": requests}, sys.stdout)
