from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from penchant.core.errors import StoreIncompatible
from penchant.core.event import Event
from penchant.core.ports import Append, Retire, Sweep
from penchant.core.settings import Settings
from penchant.io.stores import open_whole
from penchant.io.stores.archived import ArchivedStore
from tests.conftest import NOON


def opened(folder: Path) -> ArchivedStore:
    return open_whole(folder, Settings(archive="archive"))


def filled(store: ArchivedStore) -> None:
    """Four events of ann, the first two in the archive."""
    events = [Event(id=f"e{n}", user="ann", kind="click", at=NOON) for n in range(1, 5)]
    store.commit([Append(events)])
    assert store.archive is not None
    with store.archive.alone():
        store.archive.add(0, store.since(0, 2))
        store.commit([Retire(2, NOON, archived=True)])


def read(store: ArchivedStore) -> list[int]:
    return [position for position, _ in store.tail("ann", 0)]


def test_a_reader_goes_on_where_another_process_let_archived_events_go(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    filled(one)
    assert read(other) == [1, 2, 3, 4]

    one.commit([Retire(2, NOON), Sweep(10)])  # the files go with the first sweep

    assert read(other) == [3, 4]
    one.close()
    other.close()


def test_files_that_somebody_took_away_are_missed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    filled(store)

    shutil.rmtree(tmp_path / "archive")

    with pytest.raises(StoreIncompatible, match="does not hold the events"):
        store.tail("ann", 0)
    store.close()
