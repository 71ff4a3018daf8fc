"""The closed loop: policies on the same simulated people."""

from __future__ import annotations

from penchant.core.instant import Instant
from penchant.serve.loop import POLICIES, World, compared, play

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
