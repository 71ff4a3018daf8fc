"""WSGI: a middleware that records requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import acting
from penchant.capture.hooks.web import Item, Skip, User, Visit, Web

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class WSGIMiddleware:
    """Records every request of ``app`` as an ``api_request``, when its response is finished.

    As ``ASGIMiddleware``, but that ``user`` and ``item`` take the environ, and no route is known: without an
    ``item`` it is the path within the application. A response that is no list is finished when it is
    exhausted, or closed before; it is handed to the server part by part, so that a ``wsgi.file_wrapper``
    around a file is read instead of being sent by the system.
    """

    def __init__(
        self,
        app: Application,
        recorder: Recorder,
        *,
        user: User,
        item: Item | None = None,
        skip: Skip = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._app = app
        self._web = Web(recorder, user=user, item=item, skip=skip, clock=clock)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = _path(environ)
        if self._web.skips(path):
            return self._app(environ, start_response)
        visit = Visit(self._web, environ, path=path, method=environ["REQUEST_METHOD"])

        def start(status: str, headers: Any, exc_info: Any = None) -> Any:
            code = status[:3]
            visit.status = int(code) if code.isdecimal() else None
            told = (status, headers) if exc_info is None else (status, headers, exc_info)
            return start_response(*told)

        try:
            with acting(visit):
                body = self._app(environ, start)
        except BaseException as error:
            visit.end(error)
            raise
        if type(body) in (list, tuple):  # all there is, and of a known length
            visit.end()
            return body
        return _Body(visit, body)


class _Body:
    """The parts of a response, and its end."""

    __slots__ = ("_body", "_parts", "_visit")

    def __init__(self, visit: Visit, body: Iterable[bytes]) -> None:
        self._visit = visit
        self._body = body
        self._parts: Iterator[bytes] | None = None

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        with acting(self._visit):
            try:
                if self._parts is None:
                    self._parts = iter(self._body)
                return next(self._parts)
            except StopIteration:
                self._visit.end()
                raise
            except BaseException as error:
                self._visit.end(error)
                raise

    def close(self) -> None:
        """Close what there is to close; the response is finished, if it was not before."""
        error: BaseException | None = None
        try:
            with acting(self._visit):
                getattr(self._body, "close", _nothing)()
        except BaseException as problem:
            error = problem
            raise
        finally:
            self._visit.end(error)


def _nothing() -> None:
    """A body without an end of its own."""


def _path(environ: Environ) -> str:
    """The path within the application, as the client wrote it: WSGI has its bytes as latin-1."""
    told: str = environ.get("PATH_INFO") or "/"
    return told if told.isascii() else told.encode("latin-1", "replace").decode(errors="replace")
