"""Activity: how many events, of which kinds, first and last seen."""

from __future__ import annotations

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state import few
from penchant.state.tally import Bound

KINDS = Bound(keys=16, size=256)  # counted by name; the longest name of a kind fits


class State(msgspec.Struct, array_like=True):
    events: int = 0
    first: Instant | None = None
    last: Instant | None = None
    kinds: dict[str, int] = {}


class Activity(Feature[State]):
    """Counts every event, also those of undeclared kinds and of no weight.

    Reads ``{events, first_seen, last_seen, kinds: {kind: count}}``; instants as RFC 3339 text. At
    most 16 kinds are named, the commonest; ``events`` counts all.
    """

    name = "activity"
    needs = "events"
    version = 3
    state = State

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        state.events += 1
        if state.last is None or state.first is None:
            state.first = state.last = event.at
        elif event.at > state.last:
            state.last = event.at
        elif event.at < state.first:
            state.first = event.at
        few.count(state.kinds, event.kind, KINDS)

    def merge(self, one: State, other: State) -> State:
        firsts = [first for first in (one.first, other.first) if first is not None]
        lasts = [last for last in (one.last, other.last) if last is not None]
        return State(
            one.events + other.events,
            min(firsts, default=None),
            max(lasts, default=None),
            few.added(one.kinds, other.kinds, KINDS),
        )

    def read(self, state: State, now: Instant) -> Reading:
        value = {
            "events": state.events,
            "first_seen": None if state.first is None else instant.text(state.first),
            "last_seen": None if state.last is None else instant.text(state.last),
            "kinds": few.ranked(state.kinds),
        }
        return Reading(value, state.events)
