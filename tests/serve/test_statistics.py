"""Statistics of a store: of all time and of windows, and what is counted of the work itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import penchant
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, HOUR, Instant
from penchant.measure.fingerprint import fingerprint
from penchant.serve.engine import Penchant
from tests.conftest import NOON, ManualClock


def command(user: str, at: Instant, text: str, **more: Any) -> dict[str, Any]:
    return {"user": user, "kind": "command", "at": instant.text(at), "text": text, **more}


def told(p: Penchant) -> None:
    """Two people, an hour and three days ago."""
    p.track_many(
        [
            command("ann", NOON - HOUR, "ls -l", success=True, duration_ms=10),
            command("ann", NOON, "make test", error="2 failed", duration_ms=30),
            command("bob", NOON - 3 * DAY, "ls", success=True),
        ]
    )


def test_a_window_has_what_happened_in_it_and_all_time_the_rest(p: Penchant) -> None:
    told(p)

    hour, ever = p.stats(timedelta(hours=1)), p.stats()

    assert (hour["events"], ever["events"]) == (2, 3)
    assert (hour["commands"], ever["commands"]) == ({"ls": 1, "make": 1}, {"ls": 2, "make": 1})
    assert (hour["success_rate"], hour["duration_ms"]["mean"]) == (0.5, 20.0)
    assert hour["errors"] == {"<number> failed": 1}
    assert hour["error_fingerprints"] == {"<number> failed": fingerprint("13 failed")}
    assert ever["active_users"] == {"window": 2, "last_hour": 1, "last_day": 1}
    assert (hour["from"], ever["from"]) == ("2026-01-01T11:00:00Z", None)


def test_what_is_matched_over_all_time_is_in_no_window(p: Penchant) -> None:
    told(p)

    only_ever = p.stats().keys() - p.stats(timedelta(hours=1)).keys()

    assert only_ever == {
        "exposures", "clicks", "clicks_per_exposure", "policies", "positions",
        "events_unknown_item",
    }  # fmt: skip


def test_an_analysis_counts_the_latest_hours(p: Penchant) -> None:
    told(p)

    day, week = p.analyze(), p.analyze(hours=7 * 24)

    assert (day.total_interactions, day.successful_interactions, day.success_rate) == (2, 1, 0.5)
    assert day.to_dict()["command_frequency"] == {"ls": 1, "make": 1}
    assert (week.total_interactions, week.active_users) == (3, 2)


@pytest.mark.parametrize(
    "window", [timedelta(0), timedelta(seconds=-1), timedelta.max, 3_600, "1h", True]
)
def test_a_window_that_is_none_is_refused(window: Any) -> None:
    with penchant.open(":memory:") as p, pytest.raises(InvalidArgument, match="window"):
        p.stats(window)


@pytest.mark.parametrize("hours", [0, -1, 1e9, float("nan"), True, "24", None])
def test_hours_that_are_none_are_refused(hours: Any) -> None:
    with penchant.open(":memory:") as p, pytest.raises(InvalidArgument, match="hours"):
        p.analyze(hours)


@pytest.mark.parametrize("window", [timedelta.resolution, timedelta(days=36_500)])
def test_the_shortest_and_the_longest_window_are_answered(
    p: Penchant, clock: ManualClock, window: timedelta
) -> None:
    told(p)
    clock.advance(1)  # else the hour before is that in which the window begins

    assert p.stats(window)["events"] == (1 if window == timedelta.resolution else 3)
    assert p.analyze(1e-12).total_interactions == 1


def test_statistics_never_read_the_log(p: Penchant, monkeypatch: pytest.MonkeyPatch) -> None:
    told(p)
    p.parts.population.catch_up()
    before = p.parts.store.reads.total

    p.stats()
    p.stats(timedelta(days=30))
    p.analyze()

    assert p.parts.store.reads.total == before


def test_a_late_event_and_a_rebuild_are_told_at_once(p: Penchant, clock: ManualClock) -> None:
    told(p)
    before = p.stats(timedelta(hours=2))
    p.track_many([command("eve", NOON - HOUR, "rm x")])

    late = p.stats(timedelta(hours=2))
    p.rebuild(processes=1)

    assert (before["events"], late["events"], late["commands"]["rm"]) == (2, 3, 1)
    assert p.stats(timedelta(hours=2)) == late
    assert p.check().passed
    clock.advance(3 * HOUR)
    assert p.stats(timedelta(hours=1))["events"] == 0


def test_reads_of_states_are_counted_by_where_they_were(p: Penchant) -> None:
    p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
    ann, states = p.user("ann"), p.parts.states
    ann.profile()
    ann.profile()
    p.track_many([{"user": "ann", "kind": "click", "item": "cups"}])
    ann.profile()
    states.follow("ann")

    assert states.reads == {"held": 1, "followed": 1, "loaded": 1}
    assert sum(states.seconds.counts) == 3


def test_only_new_events_are_counted_as_stored(p: Penchant) -> None:
    event = {"id": "e1", "user": "ann", "kind": "click"}

    p.track_many([event, {**event, "id": "e2"}])
    p.track_many([event])

    assert p.parts.writer.stored.total == 2
    assert p.parts.store.writes.total >= 2
