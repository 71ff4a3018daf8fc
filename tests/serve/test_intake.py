from __future__ import annotations

import msgspec
import pytest

from penchant.core.event import Event
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
