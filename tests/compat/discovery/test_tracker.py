"""The tracker: what is stored of an event, and how often."""

from __future__ import annotations

import penchant
from penchant.compat.discovery import UserBehaviorEvent, UserBehaviorTracker
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
