"""The form of a feature: a rule that learns from events, remembers a state, and says a reading."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.state.decay import Growth, HalfLives

# None (plain counts), months for taste (150 days was best on film genres), and the two weeks of
# CONTRACT S2-30: 0.95 a day is a half-life of 13.5 days.
HALF_LIVES = HalfLives.of(timedelta(days=150), timedelta(days=13.513))
MONTHS, WEEKS = 0, 1


@dataclass(frozen=True, slots=True)
class Memory:
    """Which of the weights kept side by side is read: by the half-life at ``index``, or undecayed."""

    index: int | None
    window: str


MEMORIES = {
    "months": Memory(MONTHS, "half-life 150 days"),
    "weeks": Memory(WEEKS, "half-life 13.5 days"),
    "always": Memory(None, "all events"),
}
LEARNED, DEFAULT = "learned", "months"  # whichever foretells best; which one until that is known
State = TypeVar("State")


class Signal(msgspec.Struct, gc=False):
    """One event as features see it: its weight and its growth worked out once for all of them."""

    event: Event
    kind: Kind
    weight: float
    growth: Growth


@dataclass(frozen=True, slots=True)
class Reading:
    """What a feature says: ``value`` as plain data, from ``evidence`` events, over ``window``."""

    value: Any
    evidence: int
    window: str = "all events"

    def to_dict(self) -> dict[str, Any]:
        return {"value": self.value, "evidence": self.evidence, "window": self.window}


@dataclass(frozen=True, slots=True)
class Norms:
    """What is known of people at large, by feature; ``version`` grows when it changes."""

    version: int = 0
    by_name: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """What else is known when a feature is read: the norm of its own (``None`` while there is none), and
    the person's other states by feature name, which it must not change."""

    norm: Any = None
    states: Mapping[str, Any] = field(default_factory=dict)


def faded(signal: Signal, memory: Memory, now: Instant) -> float:
    """The weight of one event as it stands at ``now`` under a memory, as tallies sum it."""
    if memory.index is None:
        return signal.weight
    block, factor = signal.growth.blocks[memory.index], signal.growth.factors[memory.index]
    return signal.weight * factor * HALF_LIVES.fade(memory.index, block, now)


class Feature(ABC, Generic[State]):
    """What every feature declares; a plug is a subclass in a file of its own.

    ``step`` may change the state it is given and returns nothing; it sees no clock and no store.
    ``merge`` is associative and commutative with ``zero()`` as its unit, and returns a new state;
    for an ``ordered`` feature the left operand holds the earlier events. ``read`` changes nothing.
    A state is plain data of the type ``state``; however many events it saw, it stays bounded.
    ``version`` changes whenever the same events would give another state: stored snapshots of
    other versions are folded again from the log.
    """

    name: ClassVar[str]
    needs: ClassVar[str] = "events"  # what it learns from, in words that follow "it learns from"
    version: ClassVar[int] = 1
    ordered: ClassVar[bool] = False
    state: ClassVar[Any]

    def touches(self, kind: Kind) -> bool:
        """Whether events of that kind change the state; others cost nothing."""
        return True

    def identity(self) -> str:
        """Name, version and whatever options change the state or its reading.

        Part of every fingerprint: of snapshots, and of the version that a profile's ETag is.
        """
        return f"{self.name}/{self.version}"

    @abstractmethod
    def zero(self) -> State:
        """The state before any event."""

    @abstractmethod
    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        """Change the state by one event; ``item`` is what the catalogue knew of its item."""

    @abstractmethod
    def merge(self, one: State, other: State) -> State:
        """The state of the events of both."""

    def weight(self, signal: Signal, now: Instant, beside: Beside) -> float:
        """How much one event weighs at ``now`` in what is read: 1 where events are counted."""
        return 1.0

    @abstractmethod
    def read(self, state: State, now: Instant) -> Reading:
        """What the state says at ``now``."""

    def read_beside(self, state: State, now: Instant, beside: Beside) -> Reading:
        """What it says in the light of what else is known; by itself unless it needs that."""
        return self.read(state, now)
