"""Events over HTTP: one, an array or lines; answered once they are durable."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

import msgspec

from penchant.core.admission import EventForm
from penchant.core.ports import Append
from penchant.core.receipt import Receipt
from penchant.serve.http.answer import Answer
from penchant.serve.http.body import is_lines, no_json, read_body
from penchant.serve.http.call import Call, Operation
from penchant.serve.http.problems import AllRefused, Refusal
from penchant.serve.http.wire import ReceiptBody
from penchant.serve.intake import NO_JSON, Sorted

LONG = 256 * 1024  # bytes; a longer body is taken apart on a thread
_KEY = re.compile(r"[!-~]{1,200}")
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


async def _sort(call: Call, body: bytes, lines: bool, key: str | None) -> Sorted:
    intake = call.engine.parts.intake
    sort = intake.lines if lines else intake.json
    try:
        if len(body) > LONG:
            return await asyncio.to_thread(sort, body, key)
        return sort(body, key)
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
        body=EventForm | list[EventForm],
        raw=True,
        answers={202: ReceiptBody},
        errors=(422,),
    ),
)
