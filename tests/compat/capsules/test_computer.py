"""Vectors of events that are handed in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import penchant
from penchant.compat.capsules import (
    BehavioralTracker,
    BehavioralVectorComputer,
)
from penchant.core.errors import InvalidEvent, NotFound
from penchant.serve.engine import Penchant
from tests.compat.capsules.told import taps


def test_a_computed_vector_is_of_the_events_of_the_user_alone() -> None:
    events = [*taps(20), *taps(5, "other")]

    found = asyncio.run(
        BehavioralVectorComputer().compute_behavioral_vector(user_id="user_123", events=events)
    )

    assert (found.total_interactions, found.total_sessions) == (20, 1)
    assert found.avg_session_duration_minutes == 19.0
    assert found.expertise_level == "novice"
    assert found.usage_patterns["capsule_type_distribution"]["task"] == pytest.approx(14 / 20)
    assert found.proficiency_indicators["avg_interaction_duration_ms"] == pytest.approx(809.5)


def test_expertise_is_told_by_the_people_of_a_store() -> None:
    with penchant.open(":memory:", follow=False) as p:
        for number in range(12):
            asyncio.run(log_all(p, taps(40, f"u{number}", duration_ms=100 * number + 1)))
        p.parts.population.catch_up()
        computer = BehavioralVectorComputer(store=p)

        levels = [
            asyncio.run(
                computer.compute_behavioral_vector(
                    user_id="user_123", events=taps(40, duration_ms=duration)
                )
            ).expertise_level
            for duration in (5_000, 1)
        ]

    assert levels[0] == "novice"
    assert levels[1] == "power_user"


async def log_all(p: Penchant, interactions: list[dict[str, Any]]) -> None:
    tracker = BehavioralTracker(store=p)
    for one in interactions:
        await tracker.log_interaction(**one)


@pytest.mark.parametrize(
    ("events", "error", "reason"),
    [
        ([], NotFound, "nothing is known of this user"),
        ([{"user_id": "user_123"}], InvalidEvent, r"events\[0\].event_type: is required"),
        ([*taps(1), *taps(1, event_type=5)], InvalidEvent, r"events\[1\].event_type: expected"),
        ([None], InvalidEvent, r"events\[0\].\$: expected an interaction or its fields, got None"),
        ([*taps(1), *taps(1, duration_ms=-1)], InvalidEvent, r"events\[1\].duration_ms"),
    ],
)
def test_events_that_make_no_vector_say_why(
    events: list[dict[str, Any]], error: type[Exception], reason: str
) -> None:
    computer = BehavioralVectorComputer()

    with pytest.raises(error, match=reason):
        asyncio.run(computer.compute_behavioral_vector(user_id="user_123", events=events))
