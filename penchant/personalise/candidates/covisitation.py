"""Co-visitation: which items follow one another in people's histories, decayed, repeats kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta
from math import exp
from sys import intern
from typing import TypeAlias

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.decay import HalfLives, grown, shift

QUERY = 20  # latest events of a history that are asked; at tau 4 the 20th weighs e ** -5
PEOPLE = 50_000  # histories kept open; a person unseen for longer starts a new window


Query: TypeAlias = list[tuple[str, float]]  # (item touched, factor of its pairs)


class Window(msgspec.Struct, array_like=True, gc=False):
    """The latest touches of one person, oldest first: when, and of what."""

    instants: list[Instant] = []
    items: list[str] = []


class State(msgspec.Struct, array_like=True):
    """Pair weights in ``block``: ``rows[a][b]`` grows when b is touched near a, ``latest`` being
    the latest instant of all.

    ``totals`` are the sums of all pair weight an item ever brought, forgotten pairs included;
    ``windows`` hold the latest touches by user, the user seen last at the end; ``pairs`` is how
    many pairs the rows hold, ``turns`` which rows are still to give way before others again.
    """

    block: int = 0
    latest: Instant = 0
    rows: dict[str, dict[str, float]] = {}
    totals: dict[str, float] = {}
    windows: dict[str, Window] = {}
    pairs: int = 0
    turns: list[str] = []


class Covisitation(Feature[State]):
    """Counts pairs of items near each other in a history, nearer pairs more.

    An event adds to the pairs with the ``window`` touches before it the weight of its kind times
    d ** -``power`` for one d places away, decayed with ``half_life``. Pairs are directed, from the
    earlier to the later; touches of one instant have no order and pair both ways. What counts is
    that an item was chosen: a low rating is a touch like a high one, and only kinds of negative
    weight are left out. A late event pairs with what is known around its instant; one older than a
    full window is no longer paired.

    A row keeps its ``row`` strongest pairs, half of them after a trim; beyond ``pairs`` in all
    one row after the other gives a quarter of its pairs, beyond ``items`` rows the weakest quarter
    goes.

    A query asks the last 20 touches: score(b) = sum_k e ** (-k / ``tau``) N[a_k, b] with N[a, b] =
    C[a, b] / ((1 + total a) ** ``p`` (1 + total b) ** ``q``). How the options were found:
    docs/design/004-first-decisions.md.
    """

    name = "covisitation"
    version = 4
    ordered = True
    state = State

    def __init__(
        self,
        half_life: timedelta = timedelta(days=60),
        *,
        window: int = 10,
        power: float = 0.5,
        row: int = 256,
        pairs: int = 600_000,
        items: int = 100_000,
        tau: float = 4.0,
        p: float = 0.5,
        q: float = 0.3,
    ) -> None:
        if pairs < 2 * items:
            raise ValueError(f"pairs {pairs} must be at least twice the items {items}: one is kept")
        self.half_lives = HalfLives.of(half_life)
        self.near = tuple(distance**-power for distance in range(1, window + 1))
        # Weight that an event brings to its item's total when 0, 1, ... touches precede it.
        self.brought = tuple(sum(self.near[:n]) for n in range(window + 1))
        self.row = row
        self.pairs = pairs
        self.items = items
        self.tau = tau
        self.p = p
        self.q = q

    def identity(self) -> str:
        bounds = (self.row, self.pairs, self.items)
        return f"{super().identity()} {self.half_lives.spans, self.near, bounds}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches and kind.weight > 0

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        if event.item is None:
            return
        name = intern(event.item)  # one object in windows and rows: looked up a fifth sooner
        at = event.at
        weight = signal.kind.weight * self._growth(state, at)
        window = state.windows.pop(event.user, None)
        if window is None:
            window = Window()
            if len(state.windows) >= PEOPLE:
                del state.windows[next(iter(state.windows))]
        state.windows[event.user] = window
        instants, items = window.instants, window.items
        if not instants or at >= instants[-1]:
            self._pair(state, instants, items, at, name, weight)
            instants.append(at)
            items.append(name)
            if len(items) > len(self.near):
                del instants[0], items[0]
        else:
            self._late(state, window, at, name, weight)
        if at > state.latest:
            state.latest = at

    def merge(self, one: State, other: State) -> State:
        """Sums of pairs; windows of ``other`` win, pairs across the border are not seen."""
        block = max(one.block, other.block)
        windows = {
            user: Window(list(window.instants), list(window.items))
            for user, window in {**one.windows, **other.windows}.items()
        }
        for user in list(windows)[: max(len(windows) - PEOPLE, 0)]:
            del windows[user]
        merged = State(block, max(one.latest, other.latest), windows=windows)
        for part in (one, other):
            factor = shift(part.block, block)
            for name, row in part.rows.items():
                _add_all(merged.rows.setdefault(name, {}), row, factor)
            _add_all(merged.totals, part.totals, factor)
        merged.pairs = sum(map(len, merged.rows.values()))
        for name, row in merged.rows.items():
            if len(row) > self.row:
                self._trim(merged, name, self.row)
        if len(merged.rows) > self.items:
            self._forget_items(merged)
        self._bound_pairs(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        value = {"items": len(state.rows), "pairs": state.pairs}
        days = self.half_lives.spans[0] / 8.64e10
        return Reading(value, len(state.windows), f"half-life {days:g} days")

    def query(self, state: State, history: Sequence[str]) -> Query:
        """What a history (newest first) asks for: its latest touches that have a row, and what a
        pair of each is multiplied by."""
        fade = self._fade(state)
        asked = []
        for age, name in enumerate(history[:QUERY]):
            if name in state.rows:
                total = 1.0 + state.totals.get(name, 0.0) * fade
                asked.append((name, exp(-age / self.tau) * fade * total**-self.p))
        return asked

    def scores(self, state: State, query: Query) -> dict[str, float]:
        """Scores of what is near the touches of a query: item -> non-negative, unbounded.

        An item near nothing is absent; items of the history appear where they repeat.
        """
        found: dict[str, float] = {}
        known = found.get
        for name, weight in query:
            for neighbour, count in state.rows[name].items():
                found[neighbour] = known(neighbour, 0.0) + weight * count
        return self._tempered(state, found)

    def around(self, state: State, item: str) -> dict[str, float]:
        """Scores of what else is touched near an item, before it or after: N[item, b] + N[b, item],
        but for what is the same for all b.

        Looks into every row: some milliseconds at 50,000 items.
        """
        fade = self._fade(state)
        found = {other: row[item] * fade for other, row in state.rows.items() if item in row}
        for other, count in state.rows.get(item, {}).items():
            found[other] = found.get(other, 0.0) + count * fade
        found.pop(item, None)
        return self._tempered(state, found)

    def because(self, state: State, query: Query, item: str, count: int = 3) -> list[str]:
        """The touches of a query that add most to the score of ``item``, most telling first."""
        shares: dict[str, float] = {}
        for name, weight in query:
            pair = state.rows[name].get(item)
            if pair:
                shares[name] = shares.get(name, 0.0) + weight * pair
        ordered = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
        return [name for name, _ in ordered[:count]]

    def _tempered(self, state: State, found: dict[str, float]) -> dict[str, float]:
        """Scores of items divided by what they bring to every other item."""
        if not self.q:
            return found
        fade, total, power = self._fade(state), state.totals.get, -self.q
        return {
            name: score * (1.0 + total(name, 0.0) * fade) ** power for name, score in found.items()
        }

    def _fade(self, state: State) -> float:
        """Brings weights to the instant of the latest event, where one new pair weighs about 1."""
        return self.half_lives.fade(0, state.block, state.latest)

    def _growth(self, state: State, at: Instant) -> float:
        """What an event at ``at`` is multiplied by in the block of the state, moved if need be."""
        block, factor = grown(self.half_lives.spans[0], at)
        if block < state.block:
            return factor * shift(block, state.block)
        if block > state.block:
            self._move(state, block)
        return factor

    def _late(self, state: State, window: Window, at: Instant, name: str, weight: float) -> None:
        instants, items = window.instants, window.items
        place = bisect_right(instants, at)
        if place == 0 and len(items) == len(self.near):
            return  # what lies between it and the window is not known any more
        self._pair(state, instants[:place], items[:place], at, name, weight)
        later = zip(instants[place:], items[place:], self.near, strict=False)
        for then, other, near in later:
            self._pair(state, [at], [name], then, other, weight * near)
        instants.insert(place, at)
        items.insert(place, name)
        if len(items) > len(self.near):
            del instants[0], items[0]

    def _pair(
        self,
        state: State,
        instants: list[Instant],
        before: list[str],
        at: Instant,
        name: str,
        weight: float,
    ) -> None:
        """Add the pairs of ``name`` with the touches before it, oldest first.

        The innermost loop of every ingest: one look-up and one addition a pair, nothing called but
        for new pairs.
        """
        rows, longest = state.rows, self.row
        if name not in rows:
            rows[name] = {}
        fresh = 0
        for other, near in zip(before[::-1], self.near, strict=False):
            try:
                row = rows[other]
            except KeyError:  # it was forgotten since
                row = rows[other] = {}
            if name in row:
                row[name] += weight * near
            else:
                row[name] = weight * near
                fresh += 1
                if len(row) > longest:
                    self._trim(state, other, longest // 2)
        totals = state.totals
        totals[name] = totals.get(name, 0.0) + weight * self.brought[len(before)]
        state.pairs += fresh
        if instants and instants[-1] == at:
            self._pair_back(state, before[bisect_left(instants, at) :], name, weight)
        if state.pairs > self.pairs:
            self._bound_pairs(state)
        if len(rows) > self.items:
            self._forget_items(state)

    def _pair_back(self, state: State, together: list[str], name: str, weight: float) -> None:
        """Add the pairs the other way round with the touches of the same instant, oldest first."""
        row = state.rows[name]
        for other, near in zip(reversed(together), self.near, strict=False):
            if other != name:
                state.pairs += other not in row
                row[other] = row.get(other, 0.0) + weight * near
        if len(row) > self.row:
            self._trim(state, name, self.row // 2)

    def _trim(self, state: State, name: str, size: int) -> None:
        """Keep at most the ``size`` strongest pairs of a row, in their order; equal ones alike
        unless hardly any were left."""
        row = state.rows[name]
        border = sorted(row.values())[-size]
        kept = {other: weight for other, weight in row.items() if weight > border}
        if len(kept) < max(size // 2, 1):
            strongest = sorted(row.items(), key=_value, reverse=True)[:size]
            kept = dict(strongest)
        state.pairs -= len(row) - len(kept)
        row.clear()
        row.update(kept)

    def _bound_pairs(self, state: State) -> None:
        """Let one row after the other give a quarter of its pairs, until all fit.

        Not all at once: nobody has to wait for that, however many rows there are.
        """
        while state.pairs > self.pairs:
            if not state.turns:
                state.turns = list(state.rows)
            name = state.turns.pop()
            if row := state.rows.get(name):
                self._trim(state, name, max(len(row) * 3 // 4, 1))

    def _forget_items(self, state: State) -> None:
        """Forget the quarter of the items with the smallest totals."""
        ordered = sorted(state.totals.items(), key=_value, reverse=True)
        state.totals = dict(ordered[: self.items * 3 // 4])
        state.rows = {name: row for name, row in state.rows.items() if name in state.totals}
        state.pairs = sum(map(len, state.rows.values()))

    def _move(self, state: State, block: int) -> None:
        factor = shift(state.block, block)
        for row in state.rows.values():
            for name in row:
                row[name] *= factor
        state.totals = {name: total * factor for name, total in state.totals.items()}
        state.block = block


def _value(pair: tuple[str, float]) -> float:
    return pair[1]


def _add_all(target: dict[str, float], source: dict[str, float], factor: float) -> None:
    for name, weight in source.items():
        target[name] = target.get(name, 0.0) + weight * factor
