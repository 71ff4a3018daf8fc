"""Explanation: from which events a reading comes, with what weights, and what each changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from penchant.core import instant
from penchant.core.event import Event, Logged
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.profile.feature import HALF_LIVES, Beside, Norms, Reading, Signal
from penchant.profile.fold import FindItem, Fold, Folded

LATEST = 1_000  # events looked at one by one; what came before is in the reading, and told together
SHOWN = 6  # changes of one event that are said in words

# What one event changed, by part of the reading: before and after, ``None`` where there was none.
Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Because:
    """One event behind a reading.

    ``weight`` is what it weighs now in what is read: faded and signed where the reading is of decayed
    weights, else 1. ``changed`` says which parts of the reading it changed, as they are read now.
    """

    event: Event
    weight: float
    changed: Changes

    def to_dict(self) -> dict[str, Any]:
        changed = {part: list(pair) for part, pair in self.changed.items()}
        return {"event": self.event.to_dict(), "weight": self.weight, "changed": changed}

    def __str__(self) -> str:
        """In words."""
        told = [_words(part, *pair) for part, pair in list(self.changed.items())[:SHOWN]]
        more = len(self.changed) - len(told)
        of = f" of {self.event.item}" if self.event.item is not None else ""
        return (
            f"{instant.text(self.event.at)}: {self.event.kind}{of}, weight {self.weight:.3g}: "
            + "; ".join(told)
            + (f"; and {more} more" if more else "")
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where the reading ``name`` of ``user`` comes from.

    ``because`` are the events that changed it, those of the largest weight first, of equal ones the
    latest; ``changing`` is how many there are among the ``looked_at`` latest events. ``earlier`` events of
    the person came before those, whatever they say of this reading: what each changed is not told. ``needs``
    says which events it learns from.
    """

    user: str
    name: str
    as_of: Instant
    reading: Reading
    because: tuple[Because, ...]
    changing: int
    looked_at: int
    earlier: int
    needs: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "name": self.name,
            "as_of": instant.text(self.as_of),
            "reading": self.reading.to_dict(),
            "because": [one.to_dict() for one in self.because],
            "changing": self.changing,
            "looked_at": self.looked_at,
            "earlier": self.earlier,
            "needs": self.needs,
        }

    def __str__(self) -> str:
        """In words, an event a line."""
        head = (
            f"{self.name} of {self.user}, over {self.reading.window}: {self.changing} of the latest "
            f"{self.looked_at} events changed it"
        )
        if self.earlier:
            head += f"; {self.earlier} earlier ones were not looked at one by one"
        if not self.changing:
            head += f"; it learns from {self.needs}"
        return "\n".join([head, *map(str, self.because)])


def explain(
    fold: Fold,
    folded: Folded,
    tail: Sequence[Logged],
    find_item: FindItem,
    name: str,
    now: Instant,
    norms: Norms,
    limit: int,
) -> tuple[Reading, list[Because], int]:
    """The reading, at most ``limit`` of the events of ``tail`` that changed it, and how many did.

    ``folded`` is what came before the tail, and is changed. All is read at ``now`` and with these norms, so
    that what an event changed is what the reading would lack without it and all that followed it.
    Raises ``LookupError`` for a name that no feature has.
    """
    norm = norms.by_name.get(name)
    feature = next((one for one in fold.features if one.name == name), None)
    if feature is None:
        raise LookupError(f"no feature is called {name!r}")

    def read() -> Reading:
        states = {one.name: state for one, state in zip(fold.features, folded.states, strict=True)}
        return feature.read_beside(states[name], now, Beside(norm, states))

    reading = read()
    parts = _told(reading.value)
    found: list[Because] = []
    for position, event in tail:
        kind = fold.kinds.of(event.kind)
        item: Item | None = None if event.item is None else find_item(event.item, position)
        fold.step(folded, position, event, item)
        if not feature.touches(kind):
            continue
        reading = read()
        before, parts = parts, _told(reading.value)
        changed = {
            part: (before.get(part), parts.get(part))
            for part in {**before, **parts}
            if before.get(part) != parts.get(part)
        }
        if changed:
            weight = kind.signal(event.value, event.success)
            signal = Signal(event, kind, weight, HALF_LIVES.at(event.at))
            states = dict(zip((one.name for one in fold.features), folded.states, strict=True))
            weighs = feature.weight(signal, now, Beside(norm, states))
            found.append(Because(event, weighs, changed))
    found.reverse()
    found.sort(key=lambda one: -abs(one.weight))  # stable: of equal ones the latest first
    return reading, found[:limit], len(found)


def _told(value: Any) -> dict[str, Any]:
    """What a reading is made of; of rows with one name the first, which is the latest or the largest."""
    told: dict[str, Any] = {}
    for part, one in _parts(value):
        told.setdefault(part, one)
    return told


def _parts(value: Any, under: str = "") -> Iterator[tuple[str, Any]]:
    """What a reading is made of, by name: the fields of mappings, the weights of named rows."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _parts(one, f"{under}.{key}" if under else str(key))
    elif isinstance(value, list) and all(isinstance(one, Mapping) for one in value):
        for place, one in enumerate(value):
            named = _name(one) or str(place)
            told = [one[key] for key in ("at", "weight", "share") if key in one]
            if told:
                yield f"{under}.{named}" if under else str(named), told[0]
            else:
                yield from _parts(one, f"{under}.{named}" if under else str(named))
    else:
        yield under, value


def _name(row: Mapping[str, Any]) -> str | None:
    """By what a row is known, wherever it stands: rows move when another one comes before them."""
    if "what" in row:
        return f"{row['what']} of {row['day']}"
    return next((str(row[key]) for key in ("name", "item", "from") if row.get(key)), None)


def _words(part: str, before: Any, after: Any) -> str:
    return f"{part} {_short(before)} -> {_short(after)}"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
