from __future__ import annotations

from typing import Any

import pytest

from penchant.profile.features.outcomes import Outcomes
from tests.profile.told import event, reading


def test_nothing_told_is_no_rate() -> None:
    value = reading(Outcomes(), event()).value

    assert value["success_rate"] is None
    assert value["duration_ms"] == {"mean": None, "spread": 0.0, "count": 0}


def test_mean_and_spread_are_those_of_the_sample() -> None:
    events = [event("command", duration_ms=float(ms)) for ms in (10, 20, 30)]

    assert reading(Outcomes(), *events).value["duration_ms"] == {
        "mean": pytest.approx(20.0),
        "spread": pytest.approx(10.0),
        "count": 3,
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
