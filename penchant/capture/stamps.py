"""Stamps: the instant of a call and the id of its event, both ascending within a process."""

from __future__ import annotations

import os
import threading
from itertools import count

TURNED_BACK = 60 * 10**9  # nanoseconds by which a clock is corrected; by more it was set anew
# Numbers begin between these, so that they have twelve digits and 10**11 of them are left at least.
_LEAST, _MOST = 10**11, 9 * 10**11


class Stamps:
    """Instants in nanoseconds since 1970 UTC, and ids of the form of a UUID version 7 (RFC 9562).

    An id is ``head`` and the next of ``numbers``: the millisecond, what is random once in a process, and
    a counter that begins at a random number (RFC 9562, 6.2). Its twelve digits are decimal, which are
    hexadecimal digits as well and quicker to write.

    So that taking a stamp is cheap, the caller does the common case itself: an instant from ``latest`` up
    to ``until`` is good as it is, with ``head``; any other goes through :meth:`turn`.

    >>> stamps = Stamps()
    >>> stamps.turn(1_767_225_600_000_000_000)
    1767225600000000000
    >>> stamps.head[:16], len(stamps.head)
    ('evt_019b76da-a80', 28)
    """

    __slots__ = ("_lock", "_middle", "first", "head", "latest", "numbers", "until")

    def __init__(self) -> None:
        chance = int.from_bytes(os.urandom(16), "big")
        version = 0x7000 | chance & 0xFFF
        variant = 0x8000 | chance >> 12 & 0x3FFF
        self._middle = f"{version:04x}-{variant:04x}-"
        self.first = _LEAST + (chance >> 26) % (_MOST - _LEAST)
        self.numbers = count(self.first)
        self.head = ""
        self.latest = 0
        self.until = 0
        self._lock = threading.RLock()  # a signal handler may come in between

    def turn(self, at: int) -> int:
        """The instant to keep where the clock says ``at``: never earlier than the last one, unless the
        clock was turned back by more than a minute; ``head`` is of its millisecond afterwards."""
        with self._lock:
            if self.latest - TURNED_BACK <= at < self.latest:
                at = self.latest
            if not self.latest <= at < self.until:
                milliseconds = max(at, 0) // 1_000_000
                self.head = (
                    f"evt_{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-{self._middle}"
                )
                self.until = (milliseconds + 1) * 1_000_000
            self.latest = at
            return at
