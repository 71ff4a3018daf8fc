"""What goes wrong with PostgreSQL, as our errors: each with the way out, none with a password."""

from __future__ import annotations

import psycopg
from psycopg import errors

from penchant.core.errors import StoreError, StoreIncompatible, StoreUnavailable

_WAYS_OUT: dict[type[psycopg.Error], str] = {
    errors.InvalidPassword: "user or password is wrong; correct them in the address, PGPASSWORD "
    "or ~/.pgpass",
    errors.InvalidAuthorizationSpecification: "the server does not let this user in; look at its "
    "pg_hba.conf",
    errors.InvalidCatalogName: "there is no such database; make it with 'createdb'",
    errors.TooManyConnections: "the server has no connection left; raise its max_connections, or "
    "lower the setting 'postgres_pool_max'",
    errors.DiskFull: "the disk of the server is full; make room",
    errors.ReadOnlySqlTransaction: "it is read-only, perhaps a standby; name the primary",
    errors.InsufficientPrivilege: "the user lacks rights; it must own penchant's tables and may "
    "create tables in the schema",
    errors.InvalidSchemaName: "the schema does not exist; make it with 'CREATE SCHEMA'",
    errors.LockNotAvailable: "another transaction has kept it locked; look for it in pg_locks",
    errors.QueryCanceled: "a statement took longer than the server's statement_timeout; raise "
    "it for this user with 'ALTER ROLE'",
}
# The server ended the session, or a deadlock ended the transaction: again is worth a try.
_PASSING = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
    errors.IdleSessionTimeout,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)


def is_passing(error: psycopg.Error) -> bool:
    """Whether the same is worth another try: the connection is gone, nothing else is wrong."""
    if isinstance(error, _PASSING):
        return True
    lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    return lost and error.sqlstate is None and not _is_refused(error)


def translated(error: psycopg.Error, place: str) -> StoreError:
    """The error as ours; ``place`` is shown as it stands."""
    if isinstance(error, errors.UndefinedTable | errors.UndefinedColumn):
        return StoreIncompatible(
            f"{place} has lost tables of penchant: {_first_line(error)}; restore them from a backup"
        )
    way_out = _way_out(error)
    return StoreUnavailable(f"the store {place} is unavailable: {way_out}")


def _way_out(error: psycopg.Error) -> str:
    for kind, text in _WAYS_OUT.items():
        if isinstance(error, kind):
            return text
    for kind, text in _WAYS_OUT.items():
        if _says(error, kind):
            return text
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return f"{_first_line(error)}; is the server running, and is the address right?"
    return _first_line(error)


# libpq tells why a server refused a connection only in words, in the server's language or English.
_WORDS: dict[type[psycopg.Error], tuple[str, ...]] = {
    errors.InvalidPassword: ("password authentication failed", "no password supplied"),
    errors.InvalidAuthorizationSpecification: ("pg_hba.conf", 'role "'),
    errors.InvalidCatalogName: ('database "',),
    errors.TooManyConnections: ("too many clients", "remaining connection slots"),
}


def _says(error: psycopg.Error, kind: type[psycopg.Error]) -> bool:
    if error.sqlstate is not None or not isinstance(error, psycopg.OperationalError):
        return False
    return any(words in str(error) for words in _WORDS.get(kind, ()))


def _is_refused(error: psycopg.Error) -> bool:
    return any(_says(error, kind) for kind in _WORDS if kind is not errors.TooManyConnections)


def _first_line(error: psycopg.Error) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
