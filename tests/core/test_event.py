from __future__ import annotations

from penchant.core.event import Event, decode, encode
from tests.conftest import NOON


def test_an_event_comes_back_from_its_bytes() -> None:
    whole = Event(id="e", user="ann", kind="click", at=-1, data={"a": [1, None]}, offset=-90)

    assert decode(encode(whole)) == whole


def test_an_event_of_an_older_layout_lacks_the_newer_fields() -> None:
    older = encode(["e", "ann", "click", NOON])

    assert decode(older) == Event(id="e", user="ann", kind="click", at=NOON)


def test_an_event_of_a_newer_layout_is_read_without_what_is_unknown() -> None:
    newer = encode([*["e", "ann", "click", NOON], *[None] * 12, "of a later version"])

    assert decode(newer) == Event(id="e", user="ann", kind="click", at=NOON)


def test_the_time_is_told_in_utc_and_exported_with_the_offset_it_was_written_in() -> None:
    event = Event(id="e", user="ann", kind="click", at=NOON, offset=330)

    told = {"id": "e", "user": "ann", "kind": "click"}
    assert event.to_dict() == {**told, "at": "2026-01-01T12:00:00Z"}
    assert event.to_row() == {**told, "at": "2026-01-01T17:30:00+05:30"}
