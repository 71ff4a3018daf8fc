"""The layout of the PostgreSQL store: tables, made and brought up to date when it is opened."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.io.stores.postgres_connections import Connection

OLDEST = 15  # the version of PostgreSQL that the tests run with
_LOCK = 0x70656E63  # "penc": one process at a time changes the layout of a schema
TABLES = (
    "penchant_migrations",
    "interaction_events",
    "log_state",
    "log_months",
    "log_users",
    "event_ids",
    "catalogue_items",
    "behavioral_vectors",
    "bv_history",
    "snapshots",
    "swept",
    "bases",
)
_APPLIED = "SELECT coalesce(max(number), 0) FROM penchant_migrations"
_IS_OURS = """
SELECT count(*) = 3 FROM pg_attribute WHERE attname IN ('number', 'title', 'applied_at')
AND attrelid = to_regclass(format('%I.penchant_migrations', current_schema()))
"""
_REMEMBER = """
CREATE TABLE IF NOT EXISTS penchant_migrations (
    number INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
)
"""


class Migration(NamedTuple):
    """One step from an empty schema to the present layout; only ever added to, never changed."""

    number: int
    title: str
    sql: str


@cache
def migrations() -> tuple[Migration, ...]:
    """All of them, ascending.

    >>> [migration.number for migration in migrations()][:3]
    [1, 2, 3]
    """
    folder = files("penchant.io.stores") / "postgres_migrations"
    found = []
    for file in folder.iterdir():
        number, _, title = file.name.removesuffix(".sql").partition("-")
        found.append(Migration(int(number), title, file.read_text("utf-8")))
    return tuple(sorted(found))


def prepare(connection: Connection, place: str, upto: int | None = None) -> None:
    """Bring the schema that the connection writes to up to date (or up to migration ``upto``).

    Safe to be called by several processes at once. Raises ``StoreIncompatible`` for a newer layout
    and for another program's tables, ``StoreUnavailable`` where there is no schema.
    """
    _check_database(connection, place)
    if _applied(connection, place) < len(migrations()):
        for migration in migrations()[:upto]:
            _apply(connection, place, migration)


def _check_database(connection: Connection, place: str) -> None:
    if connection.info.server_version < OLDEST * 10_000:
        raise StoreIncompatible(
            f"the server of {place} is PostgreSQL {connection.info.server_version // 10_000}; penchant "
            f"needs {OLDEST} or newer"
        )
    schema, encoding = _one(
        connection, "SELECT current_schema(), current_setting('server_encoding')"
    )
    if schema is None:
        raise StoreUnavailable(
            f"no schema of the search_path exists at {place}; make it with 'CREATE SCHEMA'"
        )
    if encoding != "UTF8":
        raise StoreIncompatible(
            f"the database at {place} is encoded as {encoding}; make one with "
            "'createdb --encoding UTF8 --template template0'"
        )


def _applied(connection: Connection, place: str) -> int:
    """The number of the last migration applied; 0 where none was."""
    if not _one(connection, _IS_OURS)[0]:
        return 0
    [number] = _one(connection, _APPLIED)
    if number > len(migrations()):
        raise StoreIncompatible(
            f"{place} has layout {number}, this penchant knows {len(migrations())}; upgrade penchant"
        )
    return int(number)


def _apply(connection: Connection, place: str, migration: Migration) -> None:
    """Carry one migration out, unless another process has done so meanwhile."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(current_schema()))", (_LOCK,))
        applied = _applied(connection, place)
        if applied >= migration.number:
            return
        if not applied:  # only now: nobody else makes our tables at this moment
            _refuse_others(connection, place)
        connection.execute(_REMEMBER)
        connection.execute(migration.sql)
        connection.execute(
            "INSERT INTO penchant_migrations (number, title) VALUES (%s, %s)",
            (migration.number, migration.title),
        )


def _refuse_others(connection: Connection, place: str) -> None:
    if others := [name for name in TABLES if _exists(connection, name)]:
        raise StoreIncompatible(
            f"{place} has a table {others[0]!r} of another program; name another database, or "
            "a schema with ?options=-csearch_path%3DNAME"
        )


def _exists(connection: Connection, table: str) -> bool:
    [found] = _one(
        connection, "SELECT to_regclass(format('%%I.%%I', current_schema(), %s::text))", table
    )
    return found is not None


def _one(connection: Connection, sql: str, *parameters: object) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(sql, parameters or None).fetchone()
    assert row is not None
    return row
