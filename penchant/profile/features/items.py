"""Items: what a person did with each item, and the rating from 0 to 5 that it amounts to."""

from __future__ import annotations

from math import exp

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import (
    DEFAULT,
    HALF_LIVES,
    LEARNED,
    MEMORIES,
    Beside,
    Feature,
    Reading,
    Signal,
    faded,
)
from penchant.state.tally import EVIDENCE, Bound, Tally

BOUND = Bound(keys=18, size=748)
KAPPA = 1.0  # weight that makes a rating of 5 (1 - 1/e) = 3.16: one purchase


def rating(weight: float, kappa: float = KAPPA) -> float:
    """A rating in [0, 5] from accumulated, decayed weight: 5 (1 - exp(-weight / kappa)).

    Monotone; nothing or less than nothing is 0.0. Source: CONTRACT X-04.

    >>> rating(0.0), round(rating(1.0), 3), rating(1e9), rating(-2.0)
    (0.0, 3.161, 5.0, 0.0)
    >>> rating(7.0, kappa=7.0) == rating(1.0)
    True
    """
    return 5.0 * (1.0 - exp(-max(weight, 0.0) / kappa))


class Items(Feature[Tally]):
    """Counts events and weight by item; the 18 items with the most weight of late are remembered.

    Reads a list, best first, of ``{item, count, weight, rating}``.
    """

    name = "items"
    needs = "events that name an item"
    version = 4
    state = Tally

    def __init__(self, kappa: float = KAPPA, memory: str = LEARNED) -> None:
        self.kappa = kappa
        self.memory = MEMORIES[DEFAULT if memory == LEARNED else memory]

    def identity(self) -> str:
        return f"{super().identity()} {self.kappa} {self.memory.window}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> Tally:
        return Tally()

    def step(self, state: Tally, signal: Signal, item: Item | None) -> None:
        if signal.event.item is not None:
            state.add(signal.event.item, signal.weight, signal.growth, BOUND)

    def merge(self, one: Tally, other: Tally) -> Tally:
        return one.merge(other, BOUND)

    def weight(self, signal: Signal, now: Instant, beside: Beside) -> float:
        return faded(signal, self.memory, now)

    def read(self, state: Tally, now: Instant) -> Reading:
        weights = state.weights(HALF_LIVES, self.memory.index, now)
        value = [
            {
                "item": item,
                "count": int(state.rows[item][EVIDENCE]),
                "weight": weight,
                "rating": rating(weight, self.kappa),
            }
            for item, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return Reading(value, state.evidence(), self.memory.window)

    def rate(self, state: Tally, item: str, now: Instant) -> float:
        """The rating of one item; 0.0 for one not remembered."""
        weight = state.weight(item, HALF_LIVES, self.memory.index, now)
        return 0.0 if weight is None else rating(weight, self.kappa)
