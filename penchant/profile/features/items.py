"""Items: what a person did with each item, and the rating from 0 to 5 that it amounts to."""

from __future__ import annotations

from math import exp

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import HALF_LIVES, MONTHS, Feature, Reading, Signal
from penchant.state.tally import DECAYED, EVIDENCE, Bound, Tally

BOUND = Bound(keys=32, size=1_500)
KAPPA = 1.0  # weight that makes a rating of 5 (1 - 1/e) = 3.16: one purchase


def rating(weight: float) -> float:
    """A rating in [0, 5] from accumulated, decayed weight: 5 (1 - exp(-weight / kappa)).

    Monotone; nothing or less than nothing is 0.0. Source: CONTRACT X-04, kappa = 1.

    >>> rating(0.0), round(rating(1.0), 3), rating(1e9), rating(-2.0)
    (0.0, 3.161, 5.0, 0.0)
    """
    return 5.0 * (1.0 - exp(-max(weight, 0.0) / KAPPA))


class Items(Feature[Tally]):
    """Counts events and weight by item; the 32 items with the most weight of late are remembered.

    Reads a list, best first, of ``{item, count, weight, rating}``.
    """

    name = "items"
    version = 2
    state = Tally

    def touches(self, kind: Kind) -> bool:
        return kind.group not in ("slate", "system")

    def zero(self) -> Tally:
        return Tally()

    def step(self, state: Tally, signal: Signal, item: Item | None) -> None:
        if signal.event.item is not None:
            state.add(signal.event.item, signal.weight, signal.growth, BOUND)

    def merge(self, one: Tally, other: Tally) -> Tally:
        return one.merge(other, BOUND)

    def read(self, state: Tally, now: Instant) -> Reading:
        weights = state.weights(HALF_LIVES, MONTHS, now)
        value = [
            {
                "item": item,
                "count": int(state.rows[item][EVIDENCE]),
                "weight": weight,
                "rating": rating(weight),
            }
            for item, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return Reading(value, state.evidence(), "half-life 150 days")

    def rate(self, state: Tally, item: str, now: Instant) -> tuple[float, int]:
        """The rating of one item and the events behind it; (0.0, 0) for one not remembered."""
        row = state.rows.get(item)
        if row is None:
            return 0.0, 0
        fade = HALF_LIVES.fade(MONTHS, state.blocks[MONTHS], now)
        return rating(row[DECAYED + MONTHS] * fade), int(row[EVIDENCE])
