from __future__ import annotations

from typing import Any

import pytest

from penchant.compat.capsules.events import (
    FIELDS,
    InteractionEvent,
    InteractionType,
    event_of,
    interaction,
)
from penchant.core.errors import InvalidEvent
from penchant.serve.configuration import read_kinds
from penchant.serve.engine import Penchant


def test_the_types_are_the_kinds_of_the_preset() -> None:
    kinds = read_kinds(":memory:", "capsule").declared

    declared = {name for name, kind in kinds.items() if kind.group not in ("slate", "system")}
    assert {one.value for one in InteractionType} <= declared
    assert len(InteractionType) >= 15


def test_an_interaction_comes_back_from_the_log_as_it_was(p: Penchant) -> None:
    given = InteractionEvent(
        event_id="evt_abc123",
        timestamp="2025-11-17T10:30:00Z",
        event_type="expand",
        severity="warning",
        user_id="ann",
        session_id="s1",
        device_id="d1",
        device_type="ios",
        capsule_id="c1",
        capsule_type="decision",
        capsule_category="finance",
        interaction_target="component",
        action_id="a1",
        component_id="x1",
        duration_ms=12.0,
        time_since_last_interaction_ms=400,
        success=False,
        error_message="no such thing",
        context={"role": "cook"},
        data={"layout": "compact"},
    )
    assert all(getattr(given, name) is not None for name in FIELDS)

    p.track_many([event_of(given.to_dict())])

    (event,) = p.user("ann").history()
    assert interaction(event) == given


def test_what_penchant_logs_is_an_interaction_as_well(p: Penchant) -> None:
    p.track("ann", "click", "tea", id="e1", at="2026-01-01T10:00:00Z")

    (event,) = p.user("ann").history()

    assert interaction(event) == InteractionEvent(
        event_id="e1",
        timestamp="2026-01-01T10:00:00Z",
        user_id="ann",
        event_type="click",
        capsule_id="tea",
    )


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"event_type": "tap"}, "user_id: is required"),
        ({"user_id": "ann"}, "event_type: is required"),
        (
            {"user_id": "ann", "event_type": "tap", "capsul_id": "c"},
            "capsul_id: no such field; clo",
        ),
        (
            {"user_id": "ann", "event_type": "tap", "context": 3},
            "context: expected an object, got i",
        ),
    ],
)
def test_what_is_no_interaction_is_refused_with_its_field(
    told: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidEvent, match=reason):
        event_of(told)


def test_camel_case_is_understood() -> None:
    told = {"userId": "ann", "eventType": "tap", "capsuleType": "task", "durationMs": 3}

    assert event_of(told) == event_of(
        {"user_id": "ann", "event_type": "tap", "capsule_type": "task", "duration_ms": 3}
    )
