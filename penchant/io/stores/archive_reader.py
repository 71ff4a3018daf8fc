"""Reading archived months: Parquet files that are sorted by user, asked through DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import gettempdir
from threading import Lock
from typing import Any

from penchant.core import event as events
from penchant.core.errors import MissingExtra, StoreUnavailable
from penchant.core.event import Logged

MEMORY = "512MB"  # that DuckDB may take to sort; more goes to a temporary file
_AT_ONCE = 1_000  # rows taken from a query at once


class Reader:
    """The events after position ``gone`` in some files. Safe to use from several threads."""

    def __init__(self, files: list[str], gone: int) -> None:
        self._files = files
        self._gone = gone
        self._lock = Lock()
        self._connection = connected()
        self._stream = _Stream(None, gone)

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        """The user's events after a position, in log order, at most ``limit``."""
        bound = "" if limit is None else f"LIMIT {limit}"
        return self._logged(
            f'"user" = ? AND log_position > ? ORDER BY log_position {bound}',
            user,
            max(after, self._gone),
        )

    def latest(self, column: str, name: str, limit: int, before: int | None = None) -> list[Logged]:
        """The latest events of a ``user`` or a ``session`` before a position, newest first."""
        upto = "" if before is None else f"AND log_position < {before}"
        return self._logged(
            f'"{column}" = ? AND log_position > ? {upto} ORDER BY log_position DESC LIMIT {limit}',
            name,
            self._gone,
        )

    def since(self, after: int, limit: int) -> list[Logged]:
        """Events after a position, in log order, at most ``limit``.

        Whoever asks for what follows the last answer is served from the same query.
        """
        after = max(after, self._gone)
        with self._lock, duckdb_errors():
            if not self._stream.goes_on(after):
                query = (
                    "SELECT log_position, body FROM read_parquet(?) WHERE log_position > ? "
                    "ORDER BY log_position"
                )
                found = self._connection.cursor().execute(query, [self._files, after])
                self._stream = _Stream(found, after)
            return self._stream.take(limit)

    def users(self, after: str, limit: int) -> list[str]:
        """Names of users that have events, ascending, greater than ``after``."""
        rows = self._rows(
            'SELECT DISTINCT "user" FROM read_parquet(?) WHERE "user" > ? AND log_position > ? '
            f'ORDER BY "user" LIMIT {limit}',
            after,
            self._gone,
        )
        return [user for (user,) in rows]

    def count(self) -> int:
        """How many events there are."""
        query = "SELECT count(*) FROM read_parquet(?) WHERE log_position > ?"
        return int(self._rows(query, self._gone)[0][0])

    def _logged(self, condition: str, *parameters: object) -> list[Logged]:
        query = f"SELECT log_position, body FROM read_parquet(?) WHERE {condition}"
        rows = self._rows(query, *parameters)
        return [(position, events.decode(body)) for position, body in rows]

    def _rows(self, query: str, *parameters: object) -> list[Any]:
        with self._lock, duckdb_errors():
            return list(self._connection.execute(query, [self._files, *parameters]).fetchall())


class _Stream:
    """A query in log order, read on and on; after ``upto`` comes what it finds next."""

    def __init__(self, found: Any, upto: int) -> None:
        self._found = found
        self._upto = upto
        self._ready: list[tuple[int, bytes]] = []

    def goes_on(self, after: int) -> bool:
        return self._found is not None and after == self._upto

    def take(self, limit: int) -> list[Logged]:
        while len(self._ready) < limit and (rows := self._found.fetchmany(_AT_ONCE)):
            self._ready += rows
        taken, self._ready = self._ready[:limit], self._ready[limit:]
        if taken:
            self._upto = taken[-1][0]
        return [(position, events.decode(body)) for position, body in taken]


def connected() -> Any:
    """A connection that sorts in bounded memory. Raises ``MissingExtra`` without DuckDB."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("the archive", "archive") from None
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")  # it would go to standard output
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = {literal(gettempdir())}")
    return connection


@contextmanager
def duckdb_errors() -> Iterator[None]:
    """DuckDB's errors as ours."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        said = next(iter(str(error).strip().splitlines()), type(error).__name__)  # not the query
        raise StoreUnavailable(
            f"the archive is unavailable: {said}; put its files back as they were"
        ) from error


def literal(text: str) -> str:
    """Text as it stands in SQL."""
    return "'" + text.replace("'", "''") + "'"
