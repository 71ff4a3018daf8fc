"""Stores: where log, catalogue and snapshots are kept. A new one is a file and a line here."""

from __future__ import annotations

from pathlib import Path

from penchant.core.errors import InvalidArgument
from penchant.core.ports import Store
from penchant.core.suggestion import closest
from penchant.io.system import path_of

MEMORY = ":memory:"


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
