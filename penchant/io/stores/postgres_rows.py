"""Events as rows of ``interaction_events``, in the binary form that COPY reads.

The body is the event, exact. The other columns are for people and SQL: cut to their length, without
the character NUL, which PostgreSQL does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from struct import Struct
from typing import Any

import msgspec

from penchant.core import event as events
from penchant.core.event import Event, Logged
from penchant.core.instant import SECOND

COLUMNS = (
    "event_id",
    "timestamp",
    "event_type",
    "severity",
    "user_id",
    "session_id",
    "capsule_id",
    "duration_ms",
    "success",
    "error_message",
    "log_position",
    "body",
    "interaction_data",
    "capsule_type",
    "capsule_category",
    "interaction_target",
    "action_id",
    "component_id",
    "time_since_last_interaction_ms",
    "context",
    "device_id",
    "device_type",
)
COPY = f"COPY interaction_events ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"

TOGETHER = 128  # rows handed over at once
_EPOCH = 946_684_800 * SECOND  # PostgreSQL counts microseconds from the year 2000
_INTEGER = 2**31 - 1
_length = Struct(">i").pack
_integer = Struct(">ii").pack
_count = Struct(">h").pack
_long = Struct(">iq").pack
_NULL = b"\xff\xff\xff\xff"
_TRUTH = {None: _NULL, True: b"\0\0\0\1\1", False: b"\0\0\0\1\0"}
_START = _count(len(COLUMNS))
_NO_DATA = _NULL * 7
_NO_CONTEXT = _NULL * 3
_INFO = _length(4) + b"info"
_json = msgspec.json.Encoder().encode


def without_nul(json: bytes) -> bytes:
    """JSON that JSONB takes: it cannot hold the character NUL.

    >>> without_nul(b'{"a": "\\\\u0000"}')
    b'{"a": "\\\\ufffd"}'
    """
    return json.replace(b"\\u0000", b"\\ufffd")


def copied_rows(added: Sequence[Logged]) -> Iterator[bytes]:
    """The rows of these events, some at a time, between header and trailer."""
    yield HEADER
    for start in range(0, len(added), TOGETHER):
        yield b"".join([_row(*logged) for logged in added[start : start + TOGETHER]])
    yield TRAILER


def _row(position: int, event: Event) -> bytes:
    data, context = event.data, event.context
    body = events.encode(event)
    return b"".join(
        (
            _START,
            _name(event.id),
            _long(8, event.at - _EPOCH),
            _name(event.kind[:50]),
            _INFO if data is None else _text(data.get("severity"), 20, _INFO),
            _name(event.user),
            _NULL if event.session is None else _name(event.session),
            _NULL if event.item is None else _name(event.item),
            _NULL if event.duration_ms is None else _number(event.duration_ms),
            _TRUTH[event.success],
            _NULL if event.error is None else _text(event.error, None),
            _long(8, position),
            _length(len(body)),
            body,
            _NO_DATA if data is None else _of_data(data),
            _NO_CONTEXT if context is None else _of_context(context),
        )
    )


def _of_data(data: Mapping[str, Any]) -> bytes:
    get = data.get
    return b"".join(
        (
            _document(data),
            _text(get("capsule_type"), 50),
            _text(get("capsule_category"), 100),
            _text(get("interaction_target"), 50),
            _text(get("action_id"), 255),
            _text(get("component_id"), 255),
            _number(get("time_since_last_interaction_ms")),
        )
    )


def _of_context(context: Mapping[str, Any]) -> bytes:
    get = context.get
    device = get("device_type", get("device"))
    return b"".join((_document(context), _text(get("device_id"), 255), _text(device, 50)))


def _name(text: str) -> bytes:
    encoded = text.encode()
    return _length(len(encoded)) + encoded


def _text(value: object, most: int | None, otherwise: bytes = _NULL) -> bytes:
    if not isinstance(value, str):
        return otherwise
    return _name(value[:most].replace("\0", "\ufffd"))


def _number(value: object) -> bytes:
    """A whole number, the closest that the column can hold."""
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        return _NULL
    return _integer(4, round(max(-_INTEGER, min(_INTEGER, value))))


def _document(value: Mapping[str, Any]) -> bytes:
    encoded = without_nul(_json(value))
    return _length(len(encoded) + 1) + b"\1" + encoded
