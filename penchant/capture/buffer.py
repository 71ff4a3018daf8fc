"""Buffer: records that wait in memory, bounded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Protocol

from penchant.capture.counts import Tally

WAIT = 60.0  # seconds that ``record`` waits for room at most
BATCH = 1024 * 1024  # bytes of records that are taken at once


class Doors:
    """What :meth:`Recorder.record` looks at: where fewer than ``room`` are in ``records``, it puts a record
    there by itself, which saves a call; anywhere else it puts."""

    __slots__ = ("records", "room")

    def __init__(self) -> None:
        self.records: deque[bytes] = deque()
        self.room = 0


class Queue(Protocol):
    """Records in the order of their calls. Any thread puts; one thread takes and settles."""

    records: deque[bytes]
    room: int

    def prepare(self) -> bool:
        """Before the first record. Returns whether dead processes may have left something.

        Raises ``OSError`` where nothing can be kept.
        """

    def adopt(self) -> bool:
        """Take over what dead processes left. Returns whether there may be more."""

    def put(self, record: bytes) -> None:
        """Keep a record; where there is no room, as the policy says."""

    def take(self, count: int) -> list[bytes]:
        """The oldest records, at most that many; they stay until they are settled."""

    def settle(self, count: int) -> None:
        """So many of the oldest taken were answered for."""

    def tend(self) -> None:
        """What there is to be done beside, by the thread that takes."""

    def close(self) -> int:
        """Take nothing more. Returns how many of those that wait are given up."""

    def let_go(self) -> None:
        """In a child process: let go of what is open, which is the parent's."""

    def __len__(self) -> int:
        """How many wait, those taken included."""


class Buffer(Doors):
    """Up to ``capacity`` records in memory.

    Where it is full, the oldest that is not under way goes, or, with ``waits``, whoever puts waits for
    room up to a minute before that. What went is counted in the tally; ``full`` is told how many, and
    0 before a wait.

    Putting takes no lock where there is room: a signal handler or a finaliser may record in the middle
    of a call that does. Threads that put at the same moment may exceed the capacity by one each.
    """

    def __init__(
        self, capacity: int, tally: Tally, full: Callable[[int], None], *, waits: bool
    ) -> None:
        super().__init__()
        self.room = capacity  # for those not under way; never less than one
        self._taken: deque[bytes] = deque()
        self._capacity = capacity
        self._tally = tally
        self._full = full
        self._waits = waits
        self._moved = tally.changed
        self._closed = False
        self._taker = 0

    def prepare(self) -> bool:
        return False  # memory is left by nobody

    def adopt(self) -> bool:
        return False

    def put(self, record: bytes) -> None:
        if len(self.records) >= self.room:
            self._make_room()
        self.records.append(record)

    def take(self, count: int) -> list[bytes]:
        self._taker = threading.get_ident()
        with self._moved:
            size = sum(map(len, self._taken))
            while len(self._taken) < count and self.records and size < BATCH:
                record = self.records.popleft()
                size += len(record)
                self._taken.append(record)
            self._measure()
            return list(islice(self._taken, count))

    def settle(self, count: int) -> None:
        with self._moved:
            for _ in range(count):
                self._taken.popleft()
            self._measure()

    def tend(self) -> None:
        """Memory needs nothing."""

    def let_go(self) -> None:
        """Memory of the parent stays the parent's."""

    def close(self) -> int:
        with self._moved:
            self._closed = True
            left = len(self.records) + len(self._taken)
            self.records.clear()
            self._taken.clear()
            self._moved.notify_all()
        return left

    def __len__(self) -> int:
        with self._moved:
            return len(self.records) + len(self._taken)

    def _measure(self) -> None:
        self.room = max(self._capacity - len(self._taken), 1)
        self._moved.notify_all()

    def _make_room(self) -> None:
        lost = 0
        with self._moved:
            if self._waits and threading.get_ident() != self._taker:
                self._full(0)
                self._moved.wait_for(self._has_room, WAIT)
            while not self._has_room():
                self.records.popleft()
                lost += 1
            if lost:
                self._tally.add(dropped=lost, left=lost)
        if lost:
            self._full(lost)

    def _has_room(self) -> bool:
        return self._closed or len(self.records) < self.room
