"""The file under a store: what happens when somebody takes it away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import penchant
from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores.sqlite import FILE, SqliteStore


def event(id: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=1)


def replaced(folder: Path) -> None:
    (folder / FILE).rename(folder / "old.db")
    shutil.copy(folder / "old.db", folder / FILE)


AWAY: dict[str, Callable[[Path], None]] = {
    "the folder is deleted": shutil.rmtree,
    "the file is deleted": lambda folder: (folder / FILE).unlink(),
    "the file is replaced": replaced,
    "the folder is renamed": lambda folder: (folder.rename(folder.with_name("other")), None)[1],
}


@pytest.mark.parametrize("take_away", AWAY.values(), ids=AWAY)
def test_nothing_is_acknowledged_once_the_file_is_not_where_it_was(
    tmp_path: Path, take_away: Callable[[Path], None]
) -> None:
    store = SqliteStore(tmp_path / "store")
    store.commit([Append([event("before")])])

    take_away(tmp_path / "store")

    with pytest.raises(StoreUnavailable, match="removed or replaced while it was open; put it"):
        store.commit([Append([event("after")])])
    store.close()


def test_a_file_that_is_put_back_takes_events_again(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store")
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    with pytest.raises(StoreUnavailable):
        store.commit([Append([event("e")])])

    (tmp_path / "elsewhere").rename(tmp_path / "store")

    assert store.commit([Append([event("e")])]) == [1]
    store.close()


def test_reading_makes_no_new_file_where_the_store_was(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    (tmp_path / FILE).unlink()

    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        store.tail("ann", 0)

    assert not (tmp_path / FILE).exists()
    store.close()


def test_who_opened_a_folder_that_was_deleted_is_told_when_tracking(tmp_path: Path) -> None:
    p = penchant.open(tmp_path / "store", follow=False)
    shutil.rmtree(tmp_path / "store")

    with pytest.raises(StoreUnavailable, match="open the folder again"):
        p.track("ann", "click", durable=True)

    p.track("ann", "click")
    with pytest.raises(StoreUnavailable, match="removed or replaced"):
        p.close()
