"""Retirement in a SQLite file: nothing stays behind in it, whoever was at its indexes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from penchant.core.event import Event
from penchant.core.ports import Append, Retire, Sweep
from penchant.io.stores.sqlite import FILE, SqliteStore
from tests.io.stores.short_runs import short_runs

__all__ = ["short_runs"]


def events(start: int, stop: int) -> list[Event]:
    return [
        Event(id=f"e{number}", user=f"u{number % 3}", kind="click", at=number, session="s")
        for number in range(start, stop)
    ]


def rows(folder: Path) -> list[int]:
    """How many events, and entries of their indexes, are in the file."""
    tables = ("events", "by_user", "by_session")
    with closing(sqlite3.connect(folder / FILE)) as file:
        return [file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]


def swept(store: SqliteStore) -> int:
    """How many events went until nothing was left to do."""
    total = 0
    while count := store.commit([Sweep(2)])[0]:
        total += count
    return total


def test_what_another_process_is_indexing_is_swept_as_well(tmp_path: Path) -> None:
    busy, other = SqliteStore(tmp_path), SqliteStore(tmp_path)
    for number in range(7):
        busy.commit([Append(events(number, number + 1))])
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT name FROM indexed").fetchone()[0] is not None

    other.commit([Retire(7, 6)])

    assert swept(other) == 7
    assert rows(tmp_path) == [0, 0, 0]
    for number in range(7, 40):  # who was at it goes on with what follows
        busy.commit([Append(events(number, number + 1))])
    found = [position for store in (busy, other) for position, _ in store.tail("u1", 0)]
    assert found == 2 * [position for position in range(8, 41) if position % 3 == 2]
    busy.close()
    other.close()
    assert rows(tmp_path) == [33, 33, 33]
