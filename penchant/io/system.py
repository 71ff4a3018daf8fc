"""The system: clock, chance and environment, handed in to whatever needs them."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from penchant.core.errors import InvalidArgument
from penchant.core.instant import MINUTE, Instant

TURNED_BACK: Instant = MINUTE  # by which a clock is corrected; by more it was set anew


class Clock:
    """The system's clock, which stands still while it is turned back by up to a minute.

    Events that are given their time here thus keep the order in which they came in.
    """

    def __init__(self, read: Callable[[], int] = time.time_ns) -> None:
        self._read = read
        self._latest: Instant = 0

    def __call__(self) -> Instant:
        at = self._read() // 1_000
        if self._latest - TURNED_BACK <= at < self._latest:
            return self._latest
        self._latest = at
        return at


now = Clock()
_VARIANTS = "89ab"  # digits that begin with the bits 10, the variant of RFC 9562
_chance = random.Random(os.urandom(32))
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=lambda: _chance.seed(os.urandom(32)))


def event_id(at: Instant) -> str:
    """A new event id: ``evt_`` and a UUID version 7 (RFC 9562), so that ids ascend with time.

    >>> event_id(1_767_225_600_000_000)[:16]
    'evt_019b76da-a80'
    """
    chance = _chance.getrandbits(74)
    digits = f"{chance >> 2:018x}"
    beginning = _beginning(max(at, 0) // 1_000)
    return f"{beginning}{digits[:3]}-{_VARIANTS[chance & 3]}{digits[3:6]}-{digits[6:]}"


@lru_cache(4)
def _beginning(milliseconds: int) -> str:
    """An id as far as the version, the same for all of one millisecond."""
    return f"evt_{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}-7"


def request_id(at: Instant) -> str:
    """A new name for a slate: ``req_`` and a UUID version 7."""
    return event_id(at).replace("evt_", "req_", 1)


def path_of(field: str, told: object) -> Path:
    """The path that an argument names, ``~`` resolved. Raises ``InvalidArgument``.

    >>> path_of("store", "taste").name
    'taste'
    """
    try:
        path = os.fspath(told)  # type: ignore[call-overload]  # anything else is a TypeError
        if not path or b"\0" in os.fsencode(path):
            raise ValueError
        return Path(os.fsdecode(path)).expanduser()
    except (TypeError, ValueError, RuntimeError):
        raise InvalidArgument(field, f"expected the path of a file, got {told!r:.60}") from None
