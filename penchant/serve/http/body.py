"""Bodies: read within bounds, unzipped within bounds, told apart by their type."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from penchant.core.errors import InvalidArgument
from penchant.serve.http.problems import Refusal, pointer
from penchant.serve.http.reasons import explained
from penchant.serve.intake import NO_JSON

LIMIT = 16 * 1024 * 1024  # bytes of one body, zipped or not
VALUES = 500_000  # of one body: each takes some 100 bytes once it is read, however short it is sent
MEMBERS = 1_000  # of one gzip body; block-wise compressors make one of 64 KiB
_PIECE = 64 * 1024
JSON_TYPES = frozenset({b"application/json", b"text/json"})
LINE_TYPES = frozenset(
    {b"application/x-ndjson", b"application/ndjson", b"application/jsonl", b"application/jsonlines"}
)
_GZIP = 16 + zlib.MAX_WBITS

Receive = Callable[[], Awaitable[Any]]
Body = TypeVar("Body")


class Disconnected(Exception):
    """The client went away before its request was complete."""


async def read_body(headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
    """The whole body, unzipped. Raises ``Refusal`` beyond its bounds and for other encodings."""
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"identity", b"gzip", b""):
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"the content encoding {encoding.decode('latin-1')[:40]!r} is not understood; "
            "send gzip or none",
            headers=(("accept-encoding", "gzip, identity"),),
        )
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > LIMIT:
        raise _too_large()
    body = await _gather(receive)
    if encoding == b"gzip":
        body = unzip(body)
    _check_values(body)
    return body


async def _gather(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise Disconnected
    if message.get("more_body", False):
        parts = [body]
        size = len(body)
        while message.get("more_body", False):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > LIMIT:
                raise _too_large()
        body = b"".join(parts)
    if len(body) > LIMIT:
        raise _too_large()
    return body


def unzip(body: bytes) -> bytes:
    """What was zipped, of one or several members, never more than 16 MiB.

    >>> import gzip
    >>> unzip(gzip.compress(b"a") + gzip.compress(b"b"))
    b'ab'
    """
    parts: list[bytes] = []
    room = LIMIT
    members = 0
    member = zlib.decompressobj(_GZIP)
    try:
        for start in range(0, len(body), _PIECE):
            piece = body[start : start + _PIECE]  # what follows a member is copied: not the whole
            while piece:
                if member.eof:
                    member = zlib.decompressobj(_GZIP)
                parts.append(member.decompress(piece, room + 1))
                room -= len(parts[-1])
                members += member.eof
                if room < 0 or members > MEMBERS:
                    raise _too_large() if room < 0 else _too_many_members()
                piece = member.unused_data
    except zlib.error as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"is not gzip: {error}", field="$") from None
    if not member.eof:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the gzip body ends in the middle", field="$")
    return b"".join(parts)


def _check_values(body: bytes) -> None:
    """Refuse what would take much more memory than it has bytes, before anything is built."""
    if len(body) > VALUES and sum(map(body.count, (b",", b"[", b"{"))) > VALUES:
        raise Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"a body holds at most {VALUES:,} values (commas and brackets are counted); "
            "send it in parts",
            field="$",
        )


def is_lines(headers: Mapping[bytes, bytes]) -> bool:
    """Whether the body is newline-delimited JSON. Raises ``Refusal`` unless it is that or JSON."""
    type = _type(headers)
    if type in LINE_TYPES:
        return True
    if type not in JSON_TYPES:
        raise _unsupported(type, "application/json or application/x-ndjson")
    return False


def decode(headers: Mapping[bytes, bytes], body: bytes, type: type[Body]) -> Body:
    """A JSON body as a type. Raises ``Refusal`` and ``InvalidArgument`` naming the field."""
    sent = _type(headers)
    if sent not in JSON_TYPES:
        raise _unsupported(sent, "application/json")
    try:
        return msgspec.json.decode(body, type=type)
    except msgspec.ValidationError as error:
        field, reason = explained(error, type)
        raise InvalidArgument(pointer(field), reason) from None
    except NO_JSON as error:
        raise no_json(error) from None


def no_json(error: Exception) -> Refusal:
    """The answer to what is no JSON."""
    if isinstance(error, RecursionError):
        return Refusal(HTTPStatus.BAD_REQUEST, "is nested too deeply", field="$")
    if isinstance(error, UnicodeDecodeError):
        return Refusal(HTTPStatus.BAD_REQUEST, "is not valid UTF-8", field="$")
    return Refusal(HTTPStatus.BAD_REQUEST, f"is not JSON: {error}", field="$")


def _type(headers: Mapping[bytes, bytes]) -> bytes:
    sent = headers.get(b"content-type", b"")
    return sent if sent in JSON_TYPES else sent.partition(b";")[0].strip().lower()


def _unsupported(sent: bytes, expected: str) -> Refusal:
    got = f"got {sent.decode('latin-1')[:60]!r}" if sent else "none was sent"
    return Refusal(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"expected the header Content-Type to be {expected}, {got}",
        headers=(("accept", expected.replace(" or ", ", ")),),
    )


def _too_many_members() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"a gzip body has at most {MEMBERS:,} members; compress it in one piece",
        field="$",
    )


def _too_large() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"a body holds at most {LIMIT // 1024**2} MiB, unzipped as well; send it in parts",
        field="$",
    )
