"""The last resort: what waits in memory at the end goes into a file, which the next recorder sends."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path

from penchant.capture.buffer import Buffer
from penchant.capture.counts import Tally
from penchant.capture.episodes import LOG
from penchant.capture.segment import FRAME, HEAD, SUFFIX, Segment, name_of, write_frame
from penchant.capture.spool import Spool
from penchant.core.wording import counted


class LastResort(Buffer):
    """A buffer that leaves what it holds at the end in ``folder``, and sends what others left there.

    The folder is of one target, and made only when there is something to leave. It takes up to
    ``size`` bytes; what does not fit, or cannot be written, is lost. What was left is sent before what
    is in memory, the oldest first. ``left`` is told why a file of another process stays.
    """

    def __init__(
        self,
        folder: Path,
        capacity: int,
        tally: Tally,
        full: Callable[[int], None],
        left: Callable[[OSError], None],
        *,
        waits: bool,
        size: int,
    ) -> None:
        super().__init__(capacity, tally, full, waits=waits)
        self._folder = folder
        self._size = size
        self._own = os.urandom(4).hex()
        self._numbers = count()
        self._kept = 0  # how many were written at the end
        self._of_others = False  # whether what is taken is what others left
        self._others = Spool(  # nothing is put into it
            folder, tally, full, lambda error: left(error) if error else None, lambda: None, left,
            batch=0, capacity=0, spills=True, waits=False, size=size,
        )  # fmt: skip

    def prepare(self) -> bool:
        return self._is_there() and any(self._folder.glob(f"*{SUFFIX}"))

    def adopt(self) -> bool:
        return self._is_there() and self._others.adopt()

    def take(self, count: int) -> list[bytes]:
        self._taker = threading.get_ident()
        left = self._others.take(count)
        self._of_others = bool(left)
        return left or super().take(count)

    def settle(self, count: int) -> None:
        if self._of_others:
            self._others.settle(count)
        else:
            super().settle(count)

    def close(self) -> int:
        with self._moved:
            self._others.close()
            waiting = []
            for records in (self._taken, self.records):
                while records:
                    waiting.append(records.popleft())
            kept = self._keep(waiting) if waiting else 0
            self._kept += kept
            return len(waiting) - kept + super().close()

    def let_go(self) -> None:
        self._others.let_go()

    def __len__(self) -> int:
        return len(self._others) + super().__len__() + self._kept

    def _is_there(self) -> bool:
        """Whether the folder can be looked into: a home that is out of reach is no trouble before the end."""
        return os.path.isdir(self._folder)

    def _keep(self, waiting: list[bytes]) -> int:
        """Write them into a file of their own. Returns how many of them, from the oldest on."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fitting = self._fitting(waiting)
            if fitting:
                self._write(fitting)
        except OSError as error:
            LOG.warning("what could not be sent cannot be kept either: %s", error)
            return 0
        if fitting:
            LOG.warning(
                "%s could not be sent before the end; what waits in %s is sent by the next recorder "
                "of that target",
                counted(len(fitting), "event"),
                self._folder,
            )
        return len(fitting)

    def _fitting(self, waiting: list[bytes]) -> list[bytes]:
        """Those of them that there is room for."""
        taken = HEAD + sum(map(_size_of, self._folder.glob(f"*{SUFFIX}")))
        for place, record in enumerate(waiting):
            taken += FRAME + len(record)
            if taken > self._size:
                LOG.warning(
                    "no more than %d bytes (spool_size) may wait in %s", self._size, self._folder
                )
                return waiting[:place]
        return waiting

    def _write(self, records: list[bytes]) -> None:
        size = HEAD + sum(FRAME + len(record) for record in records)
        file = Segment.make(lambda: self._folder / name_of(self._own, next(self._numbers)), size)
        place = HEAD
        for record in records:
            place = write_frame(file.map, place, record)
        file.let_go()


def _size_of(path: Path) -> int:
    """The bytes that a file takes on the disk: of a small one, many times what is in it."""
    try:
        status = path.stat()
    except FileNotFoundError:  # it was sent in the meantime
        return 0
    return max(status.st_size, status.st_blocks * 512)
