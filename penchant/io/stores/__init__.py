"""Stores: where log, catalogue and snapshots are kept. A new one is a file and a line here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from penchant.core.errors import InvalidArgument, MissingExtra
from penchant.core.ports import Store
from penchant.core.settings import Settings
from penchant.core.suggestion import closest
from penchant.io.stores.postgres_address import SCHEMES, is_conninfo, is_postgres
from penchant.io.system import path_of

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive
    from penchant.io.stores.archived import ArchivedStore

MEMORY = ":memory:"


def open_whole(place: str | Path, settings: Settings) -> ArchivedStore:
    """The store at ``place`` with the archive that its log begins in, if the settings name one.

    Raises ``StoreIncompatible`` where events are in an archive and none is named.
    """
    from penchant.io.stores.archived import ArchivedStore

    store = open_store(place, settings)
    try:
        archive = _archive(place, settings.archive) if settings.archive else None
        opened = ArchivedStore(store, archive)
        opened.check()
    except BaseException:
        store.close()
        raise
    return opened


def _archive(place: str | Path, folder: str) -> Archive:
    from penchant.io.stores.archive import Archive

    is_folder = place != MEMORY and not is_postgres(place)
    path = path_of("archive", folder)
    return Archive(path_of("store", place) / path if is_folder else path)


def open_store(place: str | Path, settings: Settings | None = None) -> Store:
    """The store at ``place``: a folder, made if absent, ``postgresql://...`` or ``":memory:"``."""
    if place == MEMORY:
        from penchant.io.stores.memory import MemoryStore

        return MemoryStore()
    if is_postgres(place):
        return _postgres(str(place), settings or Settings())
    if "://" in str(place):
        scheme = str(place).partition("://")[0]
        raise InvalidArgument(
            "store",
            f"no store for {scheme}:// addresses{closest(scheme, SCHEMES)}; name a folder, "
            "postgresql://USER@HOST/DATABASE or ':memory:'",
        )
    if is_conninfo(place):
        raise InvalidArgument(
            "store",
            "words such as 'host=... password=...' are no place here; expected "
            "postgresql://USER:PASSWORD@HOST/DATABASE, or a folder",
        )
    from penchant.io.stores.sqlite import SqliteStore

    return SqliteStore(path_of("store", place))


def _postgres(url: str, settings: Settings) -> Store:
    try:
        from penchant.io.stores.postgres import PostgresStore
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("psycopg", "psycopg_pool"):
            raise
        raise MissingExtra("a store on PostgreSQL", "postgres") from None
    return PostgresStore(url, settings.postgres_pool_min, settings.postgres_pool_max)
