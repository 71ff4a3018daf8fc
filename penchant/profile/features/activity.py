"""Activity: how many events, of which kinds, first and last seen."""

from __future__ import annotations

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.tally import EVIDENCE, Bound, Tally

_KINDS = Bound(keys=24, size=384)


class State(msgspec.Struct, array_like=True):
    events: int = 0
    first: Instant | None = None
    last: Instant | None = None
    kinds: Tally = msgspec.field(default_factory=Tally)


class Activity(Feature[State]):
    """Counts every event, also those of undeclared kinds and of no weight.

    Reads ``{events, first_seen, last_seen, kinds: {kind: count}}``; instants as RFC 3339 text. The
    24 kinds with the most events of late are named, ``events`` counts all.
    """

    name = "activity"
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
        state.kinds.add(event.kind, 1.0, signal.growth, _KINDS)

    def merge(self, one: State, other: State) -> State:
        firsts = [first for first in (one.first, other.first) if first is not None]
        lasts = [last for last in (one.last, other.last) if last is not None]
        return State(
            one.events + other.events,
            min(firsts, default=None),
            max(lasts, default=None),
            one.kinds.merge(other.kinds, _KINDS),
        )

    def read(self, state: State, now: Instant) -> Reading:
        counts = {kind: int(row[EVIDENCE]) for kind, row in state.kinds.rows.items()}
        value = {
            "events": state.events,
            "first_seen": None if state.first is None else instant.text(state.first),
            "last_seen": None if state.last is None else instant.text(state.last),
            "kinds": dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
        }
        return Reading(value, state.events)
