"""Habits: at which hours and on which weekdays a person is there, in their own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo

import msgspec

from penchant.core import instant
from penchant.core.event import Event
from penchant.core.instant import HOUR, MINUTE, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# First hour of each part of the day; night wraps around midnight (CONTRACT X-10).
PARTS_OF_DAY: Mapping[str, int] = {"morning": 5, "afternoon": 12, "evening": 17, "night": 22}


class State(msgspec.Struct, array_like=True):
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * 24)
    weekdays: list[int] = msgspec.field(default_factory=lambda: [0] * 7)


class Habits(Feature[State]):
    """Counts events by local hour and weekday.

    Local is the UTC offset that the event carries (its own, or that of the zone the person told),
    else the configured zone. Reads ``{hours, weekdays, parts_of_day}``: shares in [0, 1], by hour
    from midnight (24 numbers) and by name; without evidence all are 0.0.
    """

    name = "habits"
    needs = "events that say what a person does"
    state = State

    def __init__(self, zone: tzinfo = UTC, parts_of_day: Mapping[str, int] = PARTS_OF_DAY) -> None:
        self.zone = zone
        self.parts_of_day = parts_of_day
        self._offsets: dict[Instant, Instant] = {}

    def identity(self) -> str:
        return f"{super().identity()} {self.zone} {self.parts_of_day}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        hours = self.local_hours(signal.event)
        state.hours[hours % 24] += 1
        state.weekdays[(hours // 24 + 3) % 7] += 1  # 1970-01-01 was a Thursday

    def local_hours(self, event: Event) -> int:
        """Whole hours from the start of 1970 to the event, by its clock."""
        offset = self._offset(event.at) if event.offset is None else event.offset * MINUTE
        return (event.at + offset) // HOUR

    def merge(self, one: State, other: State) -> State:
        return State(
            [a + b for a, b in zip(one.hours, other.hours, strict=True)],
            [a + b for a, b in zip(one.weekdays, other.weekdays, strict=True)],
        )

    def read(self, state: State, now: Instant) -> Reading:
        total = sum(state.hours)
        parts = dict.fromkeys(self.parts_of_day, 0)
        for hour, count in enumerate(state.hours):
            parts[part_of_day(hour, self.parts_of_day)] += count
        value = {
            "hours": [_share(count, total) for count in state.hours],
            "weekdays": {
                day: _share(count, total)
                for day, count in zip(WEEKDAYS, state.weekdays, strict=True)
            },
            "parts_of_day": {part: _share(count, total) for part, count in parts.items()},
        }
        return Reading(value, total)

    def _offset(self, at: Instant) -> Instant:
        """The configured zone's UTC offset; zones change theirs on quarters of an hour."""
        quarter = at // (15 * MINUTE)
        offset = self._offsets.get(quarter)
        if offset is None:
            if len(self._offsets) > 10_000:
                self._offsets.clear()
            begins = quarter * 15 * MINUTE  # not `at`: the first to ask must not decide for others
            offset = self._offsets[quarter] = instant.offset(begins, self.zone) * MINUTE
        return offset


def part_of_day(hour: int, parts_of_day: Mapping[str, int] = PARTS_OF_DAY) -> str:
    """The part of the day an hour (0 to 23) belongs to; hours before the first part are the last's.

    >>> [part_of_day(hour) for hour in (4, 5, 11, 12, 16, 17, 21, 22)]
    ['night', 'morning', 'morning', 'afternoon', 'afternoon', 'evening', 'evening', 'night']
    """
    begun = [part for part, first in parts_of_day.items() if first <= hour]
    return begun[-1] if begun else list(parts_of_day)[-1]


def _share(count: int, total: int) -> float:
    return count / total if total else 0.0
