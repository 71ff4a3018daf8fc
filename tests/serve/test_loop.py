"""The closed loop: policies on the same simulated people."""

from __future__ import annotations

import pytest

import penchant
from penchant.core.errors import InvalidEvent
from penchant.core.instant import DAY, Instant
from penchant.serve.loop import POLICIES, World, before, compared, fill, play

START: Instant = 1_767_225_600_000_000  # 2026-01-01


def test_personal_slates_get_more_clicks_than_popular_ones() -> None:
    world = World(users=120, items=200, seed=3, start=START, warm=10, days=10)
    outcomes = {policy: play(policy, world) for policy in POLICIES}

    better = compared(outcomes, "penchant", "popularity")

    assert better.low > 0
    assert len({sum(outcome.exposures.values()) for outcome in outcomes.values()}) == 1


def test_the_same_world_gives_a_policy_the_same_clicks() -> None:
    world = World(users=15, items=40, seed=5, start=START, warm=3, days=3)

    assert play("penchant", world) == play("penchant", world)


def test_a_world_in_the_future_is_not_dropped_in_silence() -> None:
    world = World(users=5, items=20, start=START)
    simulation = world.simulation()

    with (
        penchant.open(":memory:", clock=lambda: START, follow=False) as p,
        pytest.raises(InvalidEvent, match="more than 24 h ahead"),
    ):
        fill(p, simulation, simulation.events(before(simulation.visits(), START + 9 * DAY)))
