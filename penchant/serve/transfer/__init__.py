"""Transfer: other people's logs into a store, and a store's log out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict
from zoneinfo import ZoneInfo

import msgspec

from penchant.core.admission import Edge
from penchant.core.errors import InvalidArgument, QueueFull
from penchant.core.event import Event
from penchant.core.instant import zone_named
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems, RemoveItem, Store
from penchant.core.suggestion import closest
from penchant.io import system
from penchant.io.formats import FORMATS, find_format
from penchant.io.formats.row import Options
from penchant.io.formats.source import opened
from penchant.serve.configuration import read_kinds, read_settings
from penchant.serve.transfer.exporting import Exported, export
from penchant.serve.transfer.importing import Import, Imported
from penchant.serve.transfer.importing import Progress as TransferProgress
from penchant.serve.transfer.mapping import Plan, pairs, separators
from penchant.serve.transfer.refusals import Refusals, beside
from penchant.serve.writer import Writer

__all__ = [
    "Exported",
    "ImportOptions",
    "Imported",
    "StoreSink",
    "TransferProgress",
    "edge_of",
    "export",
    "import_source",
]

NESTED = frozenset({"json", "jsonl"})  # formats whose rows may have columns of their own each


_TEXTS = frozenset(
    {"kind", "user", "format", "delimiter", "zone", "time_format", "time_unit", "decimal"}
)
_RULES = frozenset({"map", "columns", "split", "only"})


class ImportOptions(TypedDict, total=False):
    """The options of an import; docs/import.md says what each does."""

    items: bool
    map: str | Mapping[str, str] | Sequence[str] | None
    kind: str | None
    user: str | None
    format: str | None
    delimiter: str | None
    columns: str | Sequence[str] | None
    zone: str | None
    time_format: str | None
    time_unit: str | None
    decimal: str | None
    split: str | Mapping[str, str] | Sequence[str] | None
    only: str | Mapping[str, str | Sequence[str]] | Sequence[str] | None
    keep_rest: bool
    limit: int | None
    refused: str | Path | None
    progress: TransferProgress | None


class StoreSink:
    """An opened store as the place where an import puts what it reads."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._began = system.now()

    def append(self, events: Sequence[Event]) -> int:
        while True:
            try:
                return self._writer.write(Append(events))
            except QueueFull:  # other threads write too: wait until what they put is stored
                self._writer.flush()

    def put(self, items: Sequence[Item]) -> int:
        known = self._store.current([item.id for item in items])
        changed = []
        for item in items:
            before = known.get(item.id)
            if before is not None and (item.added or 0) >= self._began:
                item = msgspec.structs.replace(item, added=before.added)
            if item != before:
                changed.append(item)
        if changed:
            self._writer.write(PutItems(changed))
        return len(changed)

    def remove(self, item: str) -> None:
        self._writer.write(RemoveItem(item))


def edge_of(place: str | Path) -> Edge:
    """What events of the store at a place must satisfy; nothing is opened or made there."""
    settings = read_settings(place, {})
    kinds = read_kinds(place, settings.preset)
    zone = ZoneInfo(settings.zone)
    return Edge(kinds, zone, settings.strict_kinds, system.now, system.event_id)


def import_source(
    path: str | Path, edge: Edge, sink: StoreSink | None, options: ImportOptions
) -> Imported:
    """Import a source under ``ImportOptions``; without a sink nothing is stored: a dry run."""
    _check(options)
    plan = _plan(options)
    limit = options.get("limit")
    only = _only(options.get("only"))
    columns = options.get("columns")
    names = columns.split(",") if isinstance(columns, str) else columns
    delimiter = options.get("delimiter")
    reading = Options(delimiter=_delimiter(delimiter), columns=tuple(names) if names else None)
    with opened(path) as source:
        name = find_format(options.get("format"), source, str(path))
        format = FORMATS[name]
        if not plan.items:
            plan = _with_format(plan, format.fields, format.constants)
        rows = format.read(source, reading)
        with Refusals(_refused(options, str(path), sink is None)) as refusals:
            work = Import(
                plan=plan,
                edge=edge,
                refusals=refusals,
                sink=sink,
                only=only,
                limit=limit,
                progress=options.get("progress"),
            )
            return work.run(source, name, rows, name in NESTED)


def _check(options: ImportOptions) -> None:
    for name, value in options.items():
        if name not in ImportOptions.__annotations__:
            near = closest(name, ImportOptions.__annotations__)
            raise InvalidArgument(name, f"no such option{near}; docs/import.md lists them")
        if value is None:
            continue
        if name in _TEXTS and not isinstance(value, str):
            raise InvalidArgument(name, f"expected text, got {value!r:.60}")
        if name in _RULES and not _is_text(value):
            raise InvalidArgument(name, f"expected text, or several texts, got {value!r:.60}")
    limit = options.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise InvalidArgument("limit", f"expected at least 1, got {limit!r:.60}")


def _is_text(value: object) -> bool:
    """Whether it is text, or made of nothing else."""
    if isinstance(value, Mapping):
        return all(map(_is_text, [*value.keys(), *value.values()]))
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str | bytes):
        return all(map(_is_text, value))
    return isinstance(value, str)


def _plan(options: ImportOptions) -> Plan:
    items = options.get("items", False)
    constants = {
        name: value
        for name in ("user", "kind")
        if (value := options.get(name)) is not None and isinstance(value, str)
    }
    zone = options.get("zone")
    return Plan(
        items=items,
        columns=pairs("map", options.get("map")),
        constants=constants,
        split=separators(options.get("split")),
        zone=None if zone is None else _zone(zone),
        time_format=options.get("time_format"),
        time_unit=options.get("time_unit"),
        decimal=options.get("decimal"),
        keep_rest=options.get("keep_rest", False),
    )


def _with_format(plan: Plan, fields: Mapping[str, str], constants: Mapping[str, str]) -> Plan:
    told = plan.constants.keys() | plan.columns.keys()
    own = {name: value for name, value in constants.items() if name not in told}
    return replace(plan, defaults=fields, constants={**plan.constants, **own})


def _zone(name: str) -> ZoneInfo:
    try:
        return zone_named(name)
    except ValueError as error:
        raise InvalidArgument("zone", str(error)) from None


def _delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    known = {"\\t": "\t", "tab": "\t", "space": " "}
    delimiter = known.get(text, text)
    if not delimiter or set(delimiter) & set('"\r\n'):
        raise InvalidArgument(
            "delimiter", f"{text!r} cannot divide columns; expected such as ',', ';', 'tab', '::'"
        )
    return delimiter


def _only(
    told: str | Mapping[str, str | Sequence[str]] | Sequence[str] | None,
) -> dict[str, frozenset[str]]:
    """``"action=click|view"`` as the allowed values by column."""
    if isinstance(told, Mapping):
        return {
            name: frozenset([values] if isinstance(values, str) else values)
            for name, values in told.items()
        }
    found: dict[str, frozenset[str]] = {}
    for text in [told] if isinstance(told, str) else list(told or ()):
        name, equals, values = text.partition("=")
        if not (name and equals and values):
            raise InvalidArgument("only", f"{text!r} is no rule; expected COLUMN=VALUE|VALUE")
        found[name] = frozenset(values.split("|"))
    return found


def _refused(options: ImportOptions, source: str, dry_run: bool) -> Path | None:
    told = options.get("refused")
    if told is not None:
        return system.path_of("refused", told)
    return None if dry_run else beside(source)
