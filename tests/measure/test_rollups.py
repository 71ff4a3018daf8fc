"""Rollups: statistics of windows, from hours and days that are kept."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, MINUTE, SECOND, Instant
from penchant.core.kinds import Kind, Kinds
from penchant.measure import rollups as module
from penchant.measure.rollups import Rollups, State
from penchant.measure.statistics import Analysis
from penchant.profile.fold import Fold
from tests.conftest import NOON

KINDS = Kinds({"command": Kind(name="command", group="outcome")})
ROLLUPS = Rollups()
FOLD = Fold((ROLLUPS,), KINDS)


def event(at: Instant, kind: str = "command", user: str = "ann", **more: Any) -> Event:
    return Event(id="e", user=user, kind=kind, at=at, **more)


def state(*events: Event) -> State:
    folded = FOLD.zero()
    FOLD.extend(folded, enumerate(events, start=1), lambda item, at: None)
    kept: State = folded.states[0]
    return kept


def told(kept: State, span: Instant | None = None, now: Instant = NOON) -> dict[str, Any]:
    return ROLLUPS.window(kept, span, now).to_dict()


def test_nothing_happened_at_first() -> None:
    ever = told(state())

    assert (ever["events"], ever["kinds"], ever["hours"], ever["peak_hours"]) == (0, {}, {}, [])
    assert ever["success_rate"] is None
    assert ever["duration_ms"] == {"mean": None, "spread": 0.0, "count": 0}
    assert ever["active_users"] == {"window": 0, "last_hour": 0, "last_day": 0}
    assert ever["events_per_second"]["window"] is None


def test_a_window_begins_with_the_hour_it_begins_in_and_says_so() -> None:
    now = NOON + 10 * MINUTE
    kept = state(event(NOON - HOUR), event(NOON - HOUR - 1), event(NOON), event(now))

    hour = told(kept, HOUR, now)

    assert (hour["from"], hour["to"]) == ("2026-01-01T11:00:00Z", "2026-01-01T12:10:00Z")
    assert hour["resolution"] == "hour"
    assert hour["hours"] == {"2026-01-01T11:00:00Z": 1, "2026-01-01T12:00:00Z": 2}
    assert hour["days"] == {"2026-01-01": 3}
    assert hour["events_per_second"]["window"] == pytest.approx(3 / 4_200)


def test_what_is_said_to_happen_later_is_in_no_window_but_in_all_time() -> None:
    kept = state(event(NOON), event(NOON + HOUR))

    assert told(kept, HOUR)["events"] == 1
    assert told(kept)["events"] == 2


def test_a_late_event_lands_in_its_own_hour() -> None:
    kept = state(event(NOON), event(NOON - 3 * DAY))

    assert told(kept, HOUR)["events"] == 1
    assert told(kept, 3 * DAY)["hours"] == {"2025-12-29T12:00:00Z": 1, "2026-01-01T12:00:00Z": 1}


def test_outcomes_durations_commands_and_errors_are_those_of_the_window() -> None:
    kept = state(
        event(NOON - DAY, text="rm x", error="old", duration_ms=1_000.0),
        event(NOON, text="ls -l", success=True, duration_ms=10.0),
        event(NOON, text="ls", success=True, duration_ms=20.0),
        event(NOON, text="cd /", error="no such\ndirectory"),
        event(NOON, "view", user="bob"),
    )

    hour = told(kept, HOUR)

    assert hour["kinds"] == {"command": 3, "view": 1}
    assert (hour["succeeded"], hour["failed"]) == (2, 1)
    assert hour["success_rate"] == pytest.approx(2 / 3)
    assert hour["duration_ms"]["mean"] == 15.0
    assert list(hour["commands"].items()) == [("ls", 2), ("cd", 1)]
    assert hour["errors"] == {"no such directory": 1}
    assert told(kept)["errors"] == {"no such directory": 1, "old": 1}


def test_active_users_are_told_of_the_window_the_last_hour_and_the_last_day() -> None:
    kept = state(
        event(NOON, user="ann"),
        event(NOON - HOUR, user="bob"),
        event(NOON - HOUR - 1, user="cyd"),
        event(NOON - DAY, user="dan"),
        event(NOON - 2 * DAY, user="eve"),
    )

    assert told(kept)["active_users"] == {"window": 5, "last_hour": 2, "last_day": 4}
    assert told(kept, 2 * DAY, NOON + HOUR)["active_users"]["last_hour"] == 1


def test_peak_hours_are_the_three_busiest_of_the_day_the_earlier_of_equals_first() -> None:
    hours = (9, 9, 14, 14, 8, 20, 20, 20, 3)
    kept = state(*(event(day * DAY + hour * HOUR) for day in (0, 1) for hour in hours))

    assert told(kept, now=3 * DAY)["peak_hours"] == [20, 9, 14]


def test_beyond_the_latest_hours_only_the_day_is_known_and_the_window_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "HOURS", 3)
    kept = state(*(event(NOON - n * HOUR, user=f"u{n}") for n in range(30)))

    whole = told(kept, 4 * HOUR)

    assert whole["resolution"] == "day"
    assert whole["from"] == "2026-01-01T00:00:00Z"
    assert (whole["events"], whole["active_users"]["window"]) == (13, 13)
    assert len(whole["hours"]) == 3
    assert told(kept, 2 * HOUR)["resolution"] == "hour"
    assert told(kept)["events"] == 30
    assert told(kept)["days"] == {"2025-12-31": 17, "2026-01-01": 13}


def test_beyond_the_latest_days_a_window_begins_with_the_earliest_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "HOURS", 1)
    monkeypatch.setattr(module, "DAYS", 2)
    kept = state(*(event(NOON - n * DAY, duration_ms=float(n)) for n in range(6)))

    year = told(kept, 365 * DAY)

    assert year["from"] == "2025-12-30T00:00:00Z"
    assert year["events"] == 3
    assert (kept.before.events, told(kept)["events"]) == (3, 6)
    assert told(kept)["duration_ms"]["mean"] == 2.5


def test_an_event_older_than_the_kept_hours_and_days_is_counted_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "HOURS", 2)
    monkeypatch.setattr(module, "DAYS", 2)
    kept = state(*(event(NOON - n * DAY) for n in range(8)), event(NOON - 100 * DAY))

    assert sorted(kept.hours) == [(NOON - DAY) // HOUR, NOON // HOUR]
    assert sorted(kept.days) == [(NOON - 3 * DAY) // DAY, (NOON - 2 * DAY) // DAY]
    assert kept.before.events == 5
    assert told(kept)["events"] == 9


def test_the_order_of_arrival_does_not_matter_beyond_the_bounds_of_hours_and_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "HOURS", 5)
    monkeypatch.setattr(module, "DAYS", 4)
    made = [event(NOON - n * 7 * HOUR, user=f"u{n}", success=n % 3 == 0) for n in range(60)]
    mixed = made[::2] + made[1::2][::-1]

    one, other = state(*made), state(*mixed)
    halves = ROLLUPS.merge(state(*mixed[:20]), state(*mixed[20:]))

    for span in (None, HOUR, 5 * DAY, 30 * DAY):
        assert told(one, span) == told(other, span) == told(halves, span)


def test_the_latest_four_hundred_days_are_told_one_by_one() -> None:
    kept = state(*(event(n * DAY, f"kind{n}") for n in range(600)))

    ever = told(kept, now=600 * DAY)

    assert len(ever["days"]) == 400
    assert list(ever["days"])[-1] == "1971-08-23"
    assert ever["events"] == 600
    assert len(kept.hours) == 336


def test_kinds_beyond_five_hundred_are_counted_together() -> None:
    ever = told(state(*(event(NOON, f"kind{n}") for n in range(1_000)), event(NOON, "kind1")))

    assert len(ever["kinds"]) <= 501
    assert sum(ever["kinds"].values()) == 1_001
    assert list(ever["kinds"])[-1] == "others"


def test_the_last_hour_is_told_while_the_state_grows_elsewhere() -> None:
    kept = state(event(NOON - 30 * MINUTE), event(NOON, user="bob"))

    lately = ROLLUPS.lately(kept, HOUR, NOON)

    assert (lately.start, lately.active_users) == (NOON - HOUR, 2)
    assert lately.events_per_second == 2 / (HOUR / SECOND)


def test_an_analysis_is_the_window_under_the_documented_names() -> None:
    window = ROLLUPS.window(
        state(
            event(NOON, text="ls", success=True, duration_ms=4.0),
            event(NOON, text="rm", error="denied"),
        ),
        DAY,
        NOON,
    )

    assert Analysis.of(24, window).to_dict() == {
        "hours": 24,
        "from": "2025-12-31T12:00:00Z",
        "to": "2026-01-01T12:00:00Z",
        "total_interactions": 2,
        "successful_interactions": 1,
        "failed_interactions": 1,
        "success_rate": 0.5,
        "average_duration_ms": 4.0,
        "active_users": 1,
        "command_frequency": {"ls": 1, "rm": 1},
        "common_errors": {"denied": 1},
        "peak_hours": [12],
    }


def test_all_time_is_no_analysis_of_some_hours() -> None:
    with pytest.raises(ValueError, match="no window"):
        Analysis.of(24, ROLLUPS.window(State(), None, NOON))


def test_a_state_full_of_names_stays_within_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HOURS", 6)
    monkeypatch.setattr(module, "DAYS", 4)
    long = "😀" * 200
    kept = state(
        *(
            event(NOON - n * HOUR // 9, f"{n}{long}"[:64], text=f"{n}{long}", error=f"{n}{long}")
            for n in range(2_000)
        )
    )

    # a name of n characters takes 4 n bytes and a few; 64 kinds, 64 commands and 32 errors a tile
    tile = 2_100 + 64 * (4 * 64 + 8) + 64 * (4 * 40 + 8) + 32 * (4 * 80 + 8)
    assert len(msgspec.msgpack.encode(kept)) <= 11 * tile + 500 * (4 * 64 + 8)
