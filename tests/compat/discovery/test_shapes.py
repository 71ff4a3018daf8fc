"""The records of an events app: what is documented goes in and comes out in that shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.compat import discovery
from penchant.compat.discovery import (
    DynamicPreferenceLearner,
    UserBehaviorEvent,
    UserBehaviorTracker,
    UserPreferenceProfile,
)
from penchant.core.instant import DAY, moment
from tests.conftest import NOON, ManualClock

TESTS = Path(__file__).parents[2]
GOLDEN: dict[str, Any] = json.loads((TESTS / "golden" / "discovery.json").read_text())
PAGE = (TESTS.parent / "docs" / "compat" / "discovery.md").read_text()
CLASSES = (UserBehaviorTracker, DynamicPreferenceLearner)
METHODS = sorted(
    name
    for made in CLASSES
    for name in vars(made)
    if not name.startswith("_") and callable(getattr(made, name))
)


def test_the_documented_event_is_understood_and_told_as_it_was() -> None:
    assert UserBehaviorEvent.from_dict(GOLDEN["event"]).to_dict() == GOLDEN["event"]


def test_the_documented_event_makes_the_documented_profile() -> None:
    with penchant.open(":memory:", clock=ManualClock(), follow=False) as p:
        item = dict(GOLDEN["item"])
        p.item(item.pop("id"), **item)
        UserBehaviorTracker(p).track_event(GOLDEN["event"])

        told = DynamicPreferenceLearner(p, rule="documented").get_user_preference_profile(
            "user_123"
        )

        assert told.to_dict() == _close(GOLDEN["profile"])


def test_a_profile_is_read_back_from_what_it_tells() -> None:
    told = UserPreferenceProfile.from_dict(GOLDEN["profile"])

    assert told.to_dict() == GOLDEN["profile"]


def test_the_windows_touch_and_do_not_overlap() -> None:
    with penchant.open(":memory:", clock=ManualClock(), follow=False) as p:
        for days in (0, 29, 31, 89, 91):
            p.track("ann", "click", f"i{days}", at=moment(NOON - days * DAY))
        learner = DynamicPreferenceLearner(p)

        recent = [one.entity_id for one in learner.get_recent_behavior("ann")]
        before = [one.entity_id for one in learner.get_historical_behavior("ann")]

        assert (recent, before) == (["i29", "i0"], ["i89", "i31"])


@pytest.mark.parametrize("rule", ["calibrated", "documented"])
def test_a_change_of_taste_is_a_drift_and_a_steady_one_is_not(rule: str) -> None:
    with penchant.open(":memory:", clock=ManualClock(), follow=False) as p:
        for name in ("run", "chess"):
            p.item(name, category=name, tags=[name])
        for day in range(90, 0, -1):
            for number in range(2):
                at = moment(NOON - day * DAY + number)
                p.track("ann", "click", "run", at=at)
                p.track("bob", "click", "run" if day > 25 else "chess", at=at)
        learner = DynamicPreferenceLearner(p, rule=rule)

        assert learner.detect_preference_drift("ann") is False
        assert learner.detect_preference_drift("bob") is True


@pytest.mark.parametrize("name", sorted({*discovery.__all__, *METHODS}))
def test_a_name_stands_on_the_page(name: str) -> None:
    assert re.search(rf"\b{name}\b", PAGE)


def _close(value: Any) -> Any:
    """The same with numbers that compare to rounding of the half-life, which the rule has as .95 a day."""
    if isinstance(value, dict):
        return {key: _close(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_close(one) for one in value]
    return pytest.approx(value, rel=0.02) if isinstance(value, float) else value
