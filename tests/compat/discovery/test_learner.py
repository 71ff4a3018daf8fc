"""The learner: the documented rules, and a store that comes to the same by folding."""

from __future__ import annotations

from typing import Any

import pytest

import penchant
from penchant.compat.discovery import DynamicPreferenceLearner, UserPreferenceProfile
from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY
from tests.conftest import ManualClock


@pytest.mark.parametrize(
    ("kind", "metadata", "signal"),
    [
        ("rsvp", {}, 1.0),
        ("save", {}, 0.8),
        ("share", {}, 0.7),
        ("click", {}, 0.3),
        ("view", {}, 0.1),
        ("feedback", {"feedbackType": "positive"}, 0.9),
        ("feedback", {"feedbackType": "no"}, -0.5),
        ("feedback", {}, -0.5),
        ("wave", {}, 0.1),
    ],
)
def test_signals_are_the_documented_ones(
    kind: str, metadata: dict[str, Any], signal: float
) -> None:
    with penchant.open(":memory:", follow=False) as p:
        event = {"userId": "ann", "eventType": kind, "metadata": metadata}

        assert DynamicPreferenceLearner(p).get_signal_strength(event) == signal


def test_a_store_comes_to_what_the_documented_rule_makes_of_the_same_events() -> None:
    clock = ManualClock()
    with penchant.open(":memory:", clock=clock, follow=False) as p:
        p.item("run", category="sport", tags=["out", "fast"])
        p.item("yoga", category="sport", tags=["calm"])
        learner = DynamicPreferenceLearner(p, rule="documented")
        ruled = UserPreferenceProfile(user_id="ann", last_updated="2026-01-01T12:00:00Z")
        for kind, item in (("rsvp", "run"), ("click", "yoga"), ("feedback", "run")) * 3:
            clock.advance(5 * DAY)
            event = {"userId": "ann", "eventType": kind, "entityId": item}
            ruled = learner.update_preferences_from_event(learner.apply_decay(ruled), event)
            folded = learner.update_preferences("ann", event)

        told = {one.interest: (one.weight, one.confidence) for one in folded.interests}
        for one in ruled.interests:
            assert told[one.interest] == pytest.approx((one.weight, one.confidence), rel=1e-3)
        assert len(told) == 3


def test_an_unknown_field_is_refused_by_its_path() -> None:
    with penchant.open(":memory:", follow=False) as p:
        event = {"userId": "ann", "eventType": "view", "context": {"wether": "rain"}}

        with pytest.raises(InvalidArgument, match=r"context\.wether: no such field"):
            DynamicPreferenceLearner(p).update_preferences("ann", event)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ("sport", "recent: expected a mapping of counts, got 'sport'"),
        ({"sport": -1}, "recent: 'sport': expected 0 or more, got -1"),
        ({"sport": float("nan")}, "recent: 'sport': expected 0 or more, got nan"),
        ({"sport": None}, "recent: 'sport': expected 0 or more, got None"),
    ],
)
def test_a_divergence_of_what_are_no_counts_is_refused(counts: Any, reason: str) -> None:
    with penchant.open(":memory:", follow=False) as p:
        learner = DynamicPreferenceLearner(p)

        with pytest.raises(InvalidArgument, match=reason):
            learner.calculate_kl_divergence(counts, {"sport": 1})
