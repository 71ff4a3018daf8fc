from __future__ import annotations

from typing import Any

import pytest

from penchant.profile.features.outcomes import Outcomes
from tests.profile.told import event, reading


def test_nothing_told_is_no_rate() -> None:
    value = reading(Outcomes(), event()).value

    assert value["success_rate"] is None
    assert value["duration_ms"] == {"mean": None, "spread": 0.0, "count": 0, "interval": None}
    assert value["success_interval"] is None


def test_mean_and_spread_are_those_of_the_sample() -> None:
    events = [event("command", duration_ms=float(ms)) for ms in (10, 20, 30)]

    assert reading(Outcomes(), *events).value["duration_ms"] == {
        "mean": pytest.approx(20.0),
        "spread": pytest.approx(10.0),
        "count": 3,
        "interval": pytest.approx([10.503, 29.497], abs=0.001),
    }


@pytest.mark.parametrize(
    ("told", "rate"),
    [
        ([{"success": True}, {"success": False}], 0.5),
        ([{"success": True}, {}], 1.0),
        ([{"error": "no such file"}], 0.0),
        ([{"success": True, "error": "and yet"}], 0.0),
    ],
)
def test_an_error_is_a_failure_and_silence_is_neither(
    told: list[dict[str, Any]], rate: float
) -> None:
    events = [event("command", **fields) for fields in told]

    assert reading(Outcomes(), *events).value["success_rate"] == rate


def test_errors_are_a_share_of_all_events_and_successes_of_those_that_tell() -> None:
    value = reading(Outcomes(), event(success=True), event(error="no"), event(), event()).value

    assert (value["success_rate"], value["error_rate"]) == (0.5, 0.25)


def test_the_more_is_known_the_narrower_the_interval_about_the_rate() -> None:
    few, many = (
        reading(Outcomes(), *[event(success=True), event(success=False)] * count).value
        for count in (2, 50)
    )

    for value in (few, many):
        low, high = value["success_interval"]
        assert low < value["success_rate"] < high
    assert few["success_interval"][0] < many["success_interval"][0]
