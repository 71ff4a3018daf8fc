"""Asking: a store on a server is asked for its version off the event loop, once for many requests."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from penchant.core.errors import StoreUnavailable


class Asking:
    """What ``ask`` answers, for everybody on an event loop who waits for it.

    Who comes while it is asked waits for the next answer: it was asked for after they came.
    """

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._thread = ThreadPoolExecutor(1, "penchant-asking")
        self._rounds: _Rounds | None = None

    async def version(self) -> int:
        """The version as of now or later. Raises ``StoreUnavailable``."""
        loop = get_running_loop()
        rounds = self._rounds
        if rounds is None or rounds.loop is not loop:
            rounds = self._rounds = _Rounds(loop, self._thread, self._ask)
        return await rounds.next()

    def close(self) -> None:
        """Wait for the question under way; who waits for the next one is told ``StoreUnavailable``."""
        self._thread.shutdown()


class _Rounds:
    """Questions on one event loop, one after the other."""

    def __init__(
        self, loop: AbstractEventLoop, thread: ThreadPoolExecutor, ask: Callable[[], int]
    ) -> None:
        self.loop = loop
        self._thread = thread
        self._ask = ask
        self._waiting: list[Future[int]] = []
        self._is_asking = False

    def next(self) -> Future[int]:
        future: Future[int] = self.loop.create_future()
        self._waiting.append(future)
        if not self._is_asking:
            self._is_asking = True
            self.loop.call_soon(self._begin)  # whose requests came together wait together
        return future

    def _begin(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            asked = self.loop.run_in_executor(self._thread, self._ask)
        except RuntimeError:  # it was closed: who waits must not wait for ever
            asked = self.loop.create_future()
            asked.set_exception(StoreUnavailable("the server is being closed"))
        asked.add_done_callback(partial(self._tell, waiting))

    def _tell(self, waiting: list[Future[int]], asked: Future[int]) -> None:
        self._is_asking = bool(self._waiting)
        if self._is_asking:
            self._begin()
        problem = asked.exception()
        for future in waiting:
            if future.done():  # its request was given up
                continue
            if problem is None:
                future.set_result(asked.result())
            else:
                future.set_exception(problem)
