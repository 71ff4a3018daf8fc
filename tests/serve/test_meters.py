"""Meters: rates of the last minute, and durations in numbers."""

from __future__ import annotations

from threading import Thread

import pytest

from penchant.serve.meters import Durations, Meter


class Seconds:
    """A clock in seconds that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_is_that_of_the_last_minute() -> None:
    clock = Seconds()
    meter = Meter(clock)
    clock.now += 100
    meter.add(30)
    clock.now += 59
    meter.add(30)

    assert (meter.lately(), meter.per_second()) == (60, 1.0)

    clock.now += 1
    assert (meter.lately(), meter.total) == (30, 60)

    clock.now += 10_000
    assert (meter.lately(), meter.per_second(), meter.total) == (0, 0.0, 60)


def test_a_young_meter_divides_by_its_age_but_not_by_less_than_a_second() -> None:
    clock = Seconds()
    meter = Meter(clock)
    meter.add(10)

    assert meter.per_second() == 10.0

    clock.now += 4
    assert meter.per_second() == 2.5


def test_threads_that_count_at_once_count_everything() -> None:
    meter = Meter(Seconds())
    counted = meter.counting(lambda: None)
    threads = [Thread(target=lambda: [counted() for _ in range(2_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert meter.total == meter.lately() == 8_000


def test_a_counted_call_answers_and_fails_as_before() -> None:
    meter = Meter(Seconds())

    assert meter.counting(int)("7", base=8) == 7
    with pytest.raises(ValueError):
        meter.counting(int)("x")
    assert meter.total == 2


def test_nothing_measured_has_neither_mean_nor_quantile() -> None:
    assert (Durations().mean(), Durations().quantile(0.95)) == (None, None)


def test_a_quantile_lies_between_the_bounds_as_if_spread_evenly() -> None:
    durations = Durations((1.0, 2.0, 4.0))
    for seconds in (0.5, 0.5, 1.5, 3.0):
        durations.add(seconds)

    told = [durations.quantile(share) for share in (0.25, 0.5, 0.75, 0.875, 1.0)]

    assert told == [0.5, 1.0, 2.0, 3.0, 4.0]
    assert durations.mean() == 5.5 / 4


def test_what_took_longer_than_every_bound_is_told_as_the_last() -> None:
    durations = Durations((1.0, 2.0))
    durations.add(60.0)

    assert (durations.counts, durations.quantile(0.5)) == ([0, 0, 1], 2.0)
