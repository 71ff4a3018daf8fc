"""What somebody should look at, on an opened store."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, MINUTE, moment
from penchant.core.interface import TIERS
from penchant.serve import alerts
from penchant.serve.alerts import ENOUGH, LEVELS, Alert
from penchant.serve.engine import Penchant
from penchant.serve.meters import Durations
from tests.conftest import NOON, ManualClock


def click(p: Penchant, clock: ManualClock, user: str, count: int, **fields: Any) -> None:
    """So many events a minute apart, within the day."""
    for number in range(count):
        p.track(user, "click", "tea", at=moment(clock.now + number * MINUTE // 10), **fields)
    p.flush()


def told(p: Penchant, **options: Any) -> list[tuple[str, str, str | None]]:
    return [(one.level, one.what, one.user) for one in p.alerts(**options)]


def live(p: Penchant, clock: ManualClock, user: str, days: int) -> None:
    for _ in range(days):
        click(p, clock, user, 10)
        clock.advance(DAY)


def test_where_nothing_is_amiss_there_is_no_alert(p: Penchant, clock: ManualClock) -> None:
    live(p, clock, "ann", 10)

    assert p.alerts() == []


def test_an_unusual_day_is_an_alert_with_its_evidence_for_a_week(
    p: Penchant, clock: ManualClock
) -> None:
    live(p, clock, "ann", 10)
    live(p, clock, "bob", 1)
    click(p, clock, "ann", 400)

    [alert] = p.alerts()

    assert (alert.level, alert.what, alert.user) == ("INFO", "unusual_usage", "ann")
    assert alert.evidence["value"] == 400
    assert alert.evidence["p"] < 0.01
    assert "400 events" in alert.text
    assert p.user("ann").anomaly()[0].to_dict() == alert.evidence
    clock.advance(8 * DAY)
    assert p.alerts() == []


def test_whoever_folds_the_log_again_raises_the_same_alerts(
    p: Penchant, clock: ManualClock
) -> None:
    live(p, clock, "ann", 10)
    click(p, clock, "ann", 400)
    before = p.alerts()

    p.rebuild(processes=1)

    assert before
    assert p.alerts() == before


def test_more_than_five_per_cent_of_errors_is_critical(p: Penchant, clock: ManualClock) -> None:
    click(p, clock, "ann", 100)
    assert told(p) == []

    click(p, clock, "bob", 20, error="no such table")

    assert told(p) == [("CRITICAL", "errors", None)]
    assert p.alerts()[0].evidence["failed"] == 20


def test_one_error_among_few_events_is_not_yet_more_than_five_per_cent(
    p: Penchant, clock: ManualClock
) -> None:
    click(p, clock, "ann", 10)
    p.track("ann", "click", success=False)

    assert told(p) == []


def test_a_new_tier_is_an_alert_with_both(p: Penchant, clock: ManualClock) -> None:
    for round in range(12):
        for place in range(8):
            for number in range(20):
                skilled = place / 8 if place or round < 9 else 1.0
                p.track(
                    f"user-{place}",
                    "command",
                    text=f"word{number % (3 + place)}",
                    at=moment(clock.now + number * int((40 - 38 * skilled) * 1_000_000)),
                    duration_ms=3_000 - 2_900 * skilled,
                    success=number % 4 > 0 or skilled > 0.5,
                )
        clock.advance(DAY // 12)
    p.flush()

    found = [one for one in p.alerts(level="INFO") if one.what == "new_tier"]

    [own] = [one for one in found if one.user == "user-0"]
    assert TIERS.index(own.evidence["tier"]) > TIERS.index(own.evidence["before"])
    assert NOON + 9 * DAY // 12 <= own.at <= clock.now
    assert own.evidence["tier"] == p.user("user-0").profile().expertise["tier"]


def test_slow_work_is_a_warning_from_a_hundred_times(p: Penchant) -> None:
    durations = Durations()
    for _ in range(ENOUGH - 1):
        durations.add(0.2)
    assert list(alerts.slow("reads", durations, NOON)) == []

    durations.add(0.2)

    [alert] = alerts.slow("reads", durations, NOON)
    assert (alert.level, alert.what) == ("WARNING", "slow")
    assert alert.evidence["mean_ms"] == pytest.approx(200)
    for _ in range(2 * ENOUGH):
        durations.add(0.01)
    assert list(alerts.slow("reads", durations, NOON)) == []


def test_requests_that_fail_are_critical_beyond_five_per_cent() -> None:
    assert list(alerts.failing(5, 100, NOON)) == []
    assert [one.what for one in alerts.failing(6, 100, NOON)] == ["failing_requests"]
    assert list(alerts.failing(6, 99, NOON)) == []


def test_profiles_that_are_seldom_in_memory_are_a_warning(p: Penchant) -> None:
    for number in range(ENOUGH):
        p.user(f"user-{number}").profile()
    assert told(p) == [("WARNING", "cache_misses", None)]

    for _ in range(ENOUGH):
        p.user("user-1").profile()

    assert told(p) == []


def test_asking_for_alerts_is_no_read_of_a_profile(p: Penchant, clock: ManualClock) -> None:
    click(p, clock, "ann", 3)

    p.alerts()

    assert sum(p.parts.states.reads.values()) == 0


def test_the_most_urgent_stand_first_and_of_one_level_the_latest() -> None:
    made = [Alert(level, "slow", None, at, "", {}) for at in (1, 2) for level in reversed(LEVELS)]

    found = [(one.level, one.at) for one in alerts.ordered(made, 4)]

    assert found == [("CRITICAL", 2), ("CRITICAL", 1), ("WARNING", 2), ("WARNING", 1)]


@pytest.mark.parametrize("limit", [0, 501, True, "3"])
def test_a_limit_that_is_none_is_refused(p: Penchant, limit: Any) -> None:
    with pytest.raises(InvalidArgument, match="expected 1 to 500"):
        p.alerts(limit)


def test_a_level_that_there_is_not_is_refused(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="expected one of CRITICAL, WARNING, INFO"):
        p.alerts(level="urgent")
