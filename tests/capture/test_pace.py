"""The pace: how long after a failure."""

from __future__ import annotations

import threading

from penchant.capture.pace import ASKED_MOST, LONGEST, Pace, pause


def test_a_pause_is_anywhere_up_to_a_bound_that_doubles() -> None:
    bounds = [pause(failures, 0.999_999) for failures in range(1, 10)]

    assert [round(bound, 2) for bound in bounds] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert pause(5, 0.0) == 0.0


def test_failures_beyond_number_pause_no_longer_than_the_longest() -> None:
    assert pause(10**9, 0.999) < LONGEST


def test_what_is_asked_for_is_the_least_and_is_believed_within_bounds() -> None:
    assert 20 <= pause(1, 0.5, asked=20) <= 22
    assert pause(1, 0.0, asked=1e9) == ASKED_MOST


def test_an_urgent_ring_ends_a_pause_and_another_does_not() -> None:
    pace = Pace()
    pace.ring()

    assert not pace.wait(0.001, failed=True)

    pace.ring(urgent=True)
    assert pace.wait(3_600, failed=True)


def test_a_ring_before_the_wait_is_not_missed() -> None:
    pace = Pace()
    threading.Thread(target=pace.ring).start()

    assert not pace.wait(3_600, failed=False)
