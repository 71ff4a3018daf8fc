"""Django: a middleware that records requests, by the route that was resolved."""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import acting, actors
from penchant.capture.hooks.web import AsyncUser, Item, Skip, Visit, Web

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder


class DjangoMiddleware:
    """Records every request as an ``api_request``; to be named in ``MIDDLEWARE`` by where it is made.

    ``user`` and ``item`` take the request, after the view. Where Django runs asynchronously, ``user``
    may be a coroutine function, to ``await request.auser()``. The item is the route, such as
    ``/products/<slug:sku>/``, else the path; the rest is as ``ASGIMiddleware`` has it. The error of a
    status that a view's exception became is that exception. A streamed response is finished when it is
    closed. Middleware named after this one is inside of it.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self,
        recorder: Recorder,
        *,
        user: AsyncUser,
        item: Item | None = None,
        skip: Skip = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._web = Web(recorder, user=user, item=item, skip=skip, clock=clock, waits=True)

    def __call__(self, get_response: Any) -> Any:
        """What Django puts around ``get_response``; of the same colour."""
        hook: Any = (
            self._waiting(get_response) if _is_async(get_response) else self._plain(get_response)
        )
        hook.process_exception = _note
        return hook

    def _plain(self, get_response: Any) -> Any:
        def record(request: Any) -> Any:
            if self._web.skips(request.path_info):
                return get_response(request)
            visit = self._visit(request)
            try:
                with acting(visit):
                    response = get_response(request)
            except BaseException as error:
                _end(visit, request, None, error)
                raise
            visit.keep()
            return _end(visit, request, response)

        return record

    def _waiting(self, get_response: Any) -> Any:
        async def record(request: Any) -> Any:
            if self._web.skips(request.path_info):
                return await get_response(request)
            visit = self._visit(request)
            try:
                with acting(visit):
                    response = await get_response(request)
            except BaseException as error:
                await visit.find()
                _end(visit, request, None, error)
                raise
            await visit.find()
            return _end(visit, request, response)

        return record

    def _visit(self, request: Any) -> Visit:
        return Visit(self._web, request, path=request.path_info, method=request.method)


def _is_async(get_response: Any) -> bool:
    """Before Python 3.12, what is marked as asynchronous bears the mark of ``asyncio``."""
    return (
        inspect.iscoroutinefunction(get_response)
        or getattr(get_response, "_is_coroutine", None) is not None
    )


def _note(request: Any, exception: BaseException) -> None:
    """Called by Django with what a view raised; it goes on as it would."""
    visit = actors.get()
    if isinstance(visit, Visit):
        visit.error = exception


def _end(visit: Visit, request: Any, response: Any, error: BaseException | None = None) -> Any:
    """Record it now, or once the response that streams is closed."""
    match = getattr(request, "resolver_match", None)
    visit.route = None if match is None else f"/{match.route}"
    if response is None:
        visit.end(error)
        return None
    visit.status = response.status_code
    if not response.streaming:
        visit.end()
        return response
    if getattr(response, "file_to_stream", None) is None:  # a file goes as it is
        stream = _parts if not response.is_async else _awaited
        response.streaming_content = stream(visit, response.streaming_content)
    close = response.close

    def closed() -> None:
        try:
            close()
        finally:
            visit.end()

    response.close = closed
    return response


def _parts(visit: Visit, parts: Iterator[bytes]) -> Iterator[bytes]:
    going = iter(parts)
    while True:
        with acting(visit):  # not while the server has its turn: it may do other requests meanwhile
            try:
                part = next(going)
            except StopIteration:
                return
            except BaseException as error:
                visit.end(error)
                raise
        yield part


async def _awaited(visit: Visit, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    going = aiter(parts)
    while True:
        with acting(visit):
            try:
                part = await anext(going)
            except StopAsyncIteration:
                return
            except BaseException as error:
                visit.end(error)
                raise
        yield part
