"""A sink on this machine that counts the events it acknowledged, whosever they are."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BAD = {
    "429": (429, b"{}", {"Retry-After": "1"}),
    "500": (500, b"oops", {}),
    "garbage": (200, b"<html>log in</html>", {}),
}


class Sink:
    """Answers the first requests as ``script`` says, and takes all after them.

    A word of the script is a key of ``BAD``, or ``never``: no answer at all.
    """

    def __init__(self, script: list[str]) -> None:
        self.script = script
        self.acknowledged: Counter[str] = Counter()
        self.over = threading.Event()
        self.lock = threading.Lock()

    def next(self) -> str:
        with self.lock:
            return self.script.pop(0) if self.script else "take"

    def take(self, ids: list[str]) -> int:
        """Returns how many of them were new."""
        with self.lock:
            before = len(self.acknowledged)
            self.acknowledged.update(ids)
            return len(self.acknowledged) - before


def ids_of(path: str, body: bytes) -> list[str]:
    """The ids of the events in a request of any of the recorders."""
    if path.endswith("/v1/events"):
        return [json.loads(line)["id"] for line in body.splitlines()]
    told = json.loads(body)
    name = {"/batch": "uuid", "/v1/batch": "messageId"}.get(path.rstrip("/"))
    if name is not None:
        return [event[name] for event in told["batch"]]
    return [event["eid"] for event in told["data"]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    sink: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        word = self.sink.next()
        if word == "never":
            self.sink.over.wait()
            self.close_connection = True
            return
        if word in BAD:
            self._answer(*BAD[word])
            return
        ids = ids_of(self.path, body)
        new = self.sink.take(ids)
        told = {"accepted": new, "duplicates": len(ids) - new, "rejected": [], "status": 1}
        self._answer(
            202 if self.path.endswith("/v1/events") else 200, json.dumps(told).encode(), {}
        )

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing is printed between the figures."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A recorder that hangs up is what is measured."""


@contextmanager
def serving(script: list[str], *, until: Path | None = None) -> Iterator[tuple[str, Sink]]:
    """The address of a sink; it refuses connections as long as the file ``until`` is not there."""
    sink = Sink(script)
    handler = type("Handler", (_Handler,), {"sink": sink})
    server = _Server(("127.0.0.1", 0), handler, bind_and_activate=False)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.server_bind()

    def serve() -> None:
        while until is not None and not until.exists():
            if sink.over.wait(0.005):
                return
        server.server_activate()
        server.serve_forever(0.01)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", sink
    finally:
        sink.over.set()
        if until is None or until.exists():
            server.shutdown()
        thread.join()
        server.server_close()
