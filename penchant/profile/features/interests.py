"""Interests: which tags and which categories a person leans to, decayed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import HALF_LIVES, MEMORIES, Feature, Reading, Signal
from penchant.state.tally import EVIDENCE, Bound, Tally

TAGS = 64  # of an event's own tags, as many as an item of the catalogue may have


class Leaning(Feature[Tally]):
    """What tags and categories have in common: signed weights by name.

    Reads a list, strongest first, of ``{name, weight, share, evidence, confidence}``: the decayed
    weight as it stands now (unbounded, negative for dislikes), its share of all positive weight in
    [0, 1], the events behind it, and n / (n + 1) for n of them: 0.5 for a new name (CONTRACT
    S2-32). An item that the catalogue does not know teaches by the ``tags`` and
    ``category`` its event carries in ``data``, if any (CONTRACT X-67).
    """

    version = 3
    state = Tally
    bound: Bound

    def __init__(self, memory: str = "months") -> None:
        self.memory = MEMORIES[memory]

    def identity(self) -> str:
        return f"{super().identity()} {self.memory.window}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def names(self, event: Event, item: Item | None) -> Iterable[str]:
        """The names this event speaks for."""
        raise LookupError(f"{self.name} does not say what an event speaks for")

    def zero(self) -> Tally:
        return Tally()

    def step(self, state: Tally, signal: Signal, item: Item | None) -> None:
        if signal.weight:
            for name in self.names(signal.event, item):
                state.add(name, signal.weight, signal.growth, self.bound)

    def merge(self, one: Tally, other: Tally) -> Tally:
        return one.merge(other, self.bound)

    def read(self, state: Tally, now: Instant) -> Reading:
        weights = state.weights(HALF_LIVES, self.memory.index, now)
        total = sum(weight for weight in weights.values() if weight > 0)
        value = [
            _row(name, weight, total, int(state.rows[name][EVIDENCE]))
            for name, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        return Reading(value, state.evidence(), self.memory.window)


class Interests(Leaning):
    """Leaning by tag: an event speaks for each tag of its item."""

    name = "interests"
    bound = Bound(keys=20, size=880)

    def names(self, event: Event, item: Item | None) -> Iterable[str]:
        return item.tags if item is not None else _own(event, "tags", list)


class Categories(Leaning):
    """Leaning by category: an event speaks for the one category of its item."""

    name = "categories"
    bound = Bound(keys=12, size=560)

    def names(self, event: Event, item: Item | None) -> Iterable[str]:
        category = item.category if item is not None else _own(event, "category", str)
        return (category,) if category else ()


def _row(name: str, weight: float, total: float, evidence: int) -> dict[str, Any]:
    return {
        "name": name,
        "weight": weight,
        "share": max(weight, 0.0) / total if total else 0.0,
        "evidence": evidence,
        "confidence": evidence / (evidence + 1),
    }


def _own(event: Event, field: str, expected: type) -> Any:
    """What the event itself says of its item; nothing when it has another type than expected."""
    value = (event.data or {}).get(field)
    if not isinstance(value, expected):
        return expected()
    if isinstance(value, list):
        return [tag for tag in value[:TAGS] if isinstance(tag, str)]
    return value
