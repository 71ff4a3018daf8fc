"""Hand-back: results of the writer's thread return to the event loop, all of a commit at once."""

from __future__ import annotations

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections import deque

from penchant.core.ports import Write
from penchant.serve.writer import Ticket, Writer


class HandBack:
    """Writes without blocking the event loop."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._lane: _Lane | None = None

    async def write(self, write: Write) -> int:
        """The result of a write once it is committed. Raises ``QueueFull`` and ``StoreError``."""
        loop = get_running_loop()
        lane = self._lane
        if lane is None or lane.loop is not loop:
            lane = self._lane = _Lane(loop)
        future: Future[None] = loop.create_future()
        ticket = self._writer.submit(write, lane.wake)
        lane.futures[id(ticket)] = future  # on the loop, hence before `drain` can look for it
        await future
        return ticket.outcome()


class _Lane:
    """The way back to one event loop: one call across threads, however many are done."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self.loop = loop
        self.futures: dict[int, Future[None]] = {}
        self._done: deque[Ticket] = deque()
        self._called = False

    def wake(self, ticket: Ticket) -> None:
        """On the writer's thread: a ticket is done."""
        self._done.append(ticket)
        if not self._called:
            self._called = True
            try:
                self.loop.call_soon_threadsafe(self.drain)
            except RuntimeError:  # the loop is closed: nobody is left to be told
                self._done.clear()

    def drain(self) -> None:
        """On the loop: everybody whose ticket is done goes on."""
        self._called = False  # before looking: what comes from now on calls again
        done = self._done
        while done:
            future = self.futures.pop(id(done.popleft()))
            if not future.done():  # it is when its request was given up
                future.set_result(None)
