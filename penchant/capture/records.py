"""Records: an event as it waits, a few bytes that nothing can change any more."""

from __future__ import annotations

import base64
import marshal
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from penchant.core.errors import InvalidEvent

# In the order of a record: what the call was given, after the id and the instant of the call. New ones go
# to the end: a spool may hold records of an older version.
FIELDS = (
    "user",
    "kind",
    "item",
    "at",
    "session",
    "value",
    "text",
    "success",
    "error",
    "duration_ms",
    "request",
    "position",
    "context",
    "data",
)
FORMAT = 2  # of marshal: nothing but plain values, the same since Python 2.5, no references
LONGEST = 128 * 1024  # bytes of a record; what is within the bounds of an event takes less
DEEPEST = 64  # maps and lists within each other
# What marshal writes as it is. Subclasses are not among them: where they have a buffer, as the numbers
# of numpy do, marshal would take them for bytes.
PLAIN = frozenset({str, int, float, bool, type(None)})

dumps: Callable[[Any, int], bytes] = marshal.dumps
loads = marshal.loads


def is_plain(told: Any) -> bool:
    """Whether a map can be written as it is: text for keys, nothing nested, plain values."""
    if type(told) is not dict:
        return False
    for key, value in told.items():  # noqa: SIM110  # a generator takes twice as long
        if type(key) is not str or type(value) not in PLAIN:
            return False
    return True


def patiently(record: tuple[Any, ...]) -> bytes:
    """The bytes of a record whose values are not all plain. Raises ``InvalidEvent``."""
    values = [
        # Bytes are no name and no text: whoever checks the fields says so.
        bytes(value) if isinstance(value, bytes | bytearray) else plain(name, value)
        for name, value in zip(FIELDS, record[2:], strict=True)
    ]
    return dumps((*record[:2], *values), FORMAT)


def plain(field: str, value: object, depth: int = 0) -> Any:
    """A value as JSON can carry it: times, UUIDs, paths and decimals as text, bytes in base64.

    Raises ``InvalidEvent`` for anything else, naming the field.

    >>> plain("data", {"when": date(2026, 1, 31), "parts": (1, 2)})
    {'when': '2026-01-31', 'parts': [1, 2]}
    """
    if value.__class__ in PLAIN:
        return value
    if depth > DEEPEST:
        raise InvalidEvent(field, f"is nested more than {DEEPEST} deep")
    match value:
        case Enum():
            return plain(field, value.value, depth + 1)
        case str():
            return str.__str__(value)
        case bool() | int():
            return int.__int__(value)
        case float():
            return float.__float__(value)
        case Mapping():
            return {_key(field, key): plain(field, one, depth + 1) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(field, one, depth + 1) for one in value]
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case UUID() | Decimal() | PurePath():
            return str(value)
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
    if hasattr(value, "dtype") and getattr(value, "ndim", None) == 0:  # a number of numpy
        return plain(field, value.item(), depth + 1)  # type: ignore[attr-defined]  # as of numpy
    raise InvalidEvent(field, f"holds what JSON cannot carry: {type(value).__name__}")


def _key(field: str, key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    return str(plain(field, key))
