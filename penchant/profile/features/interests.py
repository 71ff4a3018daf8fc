"""Interests: which tags and which categories a person leans to, decayed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from penchant.core.event import Event
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
    Memory,
    Reading,
    Signal,
    faded,
)
from penchant.state.beta import interval
from penchant.state.tally import EVIDENCE, PLAIN, Bound, Tally
from penchant.state.turns import Turns, sign

WHILE_DRIFTING = "weeks"  # the memory by which tastes are read while they change
TAGS = 64  # of an event's own tags, as many as an item of the catalogue may have


class Norm(msgspec.Struct, array_like=True):
    """How people at large lean: the share of each name in what they turn to, and of one never seen;
    how alike they are, as the number of events that everybody's shares are worth; and which memory
    foretells best what they turn to next."""

    shares: dict[str, float] = {}
    unseen: float = 0.0
    strength: float = 2.0
    memory: str = DEFAULT


class Leaning(Feature[Tally]):
    """What tags and categories have in common: signed weights by name.

    Reads a list, strongest first, of ``{name, weight, share, expected, interval, evidence, confidence}``:
    the decayed weight as it stands now (unbounded, negative for dislikes), its share of all positive
    weight in [0, 1], and the events behind it. ``expected`` is the share to be expected of what the person
    turns to next: theirs, drawn towards everybody's as long as there is little of theirs; it lies in
    ``interval`` with a probability of 90 %. ``confidence``, in [0, 1), is how much of what is expected is
    the person's own: n / (n + strength) for n events in all. Under the documented rule it is n / (n + 1)
    for the n events of the name, 0.5 for a new one (CONTRACT S2-32).

    An item that the catalogue does not know teaches by the ``tags`` and ``category`` its event carries
    in ``data``, if any (CONTRACT X-67). With the memory ``learned``, weights fade as foretells best what
    people turn to; by weeks while the person drifts, and what is expected of their categories rests on
    what they turned to since the latest change, the last 190 of those at most. Source: Dirichlet posterior
    with an empirical prior (Casella 1985), the confidence being the credibility of Buehlmann 1967; how the
    intervals cover, and what the reaction to drift is worth: benchmarks/QUALITY.md.
    """

    version = 4
    state = Tally
    bound: Bound
    turned = False  # whether its names are those whose changes are found

    def __init__(self, memory: str = LEARNED, confidence: str = "calibrated") -> None:
        self.memory = memory
        self.confidence = confidence

    def identity(self) -> str:
        return f"{super().identity()} {self.memory} {self.confidence}"

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

    def weight(self, signal: Signal, now: Instant, beside: Beside) -> float:
        norm = Norm() if beside.norm is None else beside.norm
        return faded(signal, self._memory(norm, self._turns(beside)), now)

    def read(self, state: Tally, now: Instant) -> Reading:
        return self.read_beside(state, now, Beside())

    def read_beside(self, state: Tally, now: Instant, beside: Beside) -> Reading:
        norm = Norm(unseen=1.0 / (len(state.rows) + 1)) if beside.norm is None else beside.norm
        return self._reading(state, now, norm, self._turns(beside))

    def _turns(self, beside: Beside) -> Turns | None:
        """What is known of changes, where they are reacted to."""
        return beside.states.get("drift") if self.memory == LEARNED else None

    def _memory(self, norm: Norm, turns: Turns | None) -> Memory:
        learned = WHILE_DRIFTING if turns is not None and turns.drifting() else norm.memory
        return MEMORIES[learned if self.memory == LEARNED else self.memory]

    def _reading(self, state: Tally, now: Instant, norm: Norm, turns: Turns | None) -> Reading:
        memory = self._memory(norm, turns)
        weights = state.weights(HALF_LIVES, memory.index, now)
        if turns is not None and turns.found and self.turned:
            lately = turns.lately()
            counts: dict[str, float] = {name: lately.count(sign(name)) for name in state.rows}
            total: float = len(lately)
        else:
            counts = effective(state, memory, now)
            total = sum(counts.values())
        positive = sum(weight for weight in weights.values() if weight > 0)
        own = total / (total + norm.strength)
        documented = self.confidence == "documented"
        value = []
        for name, weight in sorted(weights.items(), key=lambda pair: (-pair[1], pair[0])):
            evidence = int(state.rows[name][EVIDENCE])
            usual = norm.shares.get(name, norm.unseen)
            a = counts[name] + norm.strength * usual
            b = total - counts[name] + norm.strength * (1.0 - usual)
            value.append(
                {
                    "name": name,
                    "weight": weight,
                    "share": max(weight, 0.0) / positive if positive else 0.0,
                    "expected": a / (a + b),
                    "interval": list(interval(a, b)),
                    "evidence": evidence,
                    "confidence": evidence / (evidence + 1) if documented else own,
                }
            )
        return Reading(value, state.evidence(), memory.window)


class Interests(Leaning):
    """Leaning by tag: an event speaks for each tag of its item."""

    name = "interests"
    needs = "events on items with tags, or with tags in their data"
    bound = Bound(keys=20, size=880)

    def names(self, event: Event, item: Item | None) -> Iterable[str]:
        return item.tags if item is not None else _own(event, "tags", list)


class Categories(Leaning):
    """Leaning by category: an event speaks for the one category of its item."""

    name = "categories"
    needs = "events on items with a category, or with one in their data"
    turned = True
    bound = Bound(keys=12, size=560)

    def names(self, event: Event, item: Item | None) -> Iterable[str]:
        name = category(event, item)
        return (name,) if name else ()


def category(event: Event, item: Item | None) -> str | None:
    """The category that an event speaks for: its item's, or the one it tells itself; empty for none."""
    told: str | None = item.category if item is not None else _own(event, "category", str)
    return told


def effective(state: Tally, memory: Memory, now: Instant) -> dict[str, float]:
    """For how many events each name stands at ``now``: positive weight, faded, in units of an average event.

    Undecayed and without dislikes the sum is the number of events, and never more; a purchase stands for
    more of them than a view.
    """
    weights = state.weights(HALF_LIVES, memory.index, now)
    positive = {name: max(weight, 0.0) for name, weight in weights.items()}
    plain = sum(abs(row[PLAIN]) for row in state.rows.values())
    # Likes and dislikes may leave less of the plain weight than of the faded, and next to nothing.
    most = max(plain, sum(positive.values()))
    scale = state.evidence() / most if most else 0.0
    return {name: weight * scale for name, weight in positive.items()}


def _own(event: Event, field: str, expected: type) -> Any:
    """What the event itself says of its item; nothing when it has another type than expected."""
    value = (event.data or {}).get(field)
    if not isinstance(value, expected):
        return expected()
    if isinstance(value, list):
        return [tag for tag in value[:TAGS] if isinstance(tag, str)]
    return value
