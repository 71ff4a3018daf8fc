"""Recent popularity: what is liked by everybody lately."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.decay import HalfLives, grown, shift
from penchant.state.leaders import Leaders

LEADERS = 400  # leaders kept of all items
ITEMS = 500_000  # items counted; the weakest quarter is forgotten beyond


class State(msgspec.Struct, array_like=True):
    """Decayed weight by item in ``block``, and the leaders among them."""

    block: int = 0
    weights: dict[str, float] = {}
    leaders: Leaders = msgspec.field(default_factory=Leaders)


class Popularity(Feature[State]):
    """One decayed count per item; an event adds its weight, dislikes take away.

    Half-life 1 day unless told otherwise: on films better than 3, 7 and 30 days
    (docs/design/004-first-decisions.md). Reads ``{item: weight}`` of the leaders.
    """

    name = "popularity"
    ordered = True
    state = State

    def __init__(self, half_life: timedelta = timedelta(days=1)) -> None:
        self.half_lives = HalfLives.of(half_life)

    def identity(self) -> str:
        return f"{super().identity()} {self.half_lives.spans}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        name = signal.event.item
        if name is None or not signal.weight:
            return
        block, factor = grown(self.half_lives.spans[0], signal.event.at)
        if block != state.block:
            factor *= self._move(state, block)
        weight = state.weights.get(name, 0.0) + signal.weight * factor
        state.weights[name] = weight
        state.leaders.offer(name, weight, LEADERS)
        self._bound(state)

    def merge(self, one: State, other: State) -> State:
        block = max(one.block, other.block)
        merged = State(block)
        for part in (one, other):
            factor = shift(part.block, block)
            for name, weight in part.weights.items():
                merged.weights[name] = merged.weights.get(name, 0.0) + weight * factor
        for name, weight in merged.weights.items():
            merged.leaders.offer(name, weight, LEADERS)
        self._bound(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        fade = self.half_lives.fade(0, state.block, now)
        value = {name: weight * fade for name, weight in state.leaders.top(LEADERS)}
        return Reading(
            value, len(state.weights), f"half-life {self.half_lives.spans[0] / 8.64e10:g} d"
        )

    def top(self, state: State, count: int) -> list[tuple[str, float]]:
        """The items with the most weight and their weights, at most 400, highest first."""
        return state.leaders.top(count)

    def among(self, state: State, items: Iterable[str]) -> dict[str, float]:
        """The weights of those of the items that are liked at all."""
        known = state.weights.get
        return {item: weight for item in items if (weight := known(item, 0.0)) > 0}

    def _bound(self, state: State) -> None:
        if len(state.weights) > ITEMS:
            ordered = sorted(state.weights.items(), key=lambda pair: (-pair[1], pair[0]))
            state.weights = dict(ordered[: ITEMS * 3 // 4])

    def _move(self, state: State, block: int) -> float:
        """Bring the state to ``block`` if it is later; the factor for an event of that block."""
        if block < state.block:
            return shift(block, state.block)
        factor = shift(state.block, block)
        state.weights = {name: weight * factor for name, weight in state.weights.items()}
        state.leaders.scale(factor)
        state.block = block
        return 1.0
