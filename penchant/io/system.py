"""The system: clock, chance and environment, handed in to whatever needs them."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant


def now() -> Instant:
    """This instant by the system's clock."""
    return time.time_ns() // 1_000


_chance = random.Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _chance.seed(os.urandom(32)))


def event_id(at: Instant) -> str:
    """A new event id: ``evt_`` and a UUID version 7 (RFC 9562), so that ids ascend with time.

    >>> event_id(1_767_225_600_000_000)[:16]
    'evt_019b76da-a80'
    """
    milliseconds = max(at, 0) // 1_000
    tail = _chance.getrandbits(74)
    high, low = tail >> 62, tail & (1 << 62) - 1
    number = milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low
    digits = f"{number:032x}"
    return f"evt_{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


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
