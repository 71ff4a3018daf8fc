"""Connections to one PostgreSQL database: a pool, one of them for writing, and what happens when
they are lost. Why: docs/design/008-postgresql.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from threading import Lock
from time import sleep
from typing import Any, TypeAlias, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from penchant.core.errors import InvalidArgument, StoreError, StoreUnavailable
from penchant.io import forks
from penchant.io.stores.postgres_address import shown
from penchant.io.stores.postgres_errors import is_passing, translated

PAUSES = (0.1, 0.5, 1.0)  # seconds before each further attempt while the server is away
LOCKED = 30  # seconds a commit waits for another process's; commits take milliseconds
FORSAKEN = 30  # seconds after which the server ends a session that stopped within a commit
FREE = 1.5  # seconds an attempt waits until one of the connections is free

# What the address does not say. A server that is cut off is noticed within half a minute.
_DEFAULTS = {
    "application_name": "penchant",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# Statements are few, and each looks rows up by an index, in its order: planned once, and never
# otherwise because a table was small when it was counted.
# What a role sets for its sessions does not go with a pool, nor with commits that wait for one another.
_SESSION = (
    f"SET lock_timeout = '{LOCKED}s'; SET idle_session_timeout = 0; "
    "SET default_transaction_isolation = 'read committed'; "
    f"SET idle_in_transaction_session_timeout = '{FORSAKEN}s'; "
    "SET plan_cache_mode = force_generic_plan; SET jit = off; SET timezone = 'UTC'; "
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off"
)

Connection: TypeAlias = "psycopg.Connection[Any]"
Result = TypeVar("Result")


class _Pool(ConnectionPool[Connection]):
    """A pool that leaves its threads and connections alone in a process that was forked off."""

    _process = -1

    def open(self, wait: bool = False, timeout: float = 30.0) -> None:
        self._process = os.getpid()
        super().open(wait, timeout)

    def __del__(self) -> None:
        if self._process == os.getpid():
            super().__del__()


class Connections:
    """At least ``least`` and at most ``most`` connections to the database at ``url``.

    One is for writing. Safe to use from several threads; a process that was forked off has to open
    the store again.
    """

    def __init__(self, url: str, least: int, most: int) -> None:
        self.place = shown(url)
        self._told = _parameters(url)
        self._writing = Lock()
        self._writer: Connection | None = None
        self._is_away = False
        self._closed = ""
        self._pool = _Pool(
            make_conninfo("", **self._told),
            kwargs={"autocommit": True, "prepare_threshold": 1},
            min_size=least,
            max_size=most,
            open=False,
            configure=_configure,
            timeout=FREE,
            reconnect_timeout=0.5,  # then again when somebody asks
            name="penchant",
        )

    def open(self, prepare: Callable[[Connection], None]) -> None:
        """Connect, once ``prepare`` has had a connection to look the database over."""
        try:
            with self._direct() as connection:
                prepare(connection)
        except psycopg.Error as error:
            raise translated(error, self.place) from error
        self._pool.open()
        forks.watch(self)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """What a query finds, as tuples of its columns."""
        return self._persistently(lambda: self._rows(sql, parameters))

    def transaction(self, act: Callable[..., Result], begin: str) -> Result:
        """``act`` within a transaction, committed at its end or taken back whole.

        It is called again where the connection was lost before anything was committed. ``begin`` is
        the statement that locks: it answers with the number of the transaction, and what ``act`` is
        given after the connection.
        """
        with self._writing:
            return self._persistently(lambda: self._transaction(act, begin))

    def close(self) -> None:
        if self._closed:
            return
        with self._writing:
            self._closed = f"the store {self.place} is closed; open it again"
            self._give_back()
            self._pool.close()

    # A child process has copies of the connections: whatever it sent over them would reach the
    # server in the midst of what its parent says.

    def hold(self) -> None:
        self._writing.acquire()

    def release(self) -> None:
        self._writing.release()

    def let_go(self) -> None:
        self._closed = forks.left_behind(self.place)
        self._writing.release()

    def _rows(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        connection = self._pool.getconn()
        try:
            return connection.execute(sql, parameters, binary=True).fetchall()
        finally:
            self._pool.putconn(connection)

    def _transaction(self, act: Callable[..., Result], begin: str) -> Result:
        if self._writer is None:
            self._writer = self._pool.getconn()
        connection = self._writer
        try:
            connection.execute("BEGIN", prepare=False)
            [(transaction, *at)] = connection.execute(begin).fetchall()
            result = act(connection, *at)
        except BaseException:
            self._take_back(connection)
            raise
        try:
            connection.execute("COMMIT", prepare=False)
        except psycopg.Error:
            was_lost = connection.closed
            self._give_back()
            if was_lost and self._was_committed(transaction):
                return result
            raise
        return result

    def _take_back(self, connection: Connection) -> None:
        try:
            if not connection.closed:
                connection.execute("ROLLBACK")
                return
        except psycopg.Error:
            connection.close()
        self._give_back()

    def _give_back(self) -> None:
        """Let another connection be the writing one, next time."""
        if self._writer is not None:
            self._pool.putconn(self._writer)
            self._writer = None

    def _was_committed(self, transaction: str) -> bool:
        """What became of a transaction whose COMMIT was sent and never answered."""
        for pause in (0.0, *PAUSES, *PAUSES):
            sleep(pause)
            try:
                with self._direct() as connection:
                    connection.execute(_END_SESSION, (transaction,))
                    row = connection.execute(_STATUS, (transaction,)).fetchone()
            except psycopg.OperationalError:
                continue
            if row and row[0] in ("committed", "aborted"):
                return bool(row[0] == "committed")
        raise StoreUnavailable(
            f"the connection to the store {self.place} was lost while it committed; whether it did "
            "is unknown: send again what was not acknowledged, it counts once"
        )

    def _persistently(self, act: Callable[[], Result]) -> Result:
        """Carry out, again after a short while where only the connection was lost."""
        for pause in (*PAUSES, None):
            try:
                self._check_open()
                if self._is_away:
                    self._come_back()
                return act()
            except psycopg.Error as error:
                problem = self._problem(error)
                if pause is None or isinstance(problem, StoreError):
                    raise self._as_store_error(problem) from error
            sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _problem(self, error: psycopg.Error) -> psycopg.Error | StoreError:
        """The error itself where another attempt may help, else what to tell."""
        if isinstance(error, PoolTimeout):
            try:
                self._direct().close()  # says why, where the pool only says that it waited
            except psycopg.Error as reason:
                error = reason
            else:
                return error
        if self._closed:
            return StoreUnavailable(self._closed)
        if not is_passing(error):
            return translated(error, self.place)
        self._is_away = True
        return error

    def _as_store_error(self, problem: psycopg.Error | StoreError) -> StoreError:
        if isinstance(problem, PoolTimeout):
            return StoreUnavailable(
                f"no connection to the store {self.place} became free for several seconds; raise the "
                "setting 'postgres_pool_max'"
            )
        return problem if isinstance(problem, StoreError) else translated(problem, self.place)

    def _come_back(self) -> None:
        """See whether the server answers again; the pool's connections from before are dead."""
        self._direct().close()
        self._pool.drain()
        self._is_away = False

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(self._closed)

    def _direct(self) -> Connection:
        """A connection of its own, not of the pool."""
        connection: Connection = psycopg.connect(
            make_conninfo("", **self._told), autocommit=True, prepare_threshold=None
        )
        _configure(connection)
        return connection


_PORTS = re.compile(r"[0-9,]*")
_STATUS = "SELECT pg_xact_status(%s::xid8)"
# The session may still wait for a client that is gone, its transaction open.
_END_SESSION = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE backend_xid = %s::xid8::xid AND datname = current_database()"
)


def _configure(connection: Connection) -> None:
    connection.execute(_SESSION)


def _parameters(url: str) -> dict[str, Any]:
    try:
        told = conninfo_to_dict(url)
        # A slash in a password makes it the port and the rest the database, as libpq reads it.
        if not _PORTS.fullmatch(str(told.get("port", ""))) or "@" in str(told.get("dbname", "")):
            raise ValueError
        return {**_DEFAULTS, **told}
    except (psycopg.Error, ValueError):  # their words may quote a part of the password
        raise InvalidArgument(
            "store",
            f"{shown(url)} is no address of a database; expected postgresql://USER:PASSWORD@HOST/"
            "DATABASE, signs such as @ : / in the password written as %40 %3A %2F",
        ) from None
