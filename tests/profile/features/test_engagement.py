from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.instant import DAY, HOUR
from penchant.profile.features.engagement import Engagement, engagement_score
from tests.conftest import NOON
from tests.profile.told import event, reading

DAYS = st.integers(0, 28)
AGO = st.floats(0, 400)
DEPTH = st.floats(1, 1_000)


def engaged(*days: float, now: float = 0) -> Any:
    """The reading after one event on each of some days, counted from today."""
    told = [event(after=round(day * DAY)) for day in days]
    return reading(Engagement(), *told, now=NOON + round(now * DAY)).value


@given(frequency=DAYS, recency=AGO, depth=DEPTH, more=st.floats(0, 10))
def test_engagement_grows_with_frequency_and_depth_and_falls_with_recency(
    frequency: int, recency: float, depth: float, more: float
) -> None:
    score = engagement_score(frequency, recency, depth)

    assert 0.0 <= score <= 1.0
    assert engagement_score(frequency + more, recency, depth) >= score
    assert engagement_score(frequency, recency, depth + more) >= score
    assert engagement_score(frequency, recency + more, depth) <= score


def test_who_was_there_before_1970_only_was_there_then() -> None:
    assert engaged(-21_000)["last_active"] == "1968-07-04T12:00:00Z"


def test_nobody_who_never_came_is_engaged() -> None:
    assert engaged() == {
        "score": 0.0,
        "level": "none",
        "frequency": 0,
        "recency_days": None,
        "depth": 0.0,
        "trend": None,
        "active_days": 0,
        "last_active": None,
    }


def test_days_count_once_however_much_happens_on_them() -> None:
    value = engaged(-2, -2, -2.2, -1, 0)

    assert value["frequency"] == value["active_days"] == 3
    assert value["recency_days"] == 0.0


def test_depth_is_events_an_active_day_and_the_later_days_weigh_more() -> None:
    even = engaged(-2, -2, -1, -1, 0, 0)["depth"]
    rising = engaged(-20, 0, 0, 0)["depth"]
    falling = engaged(-20, -20, -20, 0)["depth"]

    assert even == pytest.approx(2.0, rel=0.02)
    assert falling < 2.0 < rising


def test_who_stays_away_is_engaged_less_and_less() -> None:
    scores = [engaged(-3, -2, -1, 0, now=later)["score"] for later in (0, 5, 14, 60)]

    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.2
    assert scores[-1] == 0.0


def test_who_comes_every_day_is_highly_engaged_and_who_came_once_is_not() -> None:
    assert engaged(*range(-27, 1))["level"] == "high"
    assert engaged(0)["level"] == "none"


@pytest.mark.parametrize(
    ("days", "trend"),
    [
        ([*range(-10, 1)], "rising"),
        ([*range(-50, -30), 0], "falling"),
        ([*range(-54, 1, 2)], "steady"),
        ([-1, 0], None),
    ],
)
def test_a_trend_holds_four_weeks_against_the_four_before(days: list[int], trend: str) -> None:
    assert engaged(*days)["trend"] == trend


def test_a_late_event_makes_its_own_day_active() -> None:
    assert engaged(0, -5, -30) == pytest.approx(engaged(-30, -5, 0))
    assert engaged(0, -5)["frequency"] == 2


def test_what_is_older_than_eight_weeks_is_forgotten() -> None:
    assert engaged(-56, 0)["active_days"] == 1
    assert engaged(-55, 0)["active_days"] == 2


def test_as_of_an_earlier_instant_later_days_are_not_known_yet() -> None:
    told = [event(after=-10 * DAY), event()]

    value = reading(Engagement(), *told, now=NOON - 5 * DAY + HOUR).value

    assert value["frequency"] == 1
