"""The spool: records that wait in files, so that they outlive the process."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import Any
from zlib import crc32

from penchant.capture.buffer import BATCH, WAIT, Doors
from penchant.capture.counts import Tally
from penchant.capture.segment import (
    FRAME,
    HEAD,
    MARK,
    SUFFIX,
    Segment,
    name_of,
    sizes,
    write_frame,
)

SEGMENT = 1024 * 1024  # bytes of a file, at most: a quarter of a smaller spool
AT_ONCE = 64  # records that are taken while whoever records has to wait
OPEN = 32  # files of others that are open at once, where they left many
RETRY = 1.0  # seconds until a file is tried again that could not be made


class Spool(Doors):
    """A folder of segments; every process that uses it has its own, and adopts those of the dead.

    Up to ``size`` bytes for this process, and up to ``capacity`` records where the policy is not
    ``"spill"``. Beyond, the oldest goes that is not under way, or, with ``waits``, whoever puts waits for
    room up to a minute before that. What cannot be written, as the disk is full, waits in memory, up to
    ``capacity`` records. ``full`` is told how many went, and 0 before a wait; ``failed`` why nothing could
    be written, and ``None`` where a file could be made; ``left`` why a file of a dead process stays.
    ``ring`` is called as soon as ``batch`` records wait.
    """

    def __init__(
        self,
        folder: Path,
        tally: Tally,
        full: Callable[[int], None],
        failed: Callable[[OSError | None], None],
        ring: Callable[[], None],
        left: Callable[[OSError], None],
        *,
        batch: int,
        capacity: int,
        spills: bool,
        waits: bool,
        size: int,
    ) -> None:
        super().__init__()  # without room: every record is put
        self._folder = folder
        self._tally = tally
        self._full = full
        self._failed = failed
        self._ring = ring
        self._batch = batch
        self._left = left
        self._capacity = capacity
        self._most = sys.maxsize if spills else capacity
        self._waits = waits
        self._segment_size = min(SEGMENT, size // 4)
        self._segments_most = size // self._segment_size
        self._lock = tally.lock
        self._own = os.urandom(4).hex()
        self._numbers = count()
        self._segments: deque[Segment] = deque()  # oldest first
        self._spare: Segment | None = None
        self._aside: deque[bytes] = deque()  # what could not be written, and waits in memory
        self._taken: deque[tuple[bytes, Segment | None, int]] = deque()
        self._waiting = 0
        self._lost = 0  # and not counted yet
        self._taker = 0
        self._busy = False
        self._closed = False
        self._tried = -RETRY  # when a file could not be made
        self._current: Segment | None = None  # the one that is written to; its map, place and size:
        self._map: Any = b""
        self._end = 1
        self._limit = 0  # 0 wherever :meth:`_put_slowly` is to look into it

    def put(self, record: bytes) -> None:
        size = len(record)
        self._lock.acquire()  # "with" takes 50 ns longer
        try:
            start = self._end
            end = start + FRAME + size
            if end <= self._limit and self._waiting < self._most:
                self._end = end  # first of all: a signal handler that records now writes behind it
                self._waiting += 1
                if self._waiting == self._batch:
                    self._ring()
                map = self._map
                map[start + 1 : end] = sizes(size, crc32(record)) + record
                map[start] = MARK
                return
        finally:
            self._lock.release()
        self._put_slowly(record)

    def take(self, count: int) -> list[bytes]:
        self._taker = threading.get_ident()
        while True:
            with self._lock:
                if self._closed:
                    return []
                if not self._take_some(count):
                    return [record for record, _, _ in islice(self._taken, count)]

    def settle(self, count: int) -> None:
        with self._lock:
            touched: dict[Segment, int] = {}
            for _ in range(count):
                _, segment, end = self._taken.popleft()
                if segment is not None:
                    segment.under_way -= 1
                    touched[segment] = end
            for segment, end in touched.items():
                segment.settle(end if segment.under_way else segment.taken)
            self._waiting -= count
            self._remove_settled()
            self._tally.changed.notify_all()

    def tend(self) -> None:
        """What the shipping thread does beside: a file ahead of need, and another try with the disk."""
        if self._aside:
            self._work_off()
        elif self._spare is None and self._current is not None and self._end > self._limit // 2:
            made = self._made()
            with self._lock:
                if made is not None and (self._closed or self._spare is not None):
                    self._remove(made)
                else:
                    self._spare = made

    def adopt(self) -> bool:
        """Take over what dead processes left, the oldest first, a few at a time. Returns whether there
        may be more."""
        adopted: list[Segment] = []
        most = min(self._segments_most // 2, OPEN) - sum(map(self._is_foreign, self._segments))
        more = False
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            more = len(adopted) >= most
            if more:
                break
            if self._own not in path.name and (segment := self._adopted(path)) is not None:
                adopted.append(segment)
        with self._lock:
            for segment in reversed(adopted):
                if self._closed:
                    segment.let_go()
                    continue
                self._segments.appendleft(segment)
                self._waiting += segment.left
                # They go before what waits: whoever flushes waits for so many more to leave.
                self._tally.add(adopted=segment.left, left=-segment.left)
        return more

    def _adopted(self, path: Path) -> Segment | None:
        """The segment of a dead process, if it is one and may be had; ours go on being sent."""
        try:
            return Segment.adopt(path)
        except OSError as error:
            self._left(error)
            return None

    def prepare(self) -> bool:
        """Make the folder and a first file. Returns whether dead processes may have left something.

        Raises ``OSError`` where that cannot be.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        left = any(self._folder.glob(f"*{SUFFIX}"))
        self._spare = Segment.make(self._path, self._segment_size)
        return left

    def close(self) -> int:
        with self._lock:
            if self._closed:
                return 0
            self._sync()
            self._closed, self._limit, self._current = True, 0, None
            lost = len(self._aside) + sum(1 for _, segment, _ in self._taken if segment is None)
            self._waiting -= lost
            self._aside.clear()
            self._remove_settled()
            if self._spare is not None:
                self._remove(self._spare)
                self._spare = None
            self.let_go()
            self._tally.changed.notify_all()
            return lost

    def let_go(self) -> None:
        """Leave the files as they are. In a child process: without the locks, which are the parent's."""
        held = [*self._segments, *([] if self._spare is None else [self._spare])]
        self._segments.clear()  # a closed spool is let go again in a child; never a descriptor twice
        self._spare = None
        for segment in held:
            segment.let_go()

    def __len__(self) -> int:
        return self._waiting

    def _put_slowly(self, record: bytes) -> None:
        """Where something is in the way: there is no file yet, it is full, there is no room."""
        with self._lock:
            if self._waits and not self._busy and threading.get_ident() != self._taker:
                self._wait_for_room(len(record))
            if self._closed:
                self._tally.add(dropped=1)
                return
            self._waiting += 1
            self._aside.append(record)
        self._work_off()

    def _wait_for_room(self, length: int) -> None:
        def has_room() -> bool:
            fits = not self._is_full(length) or len(self._segments) < self._segments_most
            return self._closed or (fits and self._waiting < self._most)

        if not has_room():
            self._full(0)
            self._tally.changed.wait_for(has_room, WAIT)

    def _work_off(self) -> None:
        """Make room and write what waits in memory. A signal handler that records in the middle of this
        leaves it to whom it interrupted."""
        with self._lock:
            if self._busy or self._closed:
                return
            self._busy, self._limit = True, 0
            try:
                self._drop_beyond(self._most)
                while self._aside and self._write(self._aside[0]):
                    self._aside.popleft()
                while len(self._aside) > self._capacity:
                    self._aside.popleft()
                    self._gone(1)
            finally:
                self._busy = False
                if not self._aside and self._current is not None:
                    self._limit = self._current.size
            lost = self._count_lost()
        if lost:
            self._full(lost)

    def _write(self, record: bytes) -> bool:
        """Write a record behind the others, in a new file if need be. Returns whether that could be."""
        if self._is_full(len(record)) and not self._roll():
            return False
        start, self._end = self._end, self._end + FRAME + len(record)
        write_frame(self._map, start, record)
        return True

    def _is_full(self, length: int) -> bool:
        return self._current is None or self._end + FRAME + length > self._current.size

    def _roll(self) -> bool:
        """Go on in a new file, if one can be made; the oldest goes where there are too many."""
        segment = self._spare or self._made()
        if segment is None:
            return False
        self._sync()
        self._spare = None
        self._drop_segments()
        self._segments.append(segment)
        self._current, self._map, self._end = segment, segment.map, HEAD
        return True

    def _drop_segments(self) -> None:
        """Make room for a file. What was adopted is left for later; where that is not enough, the oldest
        goes. What is under way stays."""
        for one in list(self._segments):
            if len(self._segments) >= self._segments_most and self._is_foreign(one):
                self._leave(one)
        for oldest in list(self._segments):
            if len(self._segments) < self._segments_most:
                return
            if oldest is not self._current and oldest in self._segments:
                self._lose(oldest)

    def _is_foreign(self, segment: Segment) -> bool:
        return self._own not in segment.path.name

    def _leave(self, segment: Segment) -> None:
        """Leave a segment that was adopted to whoever adopts it next."""
        if not segment.under_way:
            self._segments.remove(segment)
            segment.let_go()
            self._waiting -= segment.left
            self._tally.add(adopted=-segment.left, left=segment.left)

    def _drop_beyond(self, most: int) -> None:
        """Leave what was adopted, and give up the oldest that are not under way, until no more wait."""
        self._sync()
        for one in list(self._segments):
            if self._waiting > most and self._is_foreign(one):
                self._leave(one)
        while self._waiting > most:
            segment = next((one for one in self._segments if one.left), None)
            if segment is not None:
                _, end = next(segment.frames(segment.taken), (b"", segment.end))
                segment.skip(1, end)
            elif self._aside:
                self._aside.popleft()
            else:
                return
            self._gone(1)

    def _lose(self, segment: Segment) -> None:
        """Give up what is left of a segment."""
        self._gone(segment.left)
        segment.skip(segment.left, segment.end)
        self._remove_settled()

    def _gone(self, count: int) -> None:
        self._waiting -= count
        self._lost += count

    def _count_lost(self) -> int:
        lost, self._lost = self._lost, 0
        if lost:
            self._tally.add(dropped=lost, left=lost)
        return lost

    def _remove_settled(self) -> None:
        for segment in list(self._segments):
            if segment is not self._current and not segment.left and not segment.under_way:
                self._segments.remove(segment)
                self._remove(segment)

    def _remove(self, segment: Segment) -> None:
        try:
            segment.remove()
        except (
            OSError
        ) as error:  # its events are answered for: nobody may miss that for a file's sake
            self._failed(error)

    def _made(self) -> Segment | None:
        if time.monotonic() < self._tried + RETRY:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # somebody may tidy up
            made = Segment.make(self._path, self._segment_size)
        except OSError as error:
            self._tried = time.monotonic()
            self._failed(error)
            return None
        self._failed(None)
        return made

    def _path(self) -> Path:
        return self._folder / name_of(self._own, next(self._numbers))

    def _sync(self) -> None:
        """Let the current segment know how far it is written, and how many are in it."""
        if self._current is not None:
            others = sum(one.left for one in self._segments if one is not self._current)
            self._current.end = self._end
            self._current.left = self._waiting - len(self._taken) - len(self._aside) - others

    def _take_some(self, count: int) -> int:
        """Take some records more, from one place. Returns how many."""
        self._sync()
        most = min(count - len(self._taken), AT_ONCE)
        if most <= 0 or sum(len(record) for record, _, _ in self._taken) > BATCH:
            return 0
        segment = next((one for one in self._segments if one.left), None)
        if segment is None:
            few = [(self._aside.popleft(), None, 0) for _ in range(min(most, len(self._aside)))]
            self._taken.extend(few)
            return len(few)
        frames = list(islice(segment.frames(segment.taken), min(most, segment.left)))
        if not frames:  # it was damaged while we had it
            self._lose(segment)
            self._count_lost()  # without a word of too little room: the damage was said
            return AT_ONCE
        self._taken.extend((record, segment, end) for record, end in frames)
        segment.taken = frames[-1][1]
        segment.left -= len(frames)
        segment.under_way += len(frames)
        return len(frames)
