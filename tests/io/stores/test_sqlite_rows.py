"""Many rows inserted with few statements."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores.sqlite import SqliteStore
from penchant.io.stores.sqlite_rows import EXACT, LARGEST, insert_rows


def event(id: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=1)


@pytest.mark.parametrize(
    "count", [0, 1, EXACT, EXACT + 1, 127, 128, LARGEST, LARGEST + 1, 3 * LARGEST + 700]
)
def test_any_number_of_rows_is_inserted_in_order(count: int) -> None:
    file = sqlite3.connect(":memory:", isolation_level=None)
    file.execute("CREATE TABLE pairs (place INTEGER PRIMARY KEY, one TEXT, other INTEGER)")
    rows = [(f"r{place}", place) for place in range(count)]

    last = insert_rows(file, "INSERT INTO pairs (one, other)", rows)

    assert last == count
    assert file.execute("SELECT one, other FROM pairs ORDER BY place").fetchall() == rows
    file.close()


def test_a_batch_of_any_size_keeps_its_order_and_counts_what_is_new(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    events = [event(f"e{place}") for place in range(700)]

    accepted = store.commit([Append(events[:3]), Append([*events, events[0]])])

    assert accepted == [3, 697]
    assert [one.id for _, one in store.since(0, 1_000)] == [one.id for one in events]
    store.close()
