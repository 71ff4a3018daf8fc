from __future__ import annotations

from typing import Any

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, MINUTE, SECOND, Instant
from penchant.core.kinds import Kinds
from penchant.profile.features.sessions import OPEN, Sessions
from penchant.profile.fold import Fold
from tests.conftest import NOON


def read(*events: tuple[Instant, str | None]) -> Any:
    fold = Fold([Sessions()], Kinds({}))
    logged = [
        (place, Event(id=str(place), user="ann", kind="click", at=NOON + at, session=name))
        for place, (at, name) in enumerate(events, start=1)
    ]
    folded = fold.extend(fold.zero(), logged, lambda item, position: None)
    return fold.read(folded, NOON)["sessions"].value


def test_no_events_are_no_sessions() -> None:
    assert read() == {"count": 0, "mean_events": 0.0, "mean_seconds": 0.0, "last": None}


def test_one_event_is_a_session_of_no_length() -> None:
    assert (read((0, None))["count"], read((0, None))["mean_seconds"]) == (1, 0.0)


def test_exactly_the_gap_still_belongs_and_more_does_not() -> None:
    assert read((0, None), (30 * MINUTE, None))["count"] == 1
    assert read((0, None), (30 * MINUTE + 1, None))["count"] == 2


def test_length_and_depth_are_means() -> None:
    reading = read((0, None), (10 * SECOND, None), (5 * HOUR, None))

    assert (reading["count"], reading["mean_events"], reading["mean_seconds"]) == (2, 1.5, 5.0)


def test_a_late_event_joins_the_session_it_fell_into() -> None:
    assert read((0, None), (20 * MINUTE, None), (10 * MINUTE, None))["count"] == 1


def test_a_late_event_between_two_sessions_joins_them() -> None:
    assert read((0, None), (50 * MINUTE, None), (25 * MINUTE, None))["count"] == 1


def test_a_late_event_far_away_is_a_session_of_its_own() -> None:
    assert read((0, None), (-3 * DAY, None))["count"] == 2


def test_sessions_that_are_named_may_overlap() -> None:
    assert read((0, "a"), (1 * MINUTE, "b"), (2 * MINUTE, "a"), (3 * MINUTE, None))["count"] == 3


def test_a_named_session_survives_the_gap_but_not_a_day() -> None:
    assert read((0, "a"), (3 * HOUR, "a"))["count"] == 1
    assert read((0, "a"), (DAY + 1, "a"))["count"] == 2


def test_closed_sessions_stay_counted() -> None:
    reading = read(*((number * HOUR, None) for number in range(3 * OPEN)))

    assert reading["count"] == 3 * OPEN


def test_the_last_session_is_told() -> None:
    last = read((0, None), (HOUR, None), (HOUR + MINUTE, None))["last"]

    assert last == {"started": "2026-01-01T13:00:00Z", "ended": "2026-01-01T13:01:00Z", "events": 2}


def test_a_session_of_a_long_name_is_known_when_it_comes_back() -> None:
    one, other = "é" * 200, "é" * 199 + "e"

    assert read((0, one), (3 * HOUR, one), (3 * HOUR, other))["count"] == 2
