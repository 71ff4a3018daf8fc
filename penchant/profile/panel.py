"""The panel: a fixed sample of people from whom it is learned how everybody's readings are to be taken.

A share of three in ten events says little by itself. How much it says depends on what such shares are among
people at large, on how different people are, and on how fast they change: the panel measures that along the
log, and hands it to the readings of everyone as *norms*. Why: docs/design/010-norms.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import HALF_LIVES, Feature, Norms, Reading, Signal
from penchant.state.sample import Sample

PEOPLE = 200
FIRST = 20  # events of the panel before there are norms
GROWTH = 1.1  # they are made again after as many events as make a tenth of all

Shared = TypeVar("Shared")
Own = TypeVar("Own")


class Trial(ABC, Generic[Shared, Own]):
    """What the panel learns for the reading of the feature called ``name``.

    ``shared`` is the type of what it keeps of all together, ``own`` of each person, ``says`` of the norm; all
    of them plain data.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1
    shared: ClassVar[Any]
    own: ClassVar[Any]
    says: ClassVar[Any]

    def identity(self) -> str:
        """Name, version and whatever options change what it learns."""
        return f"{self.name}/{self.version}"

    @abstractmethod
    def touches(self, kind: Kind) -> bool:
        """Whether it learns from events of that kind."""

    @abstractmethod
    def zero(self) -> Shared:
        """What is kept of all together before any event."""

    @abstractmethod
    def own_zero(self) -> Own:
        """What is kept of a person before any event."""

    @abstractmethod
    def step(self, shared: Shared, own: Own, signal: Signal, item: Item | None) -> None:
        """Change both by one event of a person."""

    @abstractmethod
    def merge(self, one: Shared, other: Shared) -> Shared:
        """What is kept of the events of both."""

    @abstractmethod
    def own_merge(self, one: Own, other: Own) -> Own:
        """What is kept of a person of the events of both."""

    @abstractmethod
    def norm(self, shared: Shared, people: Sequence[Own]) -> Any:
        """What it says of people at large."""


class Made(msgspec.Struct, frozen=True, array_like=True):
    """The norms by name, made for the ``number``-th time. One value: it is read while it is replaced."""

    number: int = 0
    by_name: dict[str, Any] = {}


class State(msgspec.Struct, Generic[Own, Shared], array_like=True):
    """``norms`` are the latest; the next are due at ``due`` events."""

    sample: Sample[Own]
    shared: Shared
    norms: Made = Made()
    events: int = 0
    due: int = FIRST


class Panel(Feature[Any]):
    """Follows 200 people, chosen by their names, with every trial. Reads ``{people, events, norms}``.

    The norms change when the panel has seen a tenth more events, at the same event whoever replays the log.
    """

    name = "panel"
    version = 2
    ordered = True

    def __init__(self, trials: Sequence[Trial[Any, Any]]) -> None:
        self.trials = tuple(trials)
        own = tuple(trial.own for trial in self.trials)
        shared = tuple(trial.shared for trial in self.trials)
        self._known = Made(), Norms()  # as it was told last, and is read
        self.state = State[tuple[own], tuple[shared]]  # type: ignore[valid-type,misc]  # as the trials say

    def identity(self) -> str:
        return f"{super().identity()} {[trial.identity() for trial in self.trials]}"

    def touches(self, kind: Kind) -> bool:
        return any(trial.touches(kind) for trial in self.trials)

    def zero(self) -> Any:
        return State(Sample(), tuple(trial.zero() for trial in self.trials))

    def step(self, state: Any, signal: Signal, item: Item | None) -> None:
        event = signal.event
        own = state.sample.of(event.user, self._own_zero, PEOPLE)
        if own is None:
            return
        grown = Signal(event, signal.kind, signal.weight, HALF_LIVES.at(event.at))
        for trial, shared, theirs in zip(self.trials, state.shared, own, strict=True):
            if trial.touches(signal.kind):
                trial.step(shared, theirs, grown, item)
        state.events += 1
        if state.events >= state.due:
            self._make_norms(state)

    def merge(self, one: Any, other: Any) -> Any:
        later = max(one, other, key=lambda part: part.events)
        return State(
            one.sample.merge(other.sample, self._own_merge, PEOPLE),
            tuple(map(_merged, self.trials, one.shared, other.shared)),
            later.norms,
            one.events + other.events,
            later.due,
        )

    def read(self, state: Any, now: Instant) -> Reading:
        value = {"people": len(state.sample.people), "events": state.events}
        return Reading(value, state.events)

    def norms(self, state: Any) -> Norms:
        """What the readings of everyone are to be taken by."""
        made, (told, known) = state.norms, self._known
        if told is not made:
            types = {trial.name: trial.says for trial in self.trials}
            by_name = {
                name: msgspec.convert(one, types[name]) for name, one in made.by_name.items()
            }
            known = Norms(made.number, by_name)
            self._known = made, known
        return known

    def _own_zero(self) -> tuple[Any, ...]:
        return tuple(trial.own_zero() for trial in self.trials)

    def _own_merge(self, one: Any, other: Any) -> tuple[Any, ...]:
        return tuple(
            trial.own_merge(mine, theirs)
            for trial, mine, theirs in zip(self.trials, one, other, strict=True)
        )

    def _make_norms(self, state: Any) -> None:
        people = list(zip(*state.sample.people.values(), strict=True))
        by_name = {
            trial.name: msgspec.to_builtins(trial.norm(shared, theirs))
            for trial, shared, theirs in zip(self.trials, state.shared, people, strict=True)
        }
        state.norms = Made(state.norms.number + 1, by_name)
        state.due = int(state.events * GROWTH) + 1


def _merged(trial: Trial[Any, Any], one: Any, other: Any) -> Any:
    return trial.merge(one, other)
