"""The ASGI application: what comes from the wire becomes requests, answers go back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from itertools import count
from time import perf_counter
from typing import Any
from urllib.parse import quote

from starlette.routing import Router

import penchant
from penchant.serve.engine import Penchant
from penchant.serve.http import alerts, batch, events, items, operation, patterns, slates, users
from penchant.serve.http.answer import Answer
from penchant.serve.http.body import Disconnected, Receive
from penchant.serve.http.call import Request
from penchant.serve.http.plugs import joined
from penchant.serve.http.server import Server

OPERATIONS = (
    *events.OPERATIONS,
    *users.OPERATIONS,
    *slates.OPERATIONS,
    *patterns.OPERATIONS,
    *items.OPERATIONS,
    *batch.OPERATIONS,
    *alerts.OPERATIONS,
    *operation.OPERATIONS,
)
_numbers = count(1)
_process = os.urandom(6).hex()


class Application:
    """One ASGI application over one engine.

    ``open`` is called once, at start or with the first request; ``closes`` says that the engine is
    closed when the server stops.
    """

    def __init__(self, open: Callable[[], Penchant], *, closes: bool) -> None:
        self._open = open
        self._closes = closes
        self._server: Server | None = None
        self._router = Router(lifespan=self._lifespan)

    @property
    def server(self) -> Server:
        """What answers, opened when it is first needed."""
        if self._server is None:
            self._server = Server(self._open(), joined(OPERATIONS))
        return self._server

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # lifespan; a websocket is closed
            await self._router(scope, receive, send)

    async def _http(self, scope: Any, receive: Receive, send: Any) -> None:
        began = perf_counter()
        server = self._server or self.server
        request = _request(scope, receive)
        try:
            answer = await server.answer(request)
        except Disconnected:
            return
        seconds = perf_counter() - began
        server.metrics.answered(request.method, request.route, answer.status, seconds)
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": _headers(answer, request.id, seconds),
            }
        )
        body = b"" if request.method == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    @asynccontextmanager
    async def _lifespan(self, app: object) -> AsyncIterator[None]:
        server = self.server
        yield
        server.close()
        if self._closes:
            server.engine.close()
        self._server = None


def make_app(engine: Penchant) -> Application:
    """The application over an engine that somebody else opened and will close."""
    return Application(lambda: engine, closes=False)


def make_stored_app(environment: Mapping[str, str]) -> Application:
    """The application over the store that ``PENCHANT_STORE`` names, opened when it starts."""
    place = environment.get("PENCHANT_STORE", "./penchant-store")
    return Application(lambda: penchant.open(place), closes=True)


def _request(scope: Any, receive: Receive) -> Request:
    headers = dict(scope["headers"])
    raw = scope.get("raw_path")
    path = quote(scope["path"]) if raw is None else raw.decode("latin-1")
    root = scope.get("root_path")
    if root and path.startswith(root):
        path = path[len(root) :]
    server = scope.get("server")
    return Request(
        method=scope["method"],
        path=path,
        query=scope["query_string"],
        headers=headers,
        host=server[0] if server else "",
        id=_request_id(headers.get(b"x-request-id")),
        receive=receive,
    )


def _request_id(sent: bytes | None) -> str:
    """The id the client gave, if it can be written to a log; else a new one."""
    if sent is not None and len(sent) <= 128 and sent.isascii():
        text = sent.decode("ascii")
        if text.isprintable() and text and " " not in text:
            return text
    return f"{_process}-{next(_numbers):x}"


def _headers(answer: Answer, request_id: str, seconds: float) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"x-request-id", request_id.encode()),
        (b"server-timing", b"app;dur=%.3f" % (seconds * 1_000)),
    ]
    if answer.status not in (204, 304):
        headers.append((b"content-type", answer.media.encode()))
        headers.append((b"content-length", b"%d" % len(answer.body)))
    for name, value in answer.headers:
        headers.append((name.encode(), value.encode()))
    return headers
