from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from penchant.core.instant import HOUR, instant, moment
from penchant.profile.features.habits import WEEKDAYS, Habits
from tests.conftest import NOON
from tests.profile.told import event, reading


def test_without_events_every_share_is_nothing() -> None:
    found = reading(Habits())

    assert found.evidence == 0
    assert found.value["hours"] == [0.0] * 24
    assert set(found.value["weekdays"].values()) == set(found.value["parts_of_day"].values())


def test_an_hour_is_counted_on_the_weekday_of_the_calendar() -> None:
    value = reading(Habits(), event()).value  # 2026-01-01 was a Thursday

    assert value["hours"].index(1.0) == 12
    assert value["weekdays"]["thursday"] == 1.0
    assert value["parts_of_day"]["afternoon"] == 1.0


def test_the_parts_of_the_day_are_those_told() -> None:
    parts = reading(Habits(parts_of_day={"day": 6, "night": 22}), event(), event(after=-8 * HOUR))

    assert parts.value["parts_of_day"] == {"day": 0.5, "night": 0.5}  # noon, and four o'clock


def test_the_offset_of_the_event_wins_over_the_zone_of_the_store() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    assert reading(Habits(tokyo), event()).value["hours"].index(1.0) == 21
    assert reading(Habits(tokyo), event(offset=-330)).value["hours"].index(1.0) == 6


def test_summer_time_begins_in_the_middle_of_a_night() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    last = instant(moment(NOON).replace(month=3, day=29, hour=0, minute=59, second=59))

    before = reading(Habits(madrid), event(after=last - NOON)).value["hours"].index(1.0)
    after = reading(Habits(madrid), event(after=last - NOON + 1_000_000)).value["hours"].index(1.0)

    assert (before, after) == (1, 3)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_change_within_a_quarter_of_an_hour_counts_the_same_in_any_order(
    order: tuple[int, int],
) -> None:
    # Liberia went from -0:44:30 to 0 at 1972-01-07T00:44:30Z, no quarter of an hour.
    monrovia = ZoneInfo("Africa/Monrovia")
    change = instant(datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC))
    both = [event(after=change - NOON - 1), event(after=change - NOON)]

    value = reading(Habits(monrovia), *(both[place] for place in order)).value

    assert value == reading(Habits(monrovia), *both).value


def test_an_event_before_1970_has_its_weekday() -> None:
    value = reading(Habits(), event(after=-NOON - HOUR)).value

    assert value["hours"].index(1.0) == 23
    assert [value["weekdays"][day] for day in WEEKDAYS].index(1.0) == 2  # a Wednesday


def test_what_was_shown_is_no_habit() -> None:
    assert reading(Habits(), event("exposure"), event("traits")).evidence == 0
