"""The tracker: what it is told is known to the next read."""

from __future__ import annotations

import asyncio

import pytest

from penchant.compat.capsules import (
    BehavioralTracker,
    InteractionType,
)
from penchant.core.errors import InvalidEvent
from penchant.serve.engine import Penchant


def test_a_logged_interaction_is_known_to_the_next_read(p: Penchant) -> None:
    tracker = BehavioralTracker(store=p)

    logged = asyncio.run(
        tracker.log_interaction(
            user_id="user_123",
            session_id="session_456",
            event_type=InteractionType.TAP.value,
            capsule_id="capsule_789",
            capsule_type="task",
            device_type="web",
            duration_ms=1500,
        )
    )

    profile = p.user("user_123").profile()
    assert (logged.event_type, logged.duration_ms, logged.success) == ("tap", 1500, True)
    assert logged.event_id is not None
    assert profile.activity["kinds"] == {"tap": 1}
    assert profile.surroundings["device"] == {"web": 1.0}
    assert profile.categories[0]["name"] == "task"


def test_a_wrong_interaction_is_refused_and_nothing_is_logged(p: Penchant) -> None:
    tracker = BehavioralTracker(store=p)

    with pytest.raises(InvalidEvent, match="duration_ms"):
        asyncio.run(tracker.log_interaction(user_id="ann", event_type="tap", duration_ms=-1))

    assert p.user("ann").history() == []


def test_what_is_refused_is_named_as_it_was_told(p: Penchant) -> None:
    tracker = BehavioralTracker(store=p)

    with pytest.raises(InvalidEvent, match=r"^capsule_id: expected"):
        asyncio.run(tracker.log_interaction(user_id="ann", event_type="tap", capsule_id=[]))
    with pytest.raises(
        InvalidEvent, match=r"^userId: is told twice, in another spelling of user_id"
    ):
        asyncio.run(tracker.log_interaction(user_id="ann", event_type="tap", userId="bob"))
