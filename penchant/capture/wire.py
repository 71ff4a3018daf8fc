"""Wire: what of a record is sent, or why it is no event."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

from penchant.capture.records import FIELDS, loads
from penchant.core.errors import InvalidEvent
from penchant.core.names import KIND_LONGEST, LONGEST, check_characters

TEXT_LONGEST = 8_192  # characters of ``text`` and ``error``
DURATION = 10**13  # milliseconds
POSITION = 10_000
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def fields_of(record: bytes, now: int) -> dict[str, Any]:
    """The fields that are known, under their names. Raises ``InvalidEvent`` for what is no event.

    An instant given by the recorder is at most ``now``, in nanoseconds: a clock that was ahead when the
    event happened, and was set right since, would have it refused.
    """
    try:
        id, stamp, *told = loads(record)
        fields = {"id": id, "at": min(stamp, now) // 1_000}
    except (ValueError, TypeError, EOFError):
        raise InvalidEvent("$", "is no record that this version of penchant reads") from None
    if len(told) > len(FIELDS):
        raise InvalidEvent("$", "was recorded by a newer version of penchant")
    for name, value in zip(FIELDS, told, strict=False):  # an older version knew fewer
        if value is not None:
            fields[name] = CHECKS[name](name, value)
    for name in ("user", "kind"):
        if name not in fields:
            raise InvalidEvent(name, "is required")
    return fields


def line_of(fields: dict[str, Any]) -> bytes:
    """The event as a line of JSON. Raises ``InvalidEvent`` for a map that JSON cannot carry."""
    try:
        return _encode(fields).encode()
    except (ValueError, RecursionError):
        for name in ("context", "data"):
            if not _is_json(fields.get(name)):
                reason = "holds what JSON cannot carry: a number that is not finite"
                raise InvalidEvent(name, reason) from None
        raise


def _is_json(value: object) -> bool:
    try:
        _encode(value)
    except (ValueError, RecursionError):
        return False
    return True


def _name(field: str, value: object, longest: int = LONGEST) -> str:
    """A name; a whole number becomes one, as the keys of databases are."""
    if isinstance(value, int) and value.__class__ is int:
        if value.bit_length() > 4 * longest:  # Python refuses to write very long ones
            raise InvalidEvent(field, f"expected 1 to {longest} characters, got a longer number")
        value = str(value)
    if not isinstance(value, str):
        raise InvalidEvent(field, f"expected text, got {type(value).__name__}")
    if not 1 <= len(value) <= longest:
        raise InvalidEvent(field, f"expected 1 to {longest} characters, got {len(value)}")
    check_characters(field, value, InvalidEvent)
    return value


def _kind(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidEvent(field, f"expected text, got {type(value).__name__}")
    return _name(field, value, KIND_LONGEST)


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidEvent(field, f"expected text, got {type(value).__name__}")
    if len(value) > TEXT_LONGEST:
        raise InvalidEvent(field, f"expected at most {TEXT_LONGEST} characters, got {len(value)}")
    check_characters(field, value, InvalidEvent)
    return value


def _number(field: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidEvent(field, f"expected a number, got {type(value).__name__}")
    try:
        finite = math.isfinite(value)
    except OverflowError:
        raise InvalidEvent(field, "expected a number below 1.8e308, got a larger one") from None
    if not finite:
        raise InvalidEvent(field, f"expected a finite number, got {value!r}")
    return value


def _duration(field: str, value: object) -> float:
    number = _number(field, value)
    if not 0 <= number <= DURATION:
        raise InvalidEvent(field, f"expected milliseconds from 0 to 1e13, got {number!r}")
    return number


def _position(field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= POSITION:
        raise InvalidEvent(field, f"expected a whole number from 0 to {POSITION}")
    return value


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidEvent(field, f"expected true or false, got {type(value).__name__}")
    return value


def _map(field: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidEvent(field, f"expected a map, got {type(value).__name__}")
    return value


def _time(field: str, value: object) -> str | float:
    """When it happened as the caller told; the target reads it."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return value if isinstance(value, str) else _number(field, value)
    raise InvalidEvent(field, f"expected a time, got {type(value).__name__}")


CHECKS: dict[str, Callable[[str, object], Any]] = {
    "user": _name,
    "kind": _kind,
    "item": _name,
    "at": _time,
    "session": _name,
    "value": _number,
    "text": _text,
    "success": _flag,
    "error": _text,
    "duration_ms": _duration,
    "request": _name,
    "position": _position,
    "context": _map,
    "data": _map,
}
