from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidEvent
from penchant.core.forms import EVENT_ALIASES, EventForm, convert


def form(raw: object) -> EventForm:
    return convert(raw, EventForm, EVENT_ALIASES, InvalidEvent)


@pytest.mark.parametrize(
    ("alias", "field", "value"),
    [
        ("user_id", "user", "bob"),
        ("userId", "user", "bob"),
        ("event_type", "kind", "view"),
        ("interaction_type", "kind", "view"),
        ("activityType", "kind", "view"),
        ("eventId", "id", "e1"),
        ("capsule_id", "item", "c"),
        ("productId", "item", "c"),
        ("sessionId", "session", "s"),
        ("rating", "value", 4.0),
        ("query_text", "text", "q"),
        ("error_message", "error", "boom"),
        ("durationMs", "duration_ms", 5.0),
        ("metadata", "data", {"a": 1}),
    ],
)
def test_names_of_other_systems_are_understood(alias: str, field: str, value: Any) -> None:
    raw = {"user": "ann", "kind": "click", alias: value}
    raw.pop(field, None)

    assert getattr(form(raw), field) == value


def test_a_fields_own_name_wins_over_an_alias() -> None:
    made = form({"user_id": "alias", "user": "own", "event": "a", "type": "view"})

    assert (made.user, made.kind) == ("own", "view")


def test_integer_identifiers_become_text() -> None:
    made = form({"user": 7, "kind": "click", "item": 12, "id": 1})

    assert (made.user, made.item, made.id) == ("7", "12", "1")


def test_an_alias_wins_over_one_further_down() -> None:
    assert form({"user": "ann", "event": "low", "event_type": "high"}).kind == "high"
    assert form({"user": "ann", "event_type": "high", "event": "low"}).kind == "high"
