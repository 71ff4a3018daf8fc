"""Exports: the log and the catalogue as JSON lines or Parquet, such that an import gives both back."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter
from typing import Any, BinaryIO, cast

import msgspec

from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.ports import Store
from penchant.core.suggestion import closest
from penchant.io.formats import parquet
from penchant.io.system import path_of
from penchant.serve.transfer.importing import Progress
from penchant.serve.transfer.reader import CATALOGUE, LOGGED

FORMATS = ("jsonl", "parquet")
# What a file's name asks for; a table cannot hold both events and items, and is said to be none.
_ENDINGS = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "tsv", ".xlsx": "xlsx"}
WHAT = ("all", "events", "items")
_PAGE = 5_000
_EVENT_TYPES = {
    LOGGED: "BIGINT",
    "id": "VARCHAR",
    "user": "VARCHAR",
    "kind": "VARCHAR",
    "at": "VARCHAR",  # text keeps the offset with which it was written
    "item": "VARCHAR",
    "session": "VARCHAR",
    "value": "DOUBLE",
    "text": "VARCHAR",
    "success": "BOOLEAN",
    "error": "VARCHAR",
    "duration_ms": "DOUBLE",
    "request": "VARCHAR",
    "position": "BIGINT",
    "context": "JSON",
    "data": "JSON",
    CATALOGUE: "JSON",
}
_ITEM_TYPES = {
    "id": "VARCHAR",
    "category": "VARCHAR",
    "tags": "VARCHAR[]",
    "title": "VARCHAR",
    "location": "JSON",
    "starts_at": "VARCHAR",
    "price": "DOUBLE",
    "available": "BOOLEAN",
    "attributes": "JSON",
    "added": "VARCHAR",
}
_Rows = Iterator[dict[str, Any]]


@dataclass(slots=True)
class Exported:
    """What was written where. ``items`` counts versions of items, removed ones included."""

    path: str
    format: str
    events: int = 0
    items: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def export(
    store: Store,
    place: str | Path,
    *,
    format: str | None = None,
    what: str = "all",
    progress: Progress | None = None,
) -> Exported:
    """Write the log in its order, with every version of every item where the log met it.

    ``what="events"`` leaves the items out, ``what="items"`` writes the catalogue as it is now.
    """
    path = "-" if place == "-" else str(path_of("path", place))
    chosen = _format(format, path)
    if what not in WHAT:
        near = closest(what, WHAT) if isinstance(what, str) else ""
        raise InvalidArgument("what", f"{what!r} is none of {', '.join(WHAT)}{near}")
    began = perf_counter()
    result = Exported(path, chosen)
    rows = _items(store, result) if what == "items" else _log(store, what == "all", result)
    if progress is not None:
        rows = _reported(rows, progress, store.count() or 1)
    types = _ITEM_TYPES if what == "items" else _EVENT_TYPES
    if chosen == "parquet":
        _write_parquet(rows, path, types)
    else:
        _write_lines(rows, path)
    result.seconds = perf_counter() - began
    return result


def _format(format: str | None, path: str) -> str:
    name = Path(path).name.removesuffix(".gz")
    told = format or _ENDINGS.get(Path(name).suffix.lower(), "jsonl")
    if told not in FORMATS:
        near = closest(told, FORMATS) if isinstance(told, str) else ""
        raise InvalidArgument("format", f"{told!r} is none of {', '.join(FORMATS)}{near}")
    if told == "parquet" and path == "-":
        raise InvalidArgument("format", "Parquet cannot be written to a pipe; name a file")
    return told


def _items(store: Store, result: Exported) -> _Rows:
    after = ""
    while page := store.items(after, _PAGE):
        after = page[-1].id
        for item in page:
            result.items += 1
            yield item.to_dict()


def _log(store: Store, with_items: bool, result: Exported) -> _Rows:
    """Rows in the order of the log. A version stands behind the event that was the last one when it was put:
    what everybody does was folded with the items that it met."""
    versions: list[tuple[int, int, dict[str, Any]]] = []
    if with_items:
        for row in _versions(store):
            result.items += 1
            if row[LOGGED] == 0:
                yield row
            else:
                versions.append((row[LOGGED], len(versions) + 1, row))
    versions.sort()
    for _, _, row in merge(_events(store, result), versions):
        yield row


def _events(store: Store, result: Exported) -> Iterator[tuple[int, int, dict[str, Any]]]:
    after = 0
    while page := store.since(after, _PAGE):
        for position, event in page:
            result.events += 1
            yield position, 0, {LOGGED: position, **event.to_row()}
        after = page[-1][0]


def _versions(store: Store) -> _Rows:
    """Every version of every item, encoded: those that events came before are held until it is their turn."""
    encode = msgspec.json.Encoder().encode
    after = 0
    while page := store.changed(after, _PAGE):
        after = page[-1][0]
        ids = [id for _, id in page]
        present = store.current(ids)
        versions = store.versions(ids)
        for id in ids:
            last = len(versions[id]) - 1
            for place, (since, item) in enumerate(versions[id]):
                told = item.to_dict()
                if place == last and id not in present:
                    told["present"] = False
                yield {LOGGED: since, CATALOGUE: msgspec.Raw(encode(told))}


def _reported(rows: _Rows, progress: Progress, total: int) -> _Rows:
    for number, row in enumerate(rows):
        if number % 2_000 == 0:
            progress(number, min(number / total, 1.0))
        yield row


def _write_lines(rows: _Rows, path: str) -> None:
    if path == "-":
        _write(rows, sys.stdout.buffer)
        return
    with _replacing(path) as partial:
        opener = gzip.open if path.endswith(".gz") else open
        with opener(partial, "wb") as file:
            _write(rows, cast("BinaryIO", file))


def _write_parquet(rows: _Rows, path: str, types: dict[str, str]) -> None:
    with (
        _replacing(path) as partial,
        NamedTemporaryFile("wb", prefix="penchant-", suffix=".jsonl") as lines,
    ):
        _write(rows, cast("BinaryIO", lines))
        lines.flush()
        parquet.write(lines.name, partial, types)


def _write(rows: _Rows, file: BinaryIO) -> None:
    encode = msgspec.json.Encoder().encode
    for row in rows:
        file.write(encode(row) + b"\n")


@contextmanager
def _replacing(path: str) -> Iterator[str]:
    """A file beside ``path`` that takes its name once it is whole.

    A link stays, what it leads to is replaced. A device or a pipe is written as it is.
    """
    target = path_of("path", path)
    if os.path.exists(target) and not os.path.isfile(target) and not os.path.isdir(target):
        partial = target
    else:
        target = target.resolve()
        partial = target.with_name(f".{target.name}.part")
    try:
        yield str(partial)
        if partial != target:
            os.replace(partial, target)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be written: {error.strerror}; name another place"
        ) from error
    finally:
        if partial != target:
            with suppress(OSError):
                partial.unlink()
