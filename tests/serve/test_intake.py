from __future__ import annotations

from typing import Any

import msgspec
import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.serve.engine import Penchant
from penchant.serve.intake import Intake, id_of
from tests.conftest import NOON


@pytest.fixture
def intake(p: Penchant) -> Intake:
    return p.parts.intake


def test_nothing_is_nothing(intake: Intake) -> None:
    for found in (
        intake.json(b"[]"),
        intake.lines(b""),
        intake.lines(b"\n \n"),
        intake.mappings([]),
    ):
        assert (found.events, found.rejected) == ([], [])


@pytest.mark.parametrize(
    "body",
    [
        b'[{"user": "ann", "kind": "click", "id": "e"}]',
        b'[{"user_id": "ann", "event_type": "click", "eventId": "e"}]',
    ],
)
def test_our_names_and_those_of_others_give_the_same_event(intake: Intake, body: bytes) -> None:
    assert intake.json(body).events == intake.lines(body[1:-1]).events
    assert intake.json(body).events[0] == Event(id="e", user="ann", kind="click", at=NOON)


def test_a_refused_event_keeps_its_place_among_those_sent(intake: Intake) -> None:
    good, bad = b'{"user": "ann", "kind": "click"}', b'{"user": "ann"}'

    found = intake.lines(b"\n".join([good, bad, b"", b"{", good]))

    assert [(one.index, one.field) for one in found.rejected] == [(1, "kind"), (2, "$")]
    assert len(found.events) == 2


def test_what_is_no_json_is_no_event(intake: Intake) -> None:
    with pytest.raises(msgspec.DecodeError):
        intake.json(b"{")


@pytest.mark.parametrize("kind", ["click", 7])  # the fast way, and the patient one
def test_under_a_key_only_events_without_an_id_get_one(intake: Intake, kind: object) -> None:
    sent = [{"user": "ann", "kind": "click"}, {"user": "ann", "kind": "click", "id": "own"}]
    body = msgspec.json.encode([*sent, {"user": "ann", "kind": kind}])

    found = [event.id for event in intake.json(body, "key").events]

    assert found[:2] == [id_of("key", 0), "own"]
    assert found[2:] == ([id_of("key", 2)] if kind == "click" else [])


def made(**fields: Any) -> Event:
    return Event(**{"id": "e", "user": "ann", "kind": "click", "at": NOON, **fields})


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("user", {"user": 7}),
    ("user", {"user": ""}),
    ("user", {"user": "a\0b"}),
    ("id", {"id": "e" * 256}),
    ("kind", {"kind": "k" * 65}),
    ("item", {"item": "\ud800"}),
    ("session", {"session": b"s"}),
    ("text", {"text": "t" * 8_193}),
    ("value", {"value": float("nan")}),
    ("value", {"value": "5"}),
    ("duration_ms", {"duration_ms": -1.0}),
    ("position", {"position": 10_001}),
    ("success", {"success": 1}),
    ("context", {"context": ["ios"]}),
    ("data", {"data": {"a": "b" * 8_192}}),
    ("data", {"kind": "traits", "data": {"a": "b" * 1_024}}),
    ("data", {"data": {"a": object()}}),
    ("at", {"at": None}),
    ("at", {"at": "2026-01-01T12:00:00Z"}),
    ("at", {"at": NOON / 1e6}),
    ("at", {"at": True}),
    ("at", {"at": 10**20}),
    ("at", {"at": NOON + DAY + 1}),
    ("offset", {"offset": 1_440}),
    ("offset", {"offset": "+02:00"}),
]


@pytest.mark.parametrize(("field", "fields"), WRONG)
def test_an_event_made_outside_is_refused_like_a_mapping(
    p: Penchant, field: str, fields: dict[str, Any]
) -> None:
    receipt = p.track_many([made(**fields), made()])

    assert [(one.index, one.field) for one in receipt.rejected] == [(0, field)]
    assert receipt.accepted == 1


def test_an_event_made_outside_is_kept_as_it_is(intake: Intake) -> None:
    event = made(
        at=-86_400_000_000,  # 1969: as an epoch number it would be read in seconds
        offset=-300,
        value=2.0,
        context={"device": "ios"},
        data={"tags": ["a"]},
    )

    assert intake.mappings([event]).events == [event]


def test_an_event_made_outside_has_its_kind_by_its_own_name(intake: Intake) -> None:
    found = intake.mappings([made(kind="Click"), {"user": "ann", "kind": "Click"}])

    assert [event.kind for event in found.events] == ["click", "click"]
