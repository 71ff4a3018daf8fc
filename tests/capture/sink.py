"""A sink: a real server on this machine that takes events, or answers what a test tells it to."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 30.0  # seconds a condition may take on a busy machine


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered instead of a receipt."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Request:
    """Who asked, with which headers, for which events."""

    headers: dict[str, str]
    events: list[dict[str, Any]]
    peer: object = None


Answer = Callable[[Request], Reply]


@dataclass(slots=True)
class Sink:
    """What came in, and what is answered: ``script`` first, one after the other, then receipts."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    script: list[Reply | Answer] = field(default_factory=list)
    always: Reply | Answer | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What was acknowledged, each event once, in the order of arrival."""
        with self.changed:
            return list(self._known.values())

    def answer(self, request: Request) -> Reply:
        with self.changed:
            self.requests.append(request)
            told = self.script.pop(0) if self.script else self.always
            self.changed.notify_all()
        if isinstance(told, Reply):
            return told
        return self.receipt(request) if told is None else told(request)

    def receipt(self, request: Request) -> Reply:
        """The answer of a server that has stored them."""
        with self.changed:
            new = [event for event in request.events if event["id"] not in self._known]
            self._known.update({event["id"]: event for event in new})
            self.changed.notify_all()
        again = len(request.events) - len(new)
        return Reply(
            202,
            json.dumps({"accepted": len(new), "duplicates": again, "rejected": []}).encode(),
        )

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until the condition holds, which may be about more than what comes in here."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not condition():
                assert time.monotonic() < deadline
                self.changed.wait(0.05)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    sink: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        events = [json.loads(line) for line in body.splitlines()]
        reply = self.sink.answer(Request(dict(self.headers), events, self.client_address))
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *arguments: Any) -> None:
        """A test prints nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what many tests are about."""


@contextmanager
def serving() -> Iterator[Sink]:
    """A sink that listens until the end of the block."""
    sink = Sink()
    handler = type("Handler", (_Handler,), {"sink": sink})
    with _Server(("127.0.0.1", 0), handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
