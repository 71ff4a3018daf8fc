"""Events over HTTP: one, an array or lines; answered once they are durable."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus
from itertools import islice
from typing import Annotated

import msgspec

from penchant.core.forms import EventForm
from penchant.core.ports import Append
from penchant.core.receipt import Receipt
from penchant.serve.http.answer import Answer
from penchant.serve.http.body import is_lines, no_json, read_body
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.problems import AllRefused, Refusal
from penchant.serve.http.wire import ReceiptBody
from penchant.serve.intake import LINE, NO_JSON, Sorted

LONG = 256 * 1024  # bytes; a longer body is taken apart on a thread
MOST = 10_000  # events of one request
_KEY = re.compile(r"[!-~]{1,200}")
_ARRAY = re.compile(rb"\s*\[")
# A struct that is written as an array is the one type whose reading ends with the first element too
# many: nothing is built for those that follow.
_few = msgspec.json.Decoder(
    msgspec.defstruct(
        "Few",
        [(f"event{number}", msgspec.Raw, msgspec.Raw()) for number in range(MOST)],
        array_like=True,
        forbid_unknown_fields=True,
    )
)
_encode = msgspec.json.Encoder().encode
_ONE = Answer(202, _encode(ReceiptBody(1, 0, [])))
_ONE_AGAIN = Answer(202, _encode(ReceiptBody(0, 1, [])))


async def post(call: Call) -> Answer:
    """Append what was sent. With an ``Idempotency-Key``, events without an id get one from it."""
    headers = call.request.headers
    lines = is_lines(headers)
    key = idempotency_key(headers.get(b"idempotency-key"))
    body = await read_body(headers, call.request.receive)
    sorted_ = await _sort(call, body, lines, key)
    metrics = call.server.metrics
    metrics.rejected += len(sorted_.rejected)
    if not sorted_.events:
        if not sorted_.rejected:
            return Answer(202, _encode(Receipt()))
        raise AllRefused(sorted_.rejected, not lines and body.lstrip()[:1] != b"[")
    sent = len(sorted_.events)
    accepted = await call.server.writes.write(Append(sorted_.events))
    metrics.accepted += accepted
    metrics.duplicates += sent - accepted
    if sent == 1 and not sorted_.rejected:
        return _ONE if accepted else _ONE_AGAIN
    return Answer(202, _encode(ReceiptBody(accepted, sent - accepted, sorted_.rejected)))


def idempotency_key(sent: bytes | None) -> str | None:
    """The key of a request that may be sent again. Raises ``Refusal`` for an unusable one."""
    if sent is None:
        return None
    key = sent.decode("latin-1").strip()
    if not _KEY.fullmatch(key):
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "expected 1 to 200 visible ASCII characters, such as a UUID",
            field="Idempotency-Key",
        )
    return key


def _check_count(body: bytes, lines: bool) -> None:
    """Raise ``Refusal`` for too many events, before any of them is built."""
    if lines:
        many = body.count(b"\n") >= MOST and any(islice(LINE.finditer(body), MOST, None))
    else:
        many = body.count(b",") >= MOST and _ARRAY.match(body) is not None and not _are_few(body)
    if many:
        raise _too_many()


def _are_few(body: bytes) -> bool:
    try:
        _few.decode(body)
    except msgspec.ValidationError:
        return False
    return True


def _too_many() -> Refusal:
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"a request holds at most {MOST:,} events; send them in several, "
        "or 'penchant import' the file",
        field="$",
    )


async def _sort(call: Call, body: bytes, lines: bool, key: str | None) -> Sorted:
    intake = call.engine.parts.intake

    def sort() -> Sorted:
        _check_count(body, lines)
        sorted_ = intake.lines(body, key) if lines else intake.json(body, key)
        if len(sorted_.events) + len(sorted_.rejected) > MOST:  # several on one line
            raise _too_many()
        return sorted_

    try:
        return await asyncio.to_thread(sort) if len(body) > LONG else sort()
    except NO_JSON as error:
        raise no_json(error) from None


OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/events",
        tag="events",
        summary="Remember events: one, an array, or one a line; answered once they are durable.",
        write=post,
        scope="write",
        body=EventForm | Annotated[list[EventForm], msgspec.Meta(max_length=MOST)],
        raw=True,
        answers={202: ReceiptBody},
        errors=(422,),
    ),
)
