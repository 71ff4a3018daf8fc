"""Stores: where log, catalogue and snapshots are kept. A new one is a file and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from penchant.core.errors import InvalidArgument
from penchant.core.ports import Store
from penchant.core.suggestion import closest
from penchant.io.system import path_of

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive
    from penchant.io.stores.archived import ArchivedStore

MEMORY = ":memory:"


def open_whole(place: str | Path, archive: str) -> ArchivedStore:
    """The store at ``place`` with the archive that its log begins in.

    ``archive`` is a folder, relative to that of the store if there is one; empty for none. Raises
    ``StoreIncompatible`` where events are in an archive and none is named.
    """
    from penchant.io.stores.archived import ArchivedStore

    store = open_store(place)
    try:
        opened = ArchivedStore(store, _archive(place, archive) if archive else None)
        opened.check()
    except BaseException:
        store.close()
        raise
    return opened


def _archive(place: str | Path, folder: str) -> Archive:
    from penchant.io.stores.archive import Archive

    is_folder = place != MEMORY and "://" not in str(place)
    path = path_of("archive", folder)
    return Archive(path_of("store", place) / path if is_folder else path)


def open_store(place: str | Path) -> Store:
    """The store at ``place``: a folder, made if absent, or ``":memory:"``."""
    if place == MEMORY:
        from penchant.io.stores.memory import MemoryStore

        return MemoryStore()
    if "://" in str(place):
        scheme = str(place).partition("://")[0]
        raise InvalidArgument(
            "store",
            f"no store for {scheme}:// addresses{closest(scheme, [])}; name a folder or ':memory:'",
        )
    from penchant.io.stores.sqlite import SqliteStore

    return SqliteStore(path_of("store", place))
