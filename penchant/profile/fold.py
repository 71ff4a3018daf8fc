"""The fold: events in, states out. Live updates, replays and rebuilds all run this code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeAlias, TypeVar

import msgspec

from penchant.core.event import Event, Logged
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind, Kinds
from penchant.profile.feature import HALF_LIVES, Beside, Feature, Norms, Reading, Signal
from penchant.profile.portions import portions
from penchant.state.decay import HalfLives

# The item an event at a position named, as it was then; ``None`` while the catalogue has none.
FindItem: TypeAlias = Callable[[str, int], Item | None]
Plug = TypeVar("Plug", bound=Feature[Any])
_Plan: TypeAlias = tuple[Kind, tuple[bool, ...]]
TOGETHER = 128  # events folded feature by feature


@dataclass(slots=True)
class Folded:
    """The states of one subject, and what of the log they have seen.

    ``upto`` is the last position folded in, 0 before any; ``unknown`` counts events whose item the
    catalogue did not know.
    """

    states: list[Any]
    upto: int = 0
    unknown: int = 0


_KEPT = msgspec.msgpack.Decoder(dict[str, tuple[str, msgspec.Raw]])


class Fold:
    """Folds events into the states of a fixed row of features.

    Bit for bit the same for the same events in log order, however they are batched. ``fingerprint``
    names features, versions, options and kind weights: states under another one do not compare.
    """

    def __init__(
        self,
        features: Sequence[Feature[Any]],
        kinds: Kinds,
        half_lives: HalfLives = HALF_LIVES,
    ) -> None:
        self.features = tuple(features)
        self.kinds = kinds
        self._growth = half_lives.at
        identities = "\n".join(feature.identity() for feature in self.features)
        self.fingerprint = blake2b(
            f"{identities}\n{kinds.fingerprint()}\n{half_lives.spans}".encode(), digest_size=12
        ).hexdigest()
        self._places = {feature.name: place for place, feature in enumerate(self.features)}
        self._steps = tuple(feature.step for feature in self.features)
        self._plans: dict[str, _Plan] = {}
        self._encoder = msgspec.msgpack.Encoder()
        state_types = tuple(feature.state for feature in self.features)
        self._decoder = msgspec.msgpack.Decoder(tuple[state_types])  # type: ignore[valid-type]  # one type a feature

    def zero(self) -> Folded:
        """The states before any event."""
        return Folded([feature.zero() for feature in self.features])

    def step(self, folded: Folded, position: int, event: Event, item: Item | None) -> None:
        """Fold one event in. Positions must ascend."""
        self.extend(folded, ((position, event),), lambda id, at: item)

    def extend(self, folded: Folded, tail: Iterable[Logged], find_item: FindItem) -> Folded:
        """Fold a tail of the log in; returns ``folded``, changed."""
        events = iter(tail)
        while some := list(islice(events, TOGETHER)):
            self._extend(folded, some, find_item)
        return folded

    def _extend(self, folded: Folded, tail: Sequence[Logged], find_item: FindItem) -> None:
        """Feature by feature: what one of them needs is then still at hand for its next event."""
        plans, growth = self._plans, self._growth
        met: dict[str, tuple[bool, ...]] = {}
        signals: list[tuple[Signal, Item | None]] = []
        for position, event in tail:
            kind, met[event.kind] = plans.get(event.kind) or self._plan(event.kind)
            item = None
            if event.item is not None:
                item = find_item(event.item, position)
                folded.unknown += item is None
            plain = event.value is None and event.success is None
            weight = kind.weight if plain else kind.signal(event.value, event.success)
            signals.append((Signal(event, kind, weight, growth(event.at)), item))
        touches = zip(*met.values(), strict=True)
        for step, state, touched in zip(self._steps, folded.states, touches, strict=True):
            if all(touched):
                for signal, item in signals:
                    step(state, signal, item)
            elif any(touched):
                mine = dict(zip(met, touched, strict=True))
                for signal, item in signals:
                    if mine[signal.event.kind]:
                        step(state, signal, item)
        folded.upto = tail[-1][0]

    def merge(self, one: Folded, other: Folded) -> Folded:
        """The fold of both; for ordered features ``one`` holds the earlier events."""
        states = [
            feature.merge(a, b)
            for feature, a, b in zip(self.features, one.states, other.states, strict=True)
        ]
        return Folded(states, max(one.upto, other.upto), one.unknown + other.unknown)

    def encode(self, folded: Folded) -> bytes:
        """The states as bytes; equal states give equal bytes."""
        return self._encoder.encode(folded.states)

    def portions(self, folded: Folded) -> Iterator[bytes]:
        """The bytes of :meth:`encode` a little at a time: large states, when others want a turn."""
        return portions(self._encoder, folded.states)

    def decode(self, body: bytes) -> list[Any]:
        """The states from :meth:`encode`. Raises ``msgspec.ValidationError`` for other bytes."""
        return list(self._decoder.decode(body))

    def keep(self, folded: Folded) -> bytes:
        """The states by feature, for when the events they come from cannot be folded again."""
        return self._encoder.encode(
            {
                feature.name: [feature.identity(), state]
                for feature, state in zip(self.features, folded.states, strict=True)
            }
        )

    def kept(self, body: bytes) -> list[Any]:
        """The states from :meth:`keep`; a feature that was another then begins anew.

        Raises ``msgspec.ValidationError`` for other bytes.
        """
        raw: dict[str, tuple[str, msgspec.Raw]] = _KEPT.decode(body)
        return [
            msgspec.msgpack.decode(raw[feature.name][1], type=feature.state)
            if raw.get(feature.name, ("",))[0] == feature.identity()
            else feature.zero()
            for feature in self.features
        ]

    def read(self, folded: Folded, now: Instant, norms: Norms | None = None) -> dict[str, Reading]:
        """All readings by feature name, each in the light of the others' states and of norms, if any."""
        known = {} if norms is None else norms.by_name
        states = dict(zip(self._places, folded.states, strict=True))
        return {
            feature.name: feature.read_beside(
                states[feature.name], now, Beside(known.get(feature.name), states)
            )
            for feature in self.features
        }

    def feature(self, kind: type[Plug]) -> Plug:
        """The feature of that class. Raises ``LookupError`` if there is none."""
        for feature in self.features:
            if isinstance(feature, kind):
                return feature
        raise LookupError(f"no feature is a {kind.__name__}")

    def state(self, folded: Folded, name: str) -> Any:
        """The state of the feature of that name. Raises ``LookupError`` if there is none."""
        place = self._places.get(name)
        if place is None:
            raise LookupError(f"no feature is called {name!r}")
        return folded.states[place]

    def _plan(self, name: str) -> _Plan:
        """Which features an event of that kind touches: the others cost nothing."""
        kind = self.kinds.of(name)
        if len(self._plans) > 1_000:  # undeclared kinds may be as many as a stranger likes
            self._plans.clear()
        plan = self._plans[name] = kind, tuple(feature.touches(kind) for feature in self.features)
        return plan  # others may have cleared them since
