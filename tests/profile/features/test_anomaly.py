from __future__ import annotations

from random import Random
from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, MINUTE
from penchant.profile.feature import HALF_LIVES, Signal
from penchant.profile.features.anomaly import (
    BUDGET,
    FAILURES,
    HOURS,
    KEPT,
    MOST,
    VOLUME,
    Anomaly,
    Days,
    Norm,
    State,
    chance,
    judgements,
)
from penchant.profile.fold import Fold
from penchant.profile.panel import Panel
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading

CLICK = KINDS.of("click")


def days(*counts: int, first: int = 0, **fields: Any) -> list[Event]:
    """So many events on each day, a minute apart from noon."""
    return [
        event(after=(first + day) * DAY + number * MINUTE, **fields)
        for day, count in enumerate(counts)
        for number in range(count)
    ]


def signals(*events: Event) -> dict[tuple[str, str], dict[str, Any]]:
    told = reading(Anomaly(), *events).value["signals"]
    return {(one["day"], one["what"]): one for one in told}


def state(*events: Event) -> State:
    fold = Fold([Anomaly()], KINDS)
    folded = fold.extend(fold.zero(), list(enumerate(events, start=1)), lambda item, at: None)
    found: State = folded.states[0]
    return found


def test_before_the_sixth_day_nothing_is_said() -> None:
    assert signals(*days(5, 5, 5, 5, 5)) == {}
    assert signals(*days(5, 5, 5, 5, 5, 5)).keys() == {
        ("2026-01-06", what) for what in (VOLUME, FAILURES, HOURS)
    }


def test_a_day_like_the_others_is_not_unusual() -> None:
    told = reading(Anomaly(), *days(*[9, 11, 10] * 5)).value

    assert told["unusual"] is False
    assert len(told["signals"]) == 6


def test_a_day_with_far_more_events_is_unusual_and_says_what_is_usual() -> None:
    told = signals(*days(*[9, 11, 10] * 5, 300))["2026-01-16", VOLUME]

    assert told["unusual"]
    assert told["value"] == 300
    assert told["usual"] == pytest.approx(10, rel=0.1)
    assert told["interval"][0] < 10 < told["interval"][1] < 300
    assert told["p"] < BUDGET / 3


def test_one_wild_day_among_those_before_does_not_hide_the_next() -> None:
    assert signals(*days(*[9, 11, 10] * 5, 300, 10, 10, 300))["2026-01-19", VOLUME]["unusual"]


def test_a_burst_of_failures_is_unusual_where_things_seldom_fail() -> None:
    calm = days(*[20] * 10)
    failing = days(20, first=10, success=False)

    assert signals(*calm, *failing)["2026-01-11", FAILURES]["unusual"]
    assert not signals(*calm, *days(20, first=10))["2026-01-11", FAILURES]["unusual"]


def test_who_always_fails_is_not_unusual_failing() -> None:
    told = signals(*days(*[20] * 20, error="no such table"))["2026-01-20", FAILURES]

    assert not told["unusual"]
    assert told["usual"] == pytest.approx(18.0, rel=0.1)


def test_hours_never_used_score_higher_than_the_usual_ones() -> None:
    calm = days(*[5] * 20)
    night = [event(after=20 * DAY + 12 * HOUR)]

    odd, usual = (
        signals(*calm, *last)["2026-01-21", HOURS]
        for last in ([event(after=20 * DAY + 11 * HOUR)], days(1, first=20))
    )

    assert (odd["value"], odd["usual"]) == (23.0, 0.0)
    assert odd["score"] > usual["score"] + 3.0
    assert ("2026-01-22", HOURS) in signals(*calm, *night)  # midnight begins a day


def test_the_day_before_the_latest_is_judged_as_well() -> None:
    told = signals(*days(*[10] * 8, 200, 10))

    assert told["2026-01-09", VOLUME]["unusual"]
    assert not told["2026-01-10", VOLUME]["unusual"]


def test_a_late_event_counts_on_its_own_day_while_that_is_among_the_latest_two() -> None:
    made = days(*[10] * 8)

    late = state(*made, event(after=6 * DAY + HOUR))
    too_late = state(*made, event(after=HOUR, success=False))

    assert [day.events for day in late.latest] == [11, 10]
    assert [day.events for day in too_late.latest] == [10, 10]
    assert (too_late.told, too_late.failed) == (61, 1)


def test_however_many_days_no_more_are_kept() -> None:
    kept = state(*days(*[1] * (MOST + 10)))

    assert len(kept.volumes) == KEPT
    assert kept.days <= MOST
    assert max(kept.used) == kept.used[12] == kept.days


def test_days_of_two_folds_that_do_not_share_one_add_up() -> None:
    made = days(*range(1, 40))
    cut = sum(range(1, 20))

    merged = Anomaly().merge(state(*made[:cut]), state(*made[cut:]))

    assert merged == state(*made)


def test_a_higher_score_is_never_more_probable() -> None:
    norm = Norm(judged=1_000, above=[[1_000 - number for number in range(120)]] * 3)
    found = [chance(score / 10, 0, norm) for score in range(-50, 400)]

    assert found == sorted(found, reverse=True)
    assert 0.0 < found[-1] < found[0] <= 1.0


def lived(number: int, count: int) -> list[list[Event]]:
    """The days of somebody whose ways stay: some ten events about an hour, one in ten failing."""
    rng = Random(number)
    peak = rng.randrange(24)
    made = []
    for day in range(count):
        times = sorted(int(rng.gauss(peak, 2) * HOUR) % DAY for _ in range(rng.randint(4, 20)))
        made.append(
            [
                Event(
                    id="e",
                    user=f"user-{number}",
                    kind="click",
                    at=NOON - NOON % DAY + day * DAY + time,
                    success=rng.random() > 0.1,
                )
                for time in times
            ]
        )
    return made


def test_who_stays_as_they_are_raises_one_alarm_in_a_hundred_days_at_most() -> None:
    panel = Panel((Days(Anomaly()),))
    learned = panel.zero()
    for every in zip(*(lived(number, 60) for number in range(60)), strict=True):
        for one in [one for day in every for one in day]:
            panel.step(learned, Signal(one, CLICK, 1.0, HALF_LIVES.at(one.at)), None)
    norm = panel.norms(learned).by_name["anomaly"]
    feature, alarms, judged = Anomaly(), 0, 0

    for number in range(100, 160):
        own = feature.zero()
        for day in lived(number, 60):
            for one in day:
                feature.step(own, Signal(one, CLICK, 1.0, HALF_LIVES.at(one.at)), None)
            told = list(judgements(own, norm))[:3]
            judged += bool(told)
            alarms += any(one.unusual for one in told)

    assert judged == 60 * 55
    assert norm.judged > 2_000
    assert alarms <= 1.3 * BUDGET * judged  # of 33 expected at most, two deviations more
