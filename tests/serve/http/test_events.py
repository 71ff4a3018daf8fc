from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.ports import Append

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

CLICK = {"user": "ann", "kind": "click", "item": "tea"}
LINES = {"content-type": "application/x-ndjson"}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (msgspec.json.encode([CLICK, CLICK]), JSON),
        (msgspec.json.encode([CLICK, CLICK]), {"content-type": "Application/JSON; charset=utf-8"}),
        (b"\n".join([msgspec.json.encode(CLICK)] * 2), LINES),
        (gzip.compress(msgspec.json.encode([CLICK, CLICK])), {**JSON, "content-encoding": "gzip"}),
        (b" [ " + msgspec.json.encode(CLICK) + b"," + msgspec.json.encode(CLICK) + b"]", JSON),
    ],
    ids=["array", "charset", "lines", "gzip", "spaces"],
)
def test_events_arrive_in_every_form(client: Client, body: bytes, headers: dict[str, str]) -> None:
    answer = client("POST", "/v1/events", content=body, headers=headers)

    assert answer.status_code == 202
    assert answer.json() == {"accepted": 2, "duplicates": 0, "rejected": []}
    assert client.engine.parts.store.count() == 2


def test_a_large_body_is_taken_as_a_small_one(client: Client) -> None:
    events = [{**CLICK, "text": "x" * 1_000} for _ in range(1_000)]

    assert client.send(events) == {"accepted": 1_000, "duplicates": 0, "rejected": []}


def test_a_refused_event_does_not_hold_up_the_others(client: Client) -> None:
    told = client.send([CLICK, {"user": "ann"}, {**CLICK, "id": "e1"}, {**CLICK, "id": "e1"}])

    assert told == {
        "accepted": 2,
        "duplicates": 1,
        "rejected": [{"index": 1, "field": "kind", "reason": "is required"}],
    }


def test_when_every_event_is_refused_all_of_them_are_told(client: Client) -> None:
    answer = client("POST", "/v1/events", json=[{"user": "ann"}, {"kind": "click"}])

    assert answer.status_code == 422
    assert answer.json()["field"] == "$[0].kind"
    assert [one["field"] for one in answer.json()["rejected"]] == ["kind", "user"]


def test_nothing_sent_is_nothing_refused(client: Client) -> None:
    assert client.send([]) == {"accepted": 0, "duplicates": 0, "rejected": []}


@pytest.mark.parametrize("events", [CLICK, [CLICK, {"userId": "bob", "type": "view"}]])
def test_a_request_sent_again_under_its_key_changes_nothing(client: Client, events: Any) -> None:
    headers = {"idempotency-key": "order-4711"}
    first = client.send(events, headers=headers)
    again = client.send(events, headers=headers)
    other = client.send(events, headers={"idempotency-key": "order-4712"})

    count = len(events) if isinstance(events, list) else 1
    assert [told["accepted"] for told in (first, again, other)] == [count, 0, count]
    assert again["duplicates"] == count


def test_an_id_of_its_own_is_kept_under_a_key(client: Client) -> None:
    client.send([{**CLICK, "id": "mine"}], headers={"idempotency-key": "k"})

    assert client.engine.user("ann").history()[0].id == "mine"


def test_a_full_queue_says_when_to_come_back(serving: Callable[..., Client]) -> None:
    client = serving(queue_capacity=1)
    writer = client.engine.parts.writer
    with writer._condition:  # the writer cannot take anything off the queue meanwhile
        writer.submit(Append((client.engine.parts.edge.event_from(CLICK),)))
        answer = client("POST", "/v1/events", json=CLICK)

    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"


def test_a_store_that_is_away_acknowledges_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(writes: object) -> list[int]:
        raise StoreUnavailable("the disk is full; make room")

    with monkeypatch.context() as patch:
        patch.setattr(client.engine.parts.store, "commit", away)
        answer = client("POST", "/v1/events", json=CLICK)
        body = answer.json()

    assert (answer.status_code, body["detail"]) == (503, "the disk is full; make room")
    assert client.engine.parts.store.count() == 0


def test_a_fault_of_ours_tells_no_more_than_where_to_look(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("secret path")

    monkeypatch.setattr(client.engine.parts.store, "end", broken)
    answer = client("GET", "/ready", headers={"x-request-id": "r7"})

    assert answer.status_code == 500
    assert "secret path" not in answer.text
    assert answer.json()["request_id"] == "r7"
    assert "request r7 failed" in caplog.text
