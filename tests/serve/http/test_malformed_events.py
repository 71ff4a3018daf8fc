"""Malformed events, each with its exact answer: status, field, reason."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

JSON = {"content-type": "application/json"}
TOO_MUCH = 17 * 1024 * 1024

# Sent to POST /v1/events: values as JSON, bytes as they are.
EVENTS: list[tuple[Any, int, str | None, str]] = [
    (b"", 400, "$", "is not JSON: Input data was truncated"),
    (b"{", 400, "$", "is not JSON: Input data was truncated"),
    (b"[1,", 400, "$", "is not JSON: Input data was truncated"),
    (b"nonsense", 400, "$", "is not JSON: JSON is malformed: invalid character (byte 4)"),
    (b"\xff\xfe", 400, "$", "is not JSON: JSON is malformed: invalid character (byte 0)"),
    (b'{"user":"\xed\xa0\x80","kind":"click"}', 400, "$", "is not valid UTF-8"),
    (b'[{"user_id":"\xff","kind":"click"}]', 400, "$", "is not valid UTF-8"),
    (b"[" * 100_000, 400, "$", "is nested too deeply"),
    (
        b'{"user":"a","kind":"click","value":1e999}',
        400,
        "$",
        "is not JSON: Number out of range - at `$[...]`",
    ),
    (b" " * TOO_MUCH, 413, "$", "a body holds at most 16 MiB, unzipped as well; send it in parts"),
    ({}, 422, "$.user", "is required"),
    (7, 422, "$", "expected an object with fields, got 7"),
    ("text", 422, "$", "expected an object with fields, got 'text'"),
    (None, 422, "$", "expected an object with fields, got None"),
    ({"user": "ann"}, 422, "$.kind", "is required"),
    ({"kind": "click"}, 422, "$.user", "is required"),
    ({"user": "", "kind": "click"}, 422, "$.user", "expected `str` of length >= 1, namely ''"),
    (
        {"user": "u" * 256, "kind": "click"},
        422,
        "$.user",
        "expected `str` of length <= 255, namely '" + "u" * 56 + "...",
    ),
    ({"user": True, "kind": "click"}, 422, "$.user", "expected `str`, got `bool`, namely True"),
    (
        {"user": "ann", "kind": "k" * 65},
        422,
        "$.kind",
        "expected `str` of length <= 64, namely '" + "k" * 56 + "...",
    ),
    (
        {"user": "ann", "kind": "click", "itme": "x"},
        422,
        "$.itme",
        "no such field; closest is 'item'; put your own fields into 'data'",
    ),
    (
        {"user": "ann", "kind": "click", "at": "yesterday"},
        422,
        "$.at",
        "'yesterday' is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, a date, or an epoch number",
    ),
    (
        {"user": "ann", "kind": "click", "at": "2026-02-01T00:00:00Z"},
        422,
        "$.at",
        "2026-02-01T00:00:00Z lies more than 24 h ahead of 2026-01-01T12:00:00Z",
    ),
    (
        {"user": "ann", "kind": "click", "at": 1e300},
        422,
        "$.at",
        "the epoch value 1e+291 s lies outside the years 1900 to 9999",
    ),
    (
        {"user": "ann", "kind": "click", "position": -1},
        422,
        "$.position",
        "expected `int` >= 0, namely -1",
    ),
    (
        {"user": "ann", "kind": "click", "duration_ms": -5},
        422,
        "$.duration_ms",
        "expected `float` >= 0.0, namely -5",
    ),
    (
        {"user": "ann", "kind": "click", "success": "yes"},
        422,
        "$.success",
        "expected `bool | null`, got `str`, namely 'yes'",
    ),
    (
        {"user": "ann", "kind": "click", "context": [1]},
        422,
        "$.context",
        "expected `object | null`, got `array`, namely [1]",
    ),
    (
        {"user": "ann", "kind": "click", "data": {"x": "y" * 9000}},
        422,
        "$.data",
        "takes 9006 bytes, at most 8192 are kept",
    ),
    (
        {"user": "ann", "kind": "click", "data": {"x": 2**70}},
        422,
        "$.data",
        "holds what JSON cannot carry: can't serialize ints < -2**63 or > 2**64 - 1",
    ),
    (
        {"user": "an\x00n", "kind": "click"},
        422,
        "$.user",
        "contains the character NUL, which no store keeps",
    ),
    (
        b'{"user":"a\\ud800","kind":"click"}',
        400,
        "$",
        "is not JSON: JSON is malformed: unexpected end of escaped utf-16 surrogate pair (byte 16)",
    ),
    (
        [{"user": "ann"}, {"user": "bob", "kind": "click", "value": "much"}],
        422,
        "$[0].kind",
        "all 2 events were refused: is required",
    ),
]
SENT: list[tuple[str, dict[str, str], bytes, int, str | None, str]] = [
    (
        "/v1/events",
        {},
        b"{}",
        415,
        None,
        "expected the header Content-Type to be application/json or application/x-ndjson, none was sent",
    ),
    (
        "/v1/events",
        {"content-type": "text/plain"},
        b"{}",
        415,
        None,
        "expected the header Content-Type to be application/json or application/x-ndjson, got 'text/plain'",
    ),
    (
        "/v1/events",
        {"content-type": "application/x-www-form-urlencoded"},
        b"user=a",
        415,
        None,
        "expected the header Content-Type to be application/json or application/x-ndjson, "
        "got 'application/x-www-form-urlencoded'",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "content-encoding": "br"},
        b"{}",
        415,
        None,
        "the content encoding 'br' is not understood; send gzip or none",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "content-encoding": "gzip"},
        b"{}",
        400,
        "$",
        "is not gzip: Error -3 while decompressing data: incorrect header check",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "content-encoding": "gzip"},
        gzip.compress(b"{}")[:-9],
        400,
        "$",
        "the gzip body ends in the middle",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "content-encoding": "gzip"},
        gzip.compress(b" " * TOO_MUCH),
        413,
        "$",
        "a body holds at most 16 MiB, unzipped as well; send it in parts",
    ),
    (
        "/v1/events",
        {"content-type": "application/x-ndjson"},
        b'{"user":"ann"}\nnonsense\n',
        422,
        "$[0].kind",
        "all 2 events were refused: is required",
    ),
    (
        "/v1/events?dry=1",
        {"content-type": "application/json"},
        b'{"user": "ann", "kind": "click"}',
        400,
        "dry",
        "no such parameter; known are: none",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "idempotency-key": "k" * 256},
        b'{"user": "ann", "kind": "click"}',
        400,
        "Idempotency-Key",
        "expected 1 to 200 visible ASCII characters, such as a UUID",
    ),
    (
        "/v1/events",
        {"content-type": "application/json", "idempotency-key": " "},
        b'{"user": "ann", "kind": "click"}',
        400,
        "Idempotency-Key",
        "expected 1 to 200 visible ASCII characters, such as a UUID",
    ),
]


def _requests() -> Iterator[Any]:
    for number, (body, *expected) in enumerate(EVENTS):
        sent = body if isinstance(body, bytes) else msgspec.json.encode(body)
        yield pytest.param("/v1/events", JSON, sent, *expected, id=f"event-{number}")
    for number, (url, headers, sent, *expected) in enumerate(SENT):
        yield pytest.param(url, headers, sent, *expected, id=f"sent-{number}")


@pytest.mark.parametrize(("url", "headers", "body", "status", "field", "reason"), list(_requests()))
def test_a_malformed_event_is_told_what_is_wrong_and_where(
    client: Client,
    url: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
    field: str | None,
    reason: str,
) -> None:
    problem = client.problem("POST", url, headers=headers, content=body)

    assert problem == (status, field, reason)
    assert client.engine.parts.store.count() == 0
