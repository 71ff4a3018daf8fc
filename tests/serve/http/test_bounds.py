"""Bodies that are small on the wire and large in memory."""

from __future__ import annotations

import gzip
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from penchant.serve.http.body import LIMIT, MEMBERS, VALUES
from penchant.serve.http.events import MOST

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
ZIPPED = {**JSON, "content-encoding": "gzip"}
OURS, THEIRS = b'{"user":"a","kind":"b"}', b'{"uid":"a","type":"b"}'
ROOM = 6 * LIMIT  # the body, its copies on the way, and what little is built
TOO_MANY_EVENTS = f"a request holds at most {MOST:,} events; send them in several, "
TOO_MANY_VALUES = f"a body holds at most {VALUES:,} values"
TOO_MANY_MEMBERS = f"a gzip body has at most {MEMBERS:,} members"


def array(one: bytes, count: int) -> bytes:
    return b"[" + b",".join([one] * count) + b"]"


def full(one: bytes) -> bytes:
    """An array of 16 MiB."""
    return array(one, (LIMIT - 2) // (len(one) + 1))


HEAVY = [
    ("/v1/events", full(OURS), JSON, TOO_MANY_VALUES),
    ("/v1/events", full(THEIRS), JSON, TOO_MANY_VALUES),
    ("/v1/events", full(b"[]"), JSON, TOO_MANY_VALUES),
    ("/v1/events", array(OURS, 150_000), JSON, TOO_MANY_EVENTS),
    ("/v1/events", array(THEIRS, 150_000), JSON, TOO_MANY_EVENTS),
    ("/v1/events", array(b"7", 400_000), JSON, TOO_MANY_EVENTS),
    ("/v1/events", array(OURS, MOST + 1), JSON, TOO_MANY_EVENTS),
    ("/v1/events", b"\n".join([OURS] * (MOST + 1)), LINES, TOO_MANY_EVENTS),
    ("/v1/events", b" ".join([OURS] * (MOST + 1)), LINES, TOO_MANY_EVENTS),
    ("/v1/events", b"x\n" * (LIMIT // 2), LINES, TOO_MANY_EVENTS),
    ("/v1/events", gzip.compress(b"") * 500_000, ZIPPED, TOO_MANY_MEMBERS),
    ("/v1/events", gzip.compress(b" ") * (MEMBERS + 1), ZIPPED, TOO_MANY_MEMBERS),
    ("/v1/items", full(b'{"id":"a"}'), JSON, TOO_MANY_VALUES),
    ("/v1/batch", full(b'{"method":"GET","path":"/"}'), JSON, TOO_MANY_VALUES),
    ("/v1/users/a/rank", b'{"items":' + full(b'"a"')[:-20] + b'"]}', JSON, TOO_MANY_VALUES),
]


@pytest.mark.parametrize(("url", "body", "headers", "reason"), HEAVY)
def test_what_would_be_large_in_memory_is_refused_before_it_is_built(
    client: Client, url: str, body: bytes, headers: dict[str, str], reason: str
) -> None:
    tracemalloc.start()
    try:
        status, field, detail = client.problem("POST", url, content=body, headers=headers)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (status, field) == (413, "$")
    assert detail.startswith(reason)
    assert peak < ROOM


@pytest.mark.parametrize("one", [OURS, THEIRS])
@pytest.mark.parametrize("headers", [JSON, LINES])
def test_as_many_events_as_a_request_may_hold_are_taken(
    client: Client, one: bytes, headers: dict[str, str]
) -> None:
    body = array(one, MOST) if headers is JSON else b"\n".join([b"", one] * MOST)

    answer = client("POST", "/v1/events", content=body, headers=headers)

    assert answer.json() == {"accepted": MOST, "duplicates": 0, "rejected": []}


def test_a_body_zipped_in_blocks_is_taken(client: Client) -> None:
    parts = [b"[", *[OURS + b","] * (MEMBERS - 3), OURS, b"]"]
    body = b"".join(map(gzip.compress, parts))

    answer = client("POST", "/v1/events", content=body, headers=ZIPPED)

    assert answer.json()["accepted"] == MEMBERS - 2
