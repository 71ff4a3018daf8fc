"""Several processes on one file: whose turn it is to commit."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from threading import Barrier, Thread, Timer

import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores import sqlite_file
from penchant.io.stores.sqlite import FILE, SqliteStore


def event(id: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=1)


def test_a_commit_waits_for_the_commit_of_another_process(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = Timer(0.05, other.execute, ["COMMIT"])
    release.start()

    accepted = store.commit([Append([event("e1")])])

    assert accepted == [1]
    release.join()
    other.close()
    store.close()


def test_a_file_that_stays_locked_makes_the_store_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT", 0.01)

    with pytest.raises(StoreUnavailable, match="another process has kept it locked"):
        store.commit([Append([event("e1")])])

    other.close()
    assert store.commit([Append([event("e1")])]) == [1]
    store.close()


def test_threads_that_are_gone_leave_no_connection_behind(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)

    def read() -> None:
        store.tail("ann", 0)

    for _ in range(50):
        thread = Thread(target=read)
        thread.start()
        thread.join()

    assert len(store._file._idle) == 1  # one for all who read in turn
    store.close()


def test_closing_lets_those_who_read_finish(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    begun = Barrier(5)

    def read() -> None:
        begun.wait()
        with contextlib.suppress(StoreUnavailable):
            while True:
                store.tail("ann", 0)
                store.version()

    readers = [Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    begun.wait()

    store.close()
    for reader in readers:
        reader.join(timeout=20)

    assert not any(reader.is_alive() for reader in readers)
