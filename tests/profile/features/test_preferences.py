from __future__ import annotations

from penchant.core.instant import HOUR
from penchant.profile.features.preferences import Pin, Preferences
from tests.conftest import NOON
from tests.profile.told import event, reading


def test_the_latest_choice_by_its_own_time_stands() -> None:
    late = event("preferences", after=-HOUR, data={"layout": "spacious", "density": "low"})

    value = reading(
        Preferences(), event("preferences", data={"layout": "compact", "theme": "dark"}), late
    ).value

    assert value == {
        "layout": {"value": "compact", "since": "2026-01-01T12:00:00Z"},
        "density": {"value": "low", "since": "2026-01-01T11:00:00Z"},
    }


def test_a_choice_taken_back_does_not_stand() -> None:
    events = [
        event("preferences", after=after, data={"layout": value})
        for after, value in ((0, "compact"), (1, None))
    ]

    assert reading(Preferences(), *events).value == {}


def test_an_event_that_says_a_setting_was_changed_is_a_choice_and_a_click_is_none() -> None:
    changed = event("configure", data={"animation": "none"})

    value = reading(Preferences(), changed, event("click", data={"layout": "compact"})).value

    assert list(value) == ["animation"]


def test_of_two_choices_at_one_instant_the_one_that_came_last_stands() -> None:
    one, other = {"layout": Pin("spacious", NOON)}, {"layout": Pin("compact", NOON)}

    assert Preferences().merge(one, other) == other
    assert reading(
        Preferences(), *(event("preferences", data={"layout": v}) for v in ("spacious", "compact"))
    ).value == {"layout": {"value": "compact", "since": "2026-01-01T12:00:00Z"}}
