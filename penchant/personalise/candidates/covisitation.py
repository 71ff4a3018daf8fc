"""Co-visitation: which items follow one another in people's histories, decayed, repeats kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from heapq import nlargest
from math import exp

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.decay import HalfLives, shift

QUERY = 20  # latest events of a history that are asked
PEOPLE = 50_000  # histories kept open; a person unseen for longer starts a new window


class Touch(msgspec.Struct, array_like=True, frozen=True):
    at: Instant
    item: str


class State(msgspec.Struct, array_like=True):
    """Pair weights in ``block``: ``rows[a][b]`` grows when b is touched near a, ``latest`` being
    the latest instant of all.

    ``totals`` are the sums of all weight ever added to a row, forgotten pairs included; ``windows``
    hold the latest touches by user, the user seen last at the end.
    """

    block: int = 0
    latest: Instant = 0
    rows: dict[str, dict[str, float]] = {}
    totals: dict[str, float] = {}
    windows: dict[str, list[Touch]] = {}


class Covisitation(Feature[State]):
    """Counts pairs of items near each other in a history, nearer pairs more.

    An event adds to the pairs with the ``window`` touches before it, d ** -``power`` for one d
    places away, times ``backward`` for the reverse pair, decayed with ``half_life``. Only kinds of
    positive weight count. A row keeps its ``row`` strongest pairs, a quarter is dropped at a time.

    A query asks the last 20 touches: score(b) = sum_k e ** (-k / ``tau``) N[a_k, b] with N[a, b] =
    C[a, b] / ((1 + total a) ** ``p`` (1 + total b) ** ``q``). Source of the form and the starting
    points: docs/design/004-first-decisions.md.
    """

    name = "covisitation"
    ordered = True
    state = State

    def __init__(
        self,
        half_life: timedelta = timedelta(days=30),
        *,
        window: int = 10,
        power: float = 1.0,
        backward: float = 1.0,
        row: int = 256,
        items: int = 100_000,
        tau: float = 4.0,
        p: float = 0.5,
        q: float = 0.3,
    ) -> None:
        self.half_lives = HalfLives.of(half_life)
        self.near = tuple(distance**-power for distance in range(1, window + 1))
        self.backward = backward
        self.row = row
        self.items = items
        self.tau = tau
        self.p = p
        self.q = q

    def identity(self) -> str:
        options = (self.half_lives.spans, self.near, self.backward, self.row, self.items)
        return f"{super().identity()} {options}"

    def touches(self, kind: Kind) -> bool:
        return kind.group not in ("slate", "system")

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        if event.item is None or signal.weight <= 0:
            return
        growth = self.half_lives.at(event.at)
        factor = growth.factors[0]
        if growth.blocks[0] != state.block:
            factor *= self._move(state, growth.blocks[0])
        if event.at > state.latest:
            state.latest = event.at
        window = state.windows.pop(event.user, None) or []
        place = len(window)
        if window and event.at < window[-1].at:
            place = bisect_right(window, event.at, key=_at)
        self._pair(state, [touch.item for touch in window[:place]][::-1], event.item, factor, True)
        if place < len(window):
            later = [touch.item for touch in window[place:]]
            self._pair(state, later, event.item, factor, False)
        window.insert(place, Touch(event.at, event.item))
        del window[: -len(self.near)]
        state.windows[event.user] = window
        if len(state.windows) > PEOPLE:
            del state.windows[next(iter(state.windows))]

    def merge(self, one: State, other: State) -> State:
        """Sums of pairs; windows of ``other`` win, pairs across the border are not seen."""
        block = max(one.block, other.block)
        windows = {user: list(window) for user, window in {**one.windows, **other.windows}.items()}
        merged = State(block, max(one.latest, other.latest), windows=windows)
        for part in (one, other):
            factor = shift(part.block, block)
            for name, row in part.rows.items():
                target = merged.rows.setdefault(name, {})
                for neighbour, weight in row.items():
                    target[neighbour] = target.get(neighbour, 0.0) + weight * factor
            for name, total in part.totals.items():
                merged.totals[name] = merged.totals.get(name, 0.0) + total * factor
        for name in list(merged.rows):
            self._trim(merged, name)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        value = {"items": len(state.rows), "pairs": sum(map(len, state.rows.values()))}
        days = self.half_lives.spans[0] / 8.64e10
        return Reading(value, len(state.windows), f"half-life {days:g} days")

    def scores(self, state: State, history: Sequence[str]) -> dict[str, float]:
        """Scores of what is near the history (newest first): item -> non-negative, unbounded.

        An item near nothing is absent; items of the history appear where they repeat.
        """
        found: dict[str, float] = {}
        fade = self._fade(state)
        for age, name in enumerate(history[:QUERY]):
            row = state.rows.get(name)
            if row:
                weight = exp(-age / self.tau) * fade / self._norm(state, name, self.p, fade)
                for neighbour, count in row.items():
                    found[neighbour] = found.get(neighbour, 0.0) + weight * count
        if self.q:
            for name in found:
                found[name] /= self._norm(state, name, self.q, fade)
        return found

    def because(self, state: State, history: Sequence[str], item: str, count: int = 3) -> list[str]:
        """The items of the history that add most to the score of ``item``, most telling first."""
        fade = self._fade(state)
        shares: dict[str, float] = {}
        for age, name in enumerate(history[:QUERY]):
            weight = state.rows.get(name, {}).get(item, 0.0)
            if weight:
                share = exp(-age / self.tau) * weight * fade / self._norm(state, name, self.p, fade)
                shares[name] = shares.get(name, 0.0) + share
        ordered = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
        return [name for name, _ in ordered[:count]]

    def _fade(self, state: State) -> float:
        """Brings weights to the instant of the latest event, where one new pair weighs about 1."""
        return self.half_lives.fade(0, state.block, state.latest)

    def _norm(self, state: State, name: str, power: float, fade: float) -> float:
        return (1.0 + state.totals.get(name, 0.0) * fade) ** power if power else 1.0

    def _pair(
        self, state: State, others: Sequence[str], name: str, factor: float, after: bool
    ) -> None:
        """Add the pairs of ``name`` with others, nearest first; ``after`` says it came after them."""
        forward, backward = (1.0, self.backward) if after else (self.backward, 1.0)
        for other, near in zip(others, self.near, strict=False):
            weight = near * factor
            self._add(state, other, name, weight * forward)
            if backward and other != name:
                self._add(state, name, other, weight * backward)

    def _add(self, state: State, one: str, other: str, weight: float) -> None:
        row = state.rows.get(one)
        if row is None:
            if len(state.rows) >= self.items:
                self._forget_items(state)
            row = state.rows[one] = {}
        row[other] = row.get(other, 0.0) + weight
        state.totals[one] = state.totals.get(one, 0.0) + weight
        if len(row) > self.row:
            self._trim(state, one)

    def _trim(self, state: State, name: str) -> None:
        row = state.rows[name]
        if len(row) > self.row:
            state.rows[name] = dict(nlargest(self.row * 3 // 4, row.items(), key=_strength))

    def _forget_items(self, state: State) -> None:
        kept = nlargest(self.items * 3 // 4, state.totals.items(), key=_strength)
        state.totals = dict(kept)
        state.rows = {name: row for name, row in state.rows.items() if name in state.totals}

    def _move(self, state: State, block: int) -> float:
        if block < state.block:
            return shift(block, state.block)
        factor = shift(state.block, block)
        for row in state.rows.values():
            for name in row:
                row[name] *= factor
        state.totals = {name: total * factor for name, total in state.totals.items()}
        state.block = block
        return 1.0


def _at(touch: Touch) -> Instant:
    return touch.at


def _strength(pair: tuple[str, float]) -> tuple[float, str]:
    return pair[1], pair[0]
