from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, MINUTE, SECOND
from penchant.profile.features.frustration import Frustration
from tests.conftest import NOON
from tests.profile.told import event, reading


def signals(*events: Event, now: int = NOON) -> dict[str, int]:
    """The signals there were."""
    counts = reading(Frustration(), *events, now=now).value["signals"]
    return {name: count for name, count in counts.items() if count}


def clicks(*seconds: float, item: str = "pay") -> list[Event]:
    return [event("click", round(at * SECOND), item=item) for at in seconds]


@pytest.mark.parametrize(
    ("seconds", "rows"),
    [((0, 1), 0), ((0, 1, 2), 1), ((0, 1, 2, 3, 4), 1), ((0, 2, 4), 1), ((0, 2.1, 4), 0)],
)
def test_the_same_three_times_at_once_is_a_row_counted_once(
    seconds: tuple[float, ...], rows: int
) -> None:
    assert signals(*clicks(*seconds)).get("rage_repeats", 0) == rows


def test_the_same_on_other_items_is_no_row() -> None:
    told = [event("click", number * SECOND, item=f"i{number}") for number in range(5)]

    assert signals(*told) == {}


def command(minutes: float, text: str = "make", **told: Any) -> Event:
    return event("command", round(minutes * MINUTE), text=text, **told)


def test_what_fails_again_is_counted_each_time() -> None:
    told = [command(minutes, success=False) for minutes in (0, 5, 10)]

    assert signals(*told)["failing_again"] == 2


def test_what_fails_after_it_succeeded_or_much_later_does_not_fail_again() -> None:
    mended = command(0, success=False), command(1, success=True), command(2, error="no")
    later = command(0, success=False), command(11, success=False)
    others = command(0, success=False), command(1, text="ls", success=False)

    assert "failing_again" not in signals(*mended, now=NOON + 2 * MINUTE)
    assert "failing_again" not in signals(*later, now=NOON + 11 * MINUTE)
    assert "failing_again" not in signals(*others, now=NOON + MINUTE)


@pytest.mark.parametrize(("stayed", "backs"), [(3, 1), (5, 1), (6, 0)])
def test_who_goes_back_at_once_came_in_vain(stayed: int, backs: int) -> None:
    path = [("list", 0), ("item", 60), ("list", 60 + stayed)]
    told = [event("view", at * SECOND, item=item) for item, at in path]

    assert signals(*told).get("quick_backs", 0) == backs


def test_who_goes_on_to_a_third_item_has_not_gone_back() -> None:
    path = [("list", 0), ("item", 1), ("other", 2)]

    assert signals(*[event("view", at * SECOND, item=item) for item, at in path]) == {}


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        ({"kind": "command", "success": False}, 1),
        ({"kind": "search", "text": "tea"}, 1),
        ({"kind": "command", "success": True}, 0),
        ({"kind": "view", "item": "tea"}, 0),
    ],
)
def test_a_session_that_ends_with_a_failure_or_a_query_is_a_dead_end(
    last: dict[str, Any], ends: int
) -> None:
    told = event(last.pop("kind"), **last)

    assert signals(told, now=NOON + 10 * MINUTE) == {}
    assert signals(told, now=NOON + HOUR).get("dead_ends", 0) == ends
    assert signals(told, event("view", DAY), now=NOON + 2 * DAY).get("dead_ends", 0) == ends


def test_the_rate_fades_as_things_go_well_again() -> None:
    bad = clicks(0, 1, 2)
    good = [event("view", number * DAY, item=f"i{number}") for number in range(1, 60)]

    then = reading(Frustration(), *bad, now=NOON + SECOND).value
    later = reading(Frustration(), *bad, *good, now=NOON + 60 * DAY).value

    assert (then["rate"], then["level"]) == (pytest.approx(1 / 3), "high")
    assert later["level"] == "none"
    assert later["signals"]["rage_repeats"] == 1


def test_the_last_signal_is_told_with_its_time() -> None:
    told = reading(Frustration(), *clicks(0, 1, 2)).value["last"]

    assert told == {"signal": "rage_repeats", "at": "2026-01-01T12:00:02Z"}


def test_a_late_event_is_no_signal() -> None:
    assert signals(*clicks(10, 9, 8, 7)) == {}
