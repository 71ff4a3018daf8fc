"""Vectors of a store, by days and of engagement."""

from __future__ import annotations

import pytest

import penchant
from penchant.compat.capsules.events import event_of
from penchant.compat.capsules.vectors import engagement, lately, vector
from penchant.core.errors import InvalidArgument, NotFound
from penchant.serve.engine import Penchant
from tests.compat.capsules.told import taps


def test_engagement_is_of_all_sessions(p: Penchant) -> None:
    p.track_many(event_of(one) for one in taps(20))
    p.track_many(event_of({**one, "session_id": "s2", "event_id": None}) for one in taps(10))

    told = engagement(p, "user_123")

    assert (told["total_sessions"], told["avg_interactions_per_session"]) == (2, 15.0)
    assert told["avg_session_duration_minutes"] == (19 + 9) / 2
    assert told["last_active"] == "2026-01-01T09:19:00Z"
    assert 0 < told["engagement_score"] < 1


def test_parts_of_the_day_are_those_of_the_store_in_a_window_too() -> None:
    with penchant.open(":memory:", zone="Asia/Tokyo", parts_of_day="light:6,dark:18") as p:
        p.track_many(event_of(one) for one in taps(3))

        patterns = lately(p, "user_123", 3_650).usage_patterns

        assert patterns["time_of_day_distribution"] == {"light": 0.0, "dark": 1.0}
        assert patterns == vector(p, "user_123").usage_patterns


@pytest.mark.parametrize("days", [0, 3_651, True, 1.5, "30"])
def test_a_number_of_days_that_is_none_is_refused(p: Penchant, days: int) -> None:
    with pytest.raises(InvalidArgument, match="lookback_days: expected 1 to 3650, got "):
        lately(p, "ann", days)


def test_who_did_nothing_in_those_days_has_no_vector_of_them(p: Penchant) -> None:
    p.track_many([{"user": "ann", "kind": "tap", "at": "2025-01-01T09:00:00Z"}])

    assert lately(p, "ann", 3_650).total_interactions == 1
    with pytest.raises(NotFound, match="nothing is known"):
        lately(p, "ann", 30)
