"""ASGI: a middleware that records requests over HTTP, and lets everything else pass."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import acting
from penchant.capture.hooks.web import AsyncUser, Item, Skip, Visit, Web

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
SERVER_FAILED = 500


class ASGIMiddleware:
    """Records every request of ``app`` as an ``api_request``, when its response is finished.

    Who it is ``identify()`` has said, else ``user``, which takes the scope once the application has
    answered; where that is ``None`` nothing is recorded. It may be a coroutine function; it must not block.

    ``item`` is the template of the route where the router leaves its route in the scope, as Starlette
    and FastAPI do, else the path without the query; ``item=`` takes the scope and wins unless it says
    ``None``. ``skip`` names paths to leave alone, those beneath one that ends in ``/`` included, or is a
    function of the path.

    ``success`` is a status below 400; ``error`` the exception's type where one left the application, else
    ``HTTP 404``; ``duration_ms`` ends with the last part of the response; ``context`` has ``method`` and
    ``status``. What ``user``, ``item`` and ``skip`` raise is said once in the log and changes no response.
    At the end of the application's lifespan the recorder is flushed: servers may end without an
    ``atexit`` after it, as uvicorn does at a signal.
    """

    def __init__(
        self,
        app: Application,
        recorder: Recorder,
        *,
        user: AsyncUser,
        item: Item | None = None,
        skip: Skip = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._web = Web(recorder, user=user, item=item, skip=skip, clock=clock, waits=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            send = self._ending(send)
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        root = scope.get("root_path", "")
        path = _within(scope["path"], root)
        if self._web.skips(path):
            return await self._app(scope, receive, send)
        visit = Visit(self._web, scope, path=path, method=scope["method"])
        response = _Response(visit, scope, root, send)
        with acting(visit):
            try:
                await self._app(scope, receive, response.send)
            except BaseException as error:
                await response.end(error)
                raise
            await response.end()
        return None

    def _ending(self, send: Send) -> Send:
        async def flush(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await self._web.recorder.flushed()
            await send(message)

        return flush


class _Response:
    """The response to one request as it goes out."""

    __slots__ = ("_duration_ms", "_root", "_scope", "_send", "_visit")

    def __init__(self, visit: Visit, scope: Scope, root: str, send: Send) -> None:
        self._visit = visit
        self._scope = scope
        self._root = root
        self._send = send
        self._duration_ms: float | None = None

    async def send(self, message: Message) -> None:
        """Send on; the last part of a response ends the request, whatever is done after it.

        One that says that the server failed waits for the exception that is raised after it.
        """
        if message["type"] == "http.response.start":
            self._visit.status = message["status"]
        await self._send(message)
        if self._duration_ms is None and _is_last(message):
            self._duration_ms = self._visit.since()
            if (self._visit.status or SERVER_FAILED) < SERVER_FAILED:
                await self.end()

    async def end(self, error: BaseException | None = None) -> None:
        visit = self._visit
        if not visit.ended:
            visit.route = _route(self._scope, self._root)
            await visit.find()
            visit.end(error, duration_ms=self._duration_ms)


def _is_last(message: Message) -> bool:
    if message["type"] == "http.response.body":
        return not message.get("more_body", False)
    return bool(message["type"] == "http.response.pathsend")


def _within(path: str, root: str) -> str:
    """The path within the application; there are servers that leave the root out of it anyway."""
    root = root.rstrip("/")
    if path == root or path.startswith(f"{root}/"):
        path = path[len(root) :]
    return path or "/"


def _route(scope: Scope, root: str) -> str | None:
    """The template of the route that the router took, with what it is mounted under."""
    route = scope.get("route")
    within = scope.get("fastapi")  # a route that was included under a prefix does not know it
    if isinstance(within, dict) and "effective_route_context" in within:
        route = within["effective_route_context"]
    path = getattr(route, "path", None)
    if not isinstance(path, str):
        return None
    mounted: str = scope.get("root_path", "").removeprefix(root)
    if hasattr(route, "routes"):  # a mount itself, and nothing in it was found
        return f"{mounted}/{{path}}"
    return mounted + path or "/"
