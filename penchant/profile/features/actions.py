"""Actions: what a person does, and what they did after it the last few times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import msgspec

from penchant.core.instant import Instant, span
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.action import action_of, follows, role_of, session_of
from penchant.profile.feature import Feature, Reading, Signal
from penchant.profile.features.sessions import GAP

START, UNKNOWN = 0, -1  # places of what no action is: the start of a session; one forgotten
ROW = 15  # successors of one action; MessagePack writes so many with one byte of length
KEPT = 12  # of them stay when a row is full, and are read
LATEST = 24  # latest actions; up to as many as the slack more before they are dropped
SLACK = 8
SIZE = 850  # bytes of names and successors
MOST = 100  # actions; a place takes one byte


# One action: when, in which session (0 for none), and its place.
Mark: TypeAlias = tuple[Instant, int, int]


class State(msgspec.Struct, array_like=True):
    """``rows[place]`` are the places of what followed the action at ``place``, newest last;
    ``rows[0]`` what runs of actions started with.

    ``names`` ends with the action seen last; ``latest`` are places, newest last. ``size`` is what
    names and rows take encoded.
    """

    names: dict[str, int] = {}
    rows: list[list[int]] = msgspec.field(default_factory=lambda: [[]])
    latest: list[int] = []
    seen: int = 0
    first: Mark | None = None
    last: Mark | None = None
    role: str = ""
    size: int = 1


@dataclass(frozen=True, slots=True)
class Habit:
    """What a person does, newest first, with repeats: what came ``after`` the ``last`` action
    before, and the ``latest`` of all; ``seen`` actions in all.

    ``last`` is ``None`` before any action, once it is forgotten, and where its run is over: then
    ``after`` is what runs started with.
    """

    last: str | None
    after: list[str]
    latest: list[str]
    seen: int


class Actions(Feature[State]):
    """Remembers a person's actions (:func:`penchant.profile.action.action_of`), the last 12
    successors of each, and the latest 24 of all.

    An action follows the one before it within ``gap``, or within a day in a session that is named;
    else it starts a run. A late action is known, but follows nothing and nothing follows it. Of
    names and successors 850 bytes are kept; beyond, the actions unseen for longest are forgotten.
    Reads ``{known, last, then}``: how many actions are remembered, the latest one, and the share of
    each of its remembered successors by name, the most frequent first.
    """

    name = "actions"
    needs = "events that say what a person does"
    ordered = True
    state = State

    def __init__(self, gap: timedelta = GAP) -> None:
        self.gap = span(gap)

    def identity(self) -> str:
        return f"{super().identity()} {self.gap}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        name = action_of(signal)
        if name is None:
            return
        event = signal.event
        place = _met(state, name)
        state.seen += 1
        latest = state.latest
        latest.append(place)
        if len(latest) > LATEST + SLACK:
            del latest[:-LATEST]
        if event.context:
            state.role = role_of(event) or state.role
        at, session = event.at, session_of(event)
        if state.last is None:  # what it follows is not known, but perhaps to a state merged before
            state.first = state.last = at, session, place
        elif at >= state.last[0]:
            self._follow(state, at, session, place)
            state.last = at, session, place
        if state.size > SIZE or len(state.names) > MOST:
            _forget(state)

    def merge(self, one: State, other: State) -> State:
        merged = State(
            dict(one.names),
            [list(row) for row in one.rows],
            list(one.latest),
            one.seen + other.seen,
            one.first,
            one.last,
            other.role or one.role,
            one.size,
        )
        places = {START: START, UNKNOWN: UNKNOWN}
        for name, place in other.names.items():
            places[place] = _met(merged, name)
        if other.first is not None and other.last is not None:
            first, last = _moved(other.first, places), _moved(other.last, places)
            if merged.last is None:
                merged.first = first
            elif first[0] >= merged.last[0]:
                self._follow(merged, *first)
            merged.last = last if merged.last is None else max(last, merged.last, key=_at)
        for place, row in enumerate(other.rows):
            _append(merged, places[place], [places[then] for then in row])
        merged.latest = [*merged.latest, *(places[place] for place in other.latest)][-LATEST:]
        if merged.size > SIZE or len(merged.names) > MOST:
            _forget(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        place = UNKNOWN if state.last is None else state.last[2]
        name_at = {known: name for name, known in state.names.items()}
        row = [] if place == UNKNOWN else state.rows[place][-KEPT:]
        shares = {name_at[then]: row.count(then) / len(row) for then in row}
        value = {
            "known": len(name_at),
            "last": name_at.get(place),
            "then": dict(sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))),
        }
        return Reading(value, state.seen)

    def habit(self, state: State, now: Instant) -> Habit:
        """What is known for an action at ``now``: that the last one may be over by then."""
        place = self._place(state, now)
        name_at = {known: name for name, known in state.names.items()}
        row = [] if place == UNKNOWN else state.rows[place][-KEPT:]
        return Habit(
            name_at.get(place),
            [name_at[then] for then in reversed(row)],
            [name_at[known] for known in reversed(state.latest[-LATEST:])],
            state.seen,
        )

    def _follow(self, state: State, at: Instant, session: int, place: int) -> None:
        """Add an action to what followed the last one, or to what runs started with."""
        if state.last is not None:
            then, before, last = state.last
            continues = follows(at - then, session, before, self.gap)
            _append(state, last if continues else START, (place,))

    def _place(self, state: State, now: Instant) -> int:
        """Where what comes at ``now`` is to be looked up."""
        if state.last is None:
            return START
        at, session, place = state.last
        return place if follows(max(now - at, 0), session, session, self.gap) else START


def _met(state: State, name: str) -> int:
    """The place of an action, which is now the one seen last."""
    place = state.names.pop(name, None)
    if place is None:
        place = len(state.rows)
        state.rows.append([])
        state.size += _size(name)
    state.names[name] = place
    return place


def _append(state: State, place: int, then: Sequence[int]) -> None:
    """Add successors to a row, oldest first; those of a forgotten action are not known."""
    if place == UNKNOWN:
        return
    row = state.rows[place]
    before = len(row)
    row.extend(then)
    if len(row) > ROW:
        del row[:-KEPT]
    state.size += len(row) - before


def _forget(state: State) -> None:
    """Forget the actions unseen for longest, until three quarters of the room are enough."""
    kept: list[str] = []
    size = 1 + len(state.rows[START])
    for name, place in reversed(state.names.items()):
        size += _size(name) + len(state.rows[place])
        if kept and (size > SIZE * 3 // 4 or len(kept) >= MOST * 3 // 4):
            break
        kept.append(name)
    places = {START: START}
    for number, name in enumerate(reversed(kept), start=1):
        places[state.names[name]] = number
    ordered = [START, *(state.names[name] for name in reversed(kept))]
    state.rows = [
        [places[then] for then in state.rows[place] if then in places] for place in ordered
    ]
    state.names = {name: number for number, name in enumerate(reversed(kept), start=1)}
    state.latest = [places[place] for place in state.latest if place in places]
    state.first = state.first and _moved(state.first, places)
    state.last = state.last and _moved(state.last, places)
    state.size = sum(map(_size, state.names)) + sum(map(len, state.rows)) + 1


def _size(name: str) -> int:
    """What a name takes encoded, with its place and the header of its row."""
    signs = len(name) if name.isascii() else len(name.encode())
    return signs + (3 if signs < 32 else 4)


def _moved(mark: Mark, places: Mapping[int, int]) -> Mark:
    at, session, place = mark
    return at, session, places.get(place, UNKNOWN)


def _at(mark: Mark) -> Instant:
    return mark[0]
