"""The tracker: what is stored of an event, and how often."""

from __future__ import annotations

from typing import Any

import pytest

import penchant
from penchant.compat.discovery import UserBehaviorEvent, UserBehaviorTracker
from penchant.core.errors import InvalidArgument
from tests.conftest import ManualClock

EVENT = {
    "eventId": "e1",
    "userId": "ann",
    "sessionId": "s1",
    "eventType": "view",
    "entityType": "recommendation",
    "entityId": "run-5k",
    "context": {"location": {"lat": 40.4, "lon": -3.7}, "device": "phone", "weather": "rain"},
    "metadata": {"recommendationPosition": 2, "timeSpent": 8.5},
}


def test_an_event_is_given_back_with_its_context_and_counts_once() -> None:
    with penchant.open(":memory:", clock=ManualClock(), follow=False) as p:
        tracker = UserBehaviorTracker(p)
        for _ in range(2):
            told = tracker.track_event(EVENT)

        assert told.to_dict()["context"] == {
            "timestamp": "2026-01-01T12:00:00Z",
            "location": {"lat": 40.4, "lon": -3.7},
            "device": "phone",
            "timeOfDay": "afternoon",
            "dayOfWeek": "thursday",
            "weather": "rain",
        }
        (stored,) = p.user("ann").history()
        assert (stored.item, stored.position, stored.session) == ("run-5k", 2, "s1")


def test_high_priority_is_what_the_kinds_say() -> None:
    with penchant.open(":memory:", follow=False) as p:
        tracker = UserBehaviorTracker(p)
        kinds = ("rsvp", "save", "feedback", "click", "view", "share", "search")
        high = [
            kind
            for kind in kinds
            if tracker.is_high_priority_event(UserBehaviorEvent(user_id="ann", event_type=kind))
        ]

        assert high == ["rsvp", "save", "feedback"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ({"userId": "ann", "eventType": 5}, r"\$.eventType: expected text such as 'rsvp', got 5"),
        ({"userId": "ann", "eventType": ["rsvp"]}, r"\$.eventType: expected text"),
        (
            {"userId": "ann", "user_id": "bob", "eventType": "rsvp"},
            r"\$.user_id: is told twice, as userId too",
        ),
    ],
)
def test_an_event_of_no_type_or_of_two_users_is_refused(event: dict[str, Any], reason: str) -> None:
    with penchant.open(":memory:", follow=False) as p:
        with pytest.raises(InvalidArgument, match=reason):
            UserBehaviorTracker(p).track_event(event)

        assert p.stats()["events"] == 0
