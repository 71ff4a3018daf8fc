"""Tastes: how people lean at large, and which memory and which prior foretell best what they turn to next.

Each person of the panel is asked beforehand: how probable was the name they turned to, given what was
known of them under each memory, drawn towards everybody's shares with each strength? What foretells best
is the norm. For the strength that is the maximum of the Dirichlet-multinomial likelihood, an event at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2, sqrt
from typing import Any

import msgspec

from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import DEFAULT, MEMORIES, Signal
from penchant.profile.features.interests import Leaning, Norm, effective
from penchant.profile.panel import Trial
from penchant.state.tally import Tally

STRENGTHS = (
    2.0,
    4.0,
    8.0,
    16.0,
    32.0,
    64.0,
    128.0,
    256.0,
)  # events that everybody's shares are worth
NAMES = 300  # names counted; the rarest quarter is forgotten beyond
OFTEN, SELDOM = 8, 64  # one event in so many is foretold, as long as few were, and later
FEW = 1_000
SURE = (
    2.0  # standard errors by which a memory must foretell better than the default to be preferred
)
MIDDLE = STRENGTHS.index(16.0)  # the strength at which memories are compared
NAMED = list(MEMORIES)
USUAL = NAMED.index(DEFAULT)
HALF = 0.5  # of an event, added to the count of every name and of those never seen


class Shared(msgspec.Struct, array_like=True):
    """How often each name was turned to, the bits that each (memory, strength) would have needed, and the
    squares of what each memory needed more than the default, of which its standard error comes."""

    names: dict[str, int] = {}
    total: int = 0
    events: int = 0
    foretold: int = 0
    bits: list[list[float]] = msgspec.field(
        default_factory=lambda: [[0.0] * len(STRENGTHS) for _ in MEMORIES]
    )
    squares: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(MEMORIES))


class Tastes(Trial[Shared, Tally]):
    """The norm of a leaning, learned from people who turn to things one after the other.

    Only what has positive weight counts: what somebody turns to, not what they turn away from.
    """

    version = 2
    shared = Shared
    own = Tally
    says = Norm

    def __init__(self, leaning: Leaning) -> None:
        self.leaning = leaning
        self.name = leaning.name  # type: ignore[misc]  # it is one of several

    def touches(self, kind: Kind) -> bool:
        return self.leaning.touches(kind)

    def zero(self) -> Shared:
        return Shared()

    def own_zero(self) -> Tally:
        return Tally()

    def step(self, shared: Shared, own: Tally, signal: Signal, item: Item | None) -> None:
        if signal.weight <= 0:
            return
        names = list(self.leaning.names(signal.event, item))
        if names:
            shared.events += 1
            if not shared.events % (OFTEN if shared.foretold < FEW else SELDOM):
                self._foretell(shared, own, signal, names[shared.foretold % len(names)])
        for name in names:
            own.add(name, signal.weight, signal.growth, self.leaning.bound)
            shared.names[name] = shared.names.get(name, 0) + 1
        shared.total += len(names)
        if len(shared.names) > NAMES:
            shared.names = _commonest(shared.names, NAMES * 3 // 4)

    def merge(self, one: Shared, other: Shared) -> Shared:
        names = dict(one.names)
        for name, count in other.names.items():
            names[name] = names.get(name, 0) + count
        return Shared(
            _commonest(names, NAMES),
            one.total + other.total,
            one.events + other.events,
            one.foretold + other.foretold,
            list(map(_added, one.bits, other.bits)),
            _added(one.squares, other.squares),
        )

    def own_merge(self, one: Tally, other: Tally) -> Tally:
        return one.merge(other, self.leaning.bound)

    def norm(self, shared: Shared, people: Sequence[Tally]) -> Any:
        memory = _best_memory(shared)
        bits = shared.bits[memory]
        return Norm(
            {name: _usual(shared, name) for name in sorted(shared.names)},
            _usual(shared, None),
            STRENGTHS[bits.index(min(bits))],
            NAMED[memory],
        )

    def _foretell(self, shared: Shared, own: Tally, signal: Signal, name: str) -> None:
        """Add the bits that it takes to say what the person turns to, for each memory and strength."""
        usual = _usual(shared, name)
        needed = []
        for bits, memory in zip(shared.bits, MEMORIES.values(), strict=True):
            counts = effective(own, memory, signal.event.at)
            count, total = counts.get(name, 0.0), sum(counts.values())
            surprises = [
                log2((total + strength) / (count + strength * usual)) for strength in STRENGTHS
            ]
            bits[:] = _added(bits, surprises)
            needed.append(surprises[MIDDLE])
        for place, one in enumerate(needed):
            shared.squares[place] += (one - needed[USUAL]) ** 2
        shared.foretold += 1


def _best_memory(shared: Shared) -> int:
    """The memory that foretells best, if surely better than the default; else the default."""
    needed = [bits[MIDDLE] for bits in shared.bits]
    best = needed.index(min(needed))
    gain = needed[USUAL] - needed[best]
    return best if gain > SURE * sqrt(shared.squares[best]) else USUAL


def _usual(shared: Shared, name: str | None) -> float:
    """The share of a name in what people turn to; ``None`` for one that was never seen."""
    count = 0 if name is None else shared.names.get(name, 0)
    return (count + HALF) / (shared.total + HALF * (len(shared.names) + 1))


def _commonest(names: dict[str, int], most: int) -> dict[str, int]:
    if len(names) <= most:
        return names
    kept = set(sorted(names, key=lambda name: (-names[name], name))[:most])
    return {name: count for name, count in names.items() if name in kept}


def _added(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]
