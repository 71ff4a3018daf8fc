"""Imports: a log of somebody else's, or an export of our own, into a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from time import perf_counter
from typing import Any, Protocol

from penchant.core import instant
from penchant.core.admission import Edge
from penchant.core.errors import InvalidArgument
from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.io.formats.row import Row
from penchant.io.formats.source import Source
from penchant.io.occurrences import Occurrences
from penchant.serve.transfer.plan import Plan
from penchant.serve.transfer.reader import LOGGED, Draft, Reader, Shelved, identified, short
from penchant.serve.transfer.refusals import Refusals

BLOCK = 250_000  # events put in the order of their times at once
COMMIT = 5_000  # events in one commit
PEEK = 100  # rows looked at to learn which columns there are
EXAMPLES = 5
REPORT = 2_000  # rows between reports of progress

# Told how many rows were read, and which share of the source if its size is known.
Progress = Callable[[int, float | None], None]


class Sink(Protocol):
    """Where an import puts what it reads."""

    def append(self, events: Sequence[Event]) -> int:
        """Add events durably; how many were new."""

    def put(self, items: Sequence[Item]) -> int:
        """Put items into the catalogue; how many of them differ from what was there."""

    def remove(self, item: str) -> None:
        """Take an item out of the catalogue."""


@dataclass(slots=True)
class Imported:
    """What became of a source. ``read`` rows are skipped, refused, or became events or items.

    ``duplicates`` were in the store already. ``kinds`` and the span ``first`` to ``last`` are of all
    events read, new or not. After a dry run nothing was stored: ``accepted`` and ``duplicates`` are
    0, ``events`` or ``items`` say how many would have been handed to the store.
    """

    source: str
    format: str
    read: int = 0
    skipped: int = 0
    refused: int = 0
    events: int = 0
    items: int = 0
    accepted: int = 0
    duplicates: int = 0
    undated: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    first: Instant | None = None
    last: Instant | None = None
    mapped: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    refused_file: str | None = None
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    refused_examples: list[dict[str, Any]] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)
    dry_run: bool = False

    def to_dict(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        told["kinds"] = dict(self.kinds.most_common())
        for name in ("first", "last"):
            told[name] = None if told[name] is None else instant.text(told[name])
        told["reasons"] = [
            {"field": name, "reason": reason, "rows": rows} for name, reason, rows in self.reasons
        ]
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One import: what to read, how, and where it goes; without a ``sink`` it is a dry run."""

    plan: Plan
    edge: Edge
    refusals: Refusals
    sink: Sink | None
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limit: int | None = None
    progress: Progress | None = None
    block: int = BLOCK

    def run(self, source: Source, format: str, rows: Iterator[Row], nested: bool) -> Imported:
        """Read everything, store what is sound, refuse what is not. Raises ``InvalidArgument``."""
        began = perf_counter()
        result = Imported(source.name, format, dry_run=self.sink is None)
        reader = Reader(self.plan, self.edge, self.refusals)
        rows = self._checked(reader, islice(rows, self.limit), nested)
        kept = self._kept(rows, source, result)
        if self.plan.items:
            self._items(kept, reader, result)
        else:
            self._events(kept, reader, result)
        result.seconds = perf_counter() - began
        return self._summed(result, reader)

    def _checked(self, reader: Reader, rows: Iterator[Row], nested: bool) -> Iterator[Row]:
        """The same rows, after a look at the columns of the first ones."""
        first = list(islice(rows, PEEK))
        columns: dict[str, None] = {}
        for row in first:
            columns.update(dict.fromkeys(row.fields or ()))
        if columns and LOGGED not in columns:
            reader.mapper.check(list(columns), nested)
            for name in self.only:
                if name not in columns and not nested:
                    raise InvalidArgument("only", f"there is no column {name!r}")
        return chain(first, rows)

    def _kept(self, rows: Iterator[Row], source: Source, result: Imported) -> Iterator[Row]:
        for row in rows:
            result.read += 1
            if self.progress is not None and result.read % REPORT == 0:
                self.progress(result.read, source.share())
            if row.fields is not None and not self._wanted(row.fields):
                result.skipped += 1
                continue
            yield row

    def _wanted(self, fields: Mapping[str, Any]) -> bool:
        return all(str(fields.get(name)) in allowed for name, allowed in self.only.items())

    def _events(self, rows: Iterator[Row], reader: Reader, result: Imported) -> None:
        drafts: list[Draft] = []
        shelved: list[Item] = []
        with Occurrences() as seen:
            for row in rows:
                for one in reader.events(row):
                    if isinstance(one, Shelved):
                        self._store(drafts, seen, result)
                        self._shelve(one, shelved, result)
                        continue
                    if shelved:
                        self._put(shelved, result)
                    drafts.append(one)
                    if len(drafts) >= self.block:
                        self._store(drafts, seen, result)
            self._put(shelved, result)
            self._store(drafts, seen, result)

    def _store(self, drafts: list[Draft], seen: Occurrences, result: Imported) -> None:
        """Give the events their ids in the order of the source, then store them in that of time."""
        if not drafts:
            return
        keyed = [draft for draft in drafts if draft.key is not None]
        numbers = iter(seen.number([short(draft.key or b"") for draft in keyed]))
        events = [
            draft.event if draft.key is None else identified(draft, next(numbers))
            for draft in drafts
        ]
        if not drafts[0].logged:
            events.sort(key=lambda event: event.at)
        drafts.clear()
        result.kinds.update(event.kind for event in events)
        first, last = min(event.at for event in events), max(event.at for event in events)
        result.first = first if result.first is None else min(first, result.first)
        result.last = last if result.last is None else max(last, result.last)
        room = EXAMPLES - len(result.examples)
        if self.sink is None:
            result.examples.extend(event.to_row() for event in events[:room])
        for start in range(0, len(events), COMMIT):
            part = events[start : start + COMMIT]
            result.events += len(part)
            if self.sink is not None:
                accepted = self.sink.append(part)
                result.accepted += accepted
                result.duplicates += len(part) - accepted

    def _shelve(self, one: Shelved, shelved: list[Item], result: Imported) -> None:
        shelved.append(one.item)
        if not one.present:
            self._put(shelved, result)
            if self.sink is not None:
                self.sink.remove(one.item.id)

    def _items(self, rows: Iterator[Row], reader: Reader, result: Imported) -> None:
        block: dict[str, Item] = {}
        for row in rows:
            item = reader.item(row)
            if item is None:
                continue
            result.items += 1
            block.pop(item.id, None)  # the last row of an item counts
            block[item.id] = item
            if len(block) >= COMMIT:
                self._put(block, result)
        self._put(block, result)
        result.duplicates = result.items - result.accepted if self.sink is not None else 0

    def _put(self, items: dict[str, Item] | list[Item], result: Imported) -> None:
        if not items:
            return
        told = list(items.values()) if isinstance(items, dict) else list(items)
        items.clear()
        if self.sink is None:
            room = EXAMPLES - len(result.examples)
            result.examples.extend(item.to_dict() for item in told[:room])
            return
        changed = self.sink.put(told)
        if self.plan.items:
            result.accepted += changed
        else:
            result.items += len(told)

    def _summed(self, result: Imported, reader: Reader) -> Imported:
        refusals = self.refusals
        result.refused = refusals.count
        result.refused_file = refusals.written()
        result.refused_examples = refusals.examples
        result.reasons = [
            (name, reason, rows) for (name, reason), rows in refusals.reasons.most_common(20)
        ]
        result.undated = reader.undated
        result.mapped = reader.mapper.mapped
        mapped = set(reader.mapper.mapped.values())
        result.unmapped = [name for name in reader.mapper.unmapped if name not in mapped]
        return result
