"""Portions: a large state as MessagePack, a little at a time, so that others get their turn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

ENTRIES = 100  # entries of a map encoded at once; with rows of 256 pairs some milliseconds


def portions(encoder: msgspec.msgpack.Encoder, value: Any) -> Iterator[bytes]:
    """The bytes that the encoder makes of a value, in order; the value must not change meanwhile.

    Large maps are divided, wherever they lie in lists and in structs encoded by place.

    >>> encoder = msgspec.msgpack.Encoder()
    >>> b"".join(portions(encoder, [1, {"a": 2}])) == encoder.encode([1, {"a": 2}])
    True
    """
    if isinstance(value, dict) and len(value) > ENTRIES:
        yield _header(len(value), 0xDE)
        entries = iter(value.items())
        while part := dict(islice(entries, ENTRIES)):
            yield encoder.encode(part)[len(_header(len(part), 0xDE)) :]
    elif isinstance(value, msgspec.Struct) and value.__struct_config__.array_like:
        names = value.__struct_fields__
        yield _header(len(names), 0xDC)
        for name in names:
            yield from portions(encoder, getattr(value, name))
    elif isinstance(value, list) and len(value) < ENTRIES:
        yield _header(len(value), 0xDC)
        for one in value:
            yield from portions(encoder, one)
    else:
        yield encoder.encode(value)


def _header(size: int, wide: int) -> bytes:
    """How MessagePack begins a map or an array; ``wide`` is the code of one with a length of 16 bits."""
    if size < 16:
        return bytes([(0x80 if wide == 0xDE else 0x90) | size])
    if size < 1 << 16:
        return bytes([wide]) + size.to_bytes(2)
    return bytes([wide + 1]) + size.to_bytes(4)
