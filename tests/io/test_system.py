from __future__ import annotations

from penchant.core.instant import MINUTE
from penchant.io.system import Clock


def told(*read: int) -> list[int]:
    """What the clock says when the system's says this, in microseconds."""
    clock = Clock(iter([at * 1_000 for at in read]).__next__)
    return [clock() for _ in read]


def test_a_clock_that_is_corrected_does_not_turn_back() -> None:
    assert told(10 * MINUTE, 9 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE + 1) == [
        10 * MINUTE,
        10 * MINUTE,
        10 * MINUTE,
        10 * MINUTE + 1,
    ]


def test_a_clock_that_was_wrong_is_followed() -> None:
    assert told(10 * MINUTE, 9 * MINUTE - 1, 9 * MINUTE) == [
        10 * MINUTE,
        9 * MINUTE - 1,
        9 * MINUTE,
    ]
