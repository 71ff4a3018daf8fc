"""Rollups: what happened hour by hour and day by day, so that statistics never read the log."""

from __future__ import annotations

import msgspec

from penchant.core.instant import DAY, EARLIEST, HOUR, SECOND, Instant
from penchant.core.item import Item
from penchant.measure import fingerprint
from penchant.measure.statistics import A_DAY, DAYS, Lately, Span, Statistics, statistics
from penchant.measure.tile import Tile
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.commonest import Commonest
from penchant.state.distinct import Distinct

HOURS = 336  # hours with events that are kept one by one: two weeks without a pause
KINDS = 500  # kinds told apart over all time


class State(msgspec.Struct, array_like=True):
    """Tiles by hours and by UTC days since 1970, and one of everything before.

    Each event is in one tile: that of its hour if that is among the latest, else that of its day,
    else ``before``. ``first_hour`` and ``first_day`` are the earliest with tiles of their own.
    """

    kinds: Commonest = msgspec.field(default_factory=Commonest)
    hours: dict[int, Tile] = {}
    days: dict[int, Tile] = {}
    before: Tile = msgspec.field(default_factory=Tile)
    first_hour: int = EARLIEST // HOUR
    first_day: int = EARLIEST // DAY


class Rollups(Feature[State]):
    """Sums of the latest 336 hours and 400 days that have events, and of all the time before.

    What is too old for an hour of its own is summed into its day, what is too old for that into
    one sum: late events land in their own hour, or where it went, and nothing is lost but detail. Which
    names a tile keeps is said by :class:`~penchant.measure.tile.Tile`. Reads the statistics of
    all time. Some 2 to 9 MB in memory; at most 20 if every tile is full of the longest names, 45 if
    those are in letters of four bytes.
    """

    name = "rollups"
    version = 2
    state = State

    def identity(self) -> str:
        return f"{super().identity()} {fingerprint.VERSION}"

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        counts = state.kinds.counts  # looked up here: every event comes this way
        if event.kind in counts:
            counts[event.kind] += 1
        else:
            state.kinds.add(event.kind, KINDS)
        tile = state.hours.get(event.at // HOUR) or _hour(state, event.at // HOUR)
        tile.add(event, signal.kind)

    def merge(self, one: State, other: State) -> State:
        merged = State()
        for state in (one, other):
            merged.kinds.absorb(state.kinds, KINDS)
            merged.before.absorb(state.before)
            for day, tile in state.days.items():
                _day(merged, day).absorb(tile)
            for hour, tile in state.hours.items():
                _hour(merged, hour).absorb(tile)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        return Reading(self.window(state, None, now).to_dict(), state.kinds.total())

    def window(self, state: State, span: Instant | None, now: Instant) -> Statistics:
        """Statistics of the latest ``span`` (> 0) before ``now``; of all time for ``None``.

        Hours are whole: the window begins with the hour in which ``now - span`` lies, or, where that
        hour is only known as part of its day, with that day. It ends at ``now``; what is said to
        happen in a later hour is left out. Where even the day is not known any more, the window begins
        with the earliest that is.
        """
        lately = self.lately(state, HOUR, now), self.lately(state, DAY, now)
        if span is None:
            ever = Span(None, now, "all")
            return statistics(ever, state.hours, state.days, [state.before], state.kinds, lately)
        first, last = (now - span) // HOUR, now // HOUR
        resolution, days = "hour", {}
        if first < state.first_hour:
            resolution = "day"
            first_day = max(first // A_DAY, state.first_day)
            days = {day: tile for day, tile in state.days.items() if first_day <= day <= now // DAY}
            first = first_day * A_DAY
        hours = {hour: tile for hour, tile in state.hours.items() if first <= hour <= last}
        window = Span(first * HOUR, now, resolution)
        return statistics(window, hours, days, (), None, lately)

    def lately(self, state: State, span: Instant, now: Instant) -> Lately:
        """Who and how much there was in the latest ``span`` (> 0), whole hours as in a window.

        Only looks up hours that are kept one by one, so it may be asked while the state grows.
        """
        first = (now - span) // HOUR
        people, events = Distinct(), 0
        for hour in range(first, now // HOUR + 1):
            if (tile := state.hours.get(hour)) is not None:
                people.absorb(tile.people)
                events += tile.events
        return Lately(first * HOUR, people.count(), events * SECOND / (now - first * HOUR))


def _hour(state: State, hour: int) -> Tile:
    """The tile that counts an hour: its own, if it is among the latest, else its day's."""
    hours = state.hours
    if hour in hours:
        return hours[hour]
    if hour < state.first_hour:
        return _day(state, hour // A_DAY)
    hours[hour] = tile = Tile()
    if len(hours) > HOURS:
        oldest = min(hours)
        _day(state, oldest // A_DAY).absorb(hours.pop(oldest))
    if len(hours) == HOURS:
        state.first_hour = min(hours)
    return tile


def _day(state: State, day: int) -> Tile:
    """The tile that counts what of a day has no hour: the day's own, or that of all before."""
    days = state.days
    if day in days:
        return days[day]
    if day < state.first_day:
        return state.before
    days[day] = tile = Tile()
    if len(days) > DAYS:
        state.before.absorb(days.pop(min(days)))
    if len(days) == DAYS:
        state.first_day = min(days)
    return tile
