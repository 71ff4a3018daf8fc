"""One SQLite file in WAL mode: its connections, whose turn it is to write, and what goes wrong.

``synchronous=FULL``: what a commit returned from survives the power going off.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Any

from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.io import forks
from penchant.io.stores.sqlite_layout import refuse_others

BUSY_TIMEOUT = 30.0  # seconds one process waits for another's commit; commits take milliseconds
STATEMENTS = 256  # that are kept prepared: one for each number of rows inserted at once
TURN = 0.0003  # seconds between two looks whether the other process has committed


class SqliteFile:
    """An open file: one connection that writes, as many that read as were ever in use at once.

    Raises ``StoreUnavailable`` where its folder cannot be made or written. Safe to use from several
    threads; a process that was forked off has to open the file again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: deque[sqlite3.Connection] = deque()
        self._readers = 0  # connections for reading, idle ones and those in use
        self._held: list[sqlite3.Connection] = []
        self._writing = Lock()
        self._watching = Lock()
        self._opening = Lock()
        self._closed = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the folder {path.parent} cannot be made: {error}") from error
        with self.errors():
            self.writer = self._connect()
            self._watcher = self._connect()
            self.writer.execute("PRAGMA busy_timeout = 0")  # _patiently waits by itself
        self._place = self._in_place()
        forks.watch(self)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writing connection within a transaction, committed at the end or taken back whole."""
        with self._writing, self.errors():
            _patiently(self.writer, "BEGIN IMMEDIATE")
            try:
                yield self.writer
                self._check_in_place()
                self.writer.execute("COMMIT")
            except BaseException:
                if self.writer.in_transaction:
                    self.writer.execute("ROLLBACK")
                raise

    def rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[Any]:
        """What a query finds, as tuples of its columns."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._reader()
        try:  # no context manager here: it would cost a third of a look-up
            return connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error
        finally:
            self._idle.append(connection)
            if self._closed:
                self._close_idle()

    def number(self, sql: str) -> int:
        """The one number a query finds; 0 for none."""
        return int(self.rows(sql)[0][0] or 0)

    def version(self) -> int:
        """Differs after any commit by this or another process."""
        try:
            with self._watching:
                return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def close(self) -> None:
        # A connection must not be closed while another thread is in it: whoever reads closes its
        # own when it is done.
        with self._writing, self._watching, self._opening:
            self._closed = f"the store {self.path} is closed; open it again"
            self.writer.close()
            self._watcher.close()
        self._close_idle()

    # SQLite keeps in memory which locks the process has on a file. A child that opened the folder
    # again beside its parent's connections would count on locks that are its parent's alone, and
    # lose what it commits; it can close them while no other thread was in SQLite at the fork.

    def hold(self) -> None:
        for lock in (self._writing, self._watching, self._opening):
            lock.acquire()
        give_up = monotonic() + BUSY_TIMEOUT  # a reader that was broken off gives nothing back
        while len(self._held) < self._readers and not self._closed and monotonic() < give_up:
            try:
                self._held.append(self._idle.pop())
            except IndexError:
                sleep(TURN)

    def release(self) -> None:
        self._idle.extend(self._held)
        self._held.clear()
        for lock in (self._opening, self._watching, self._writing):
            lock.release()

    def let_go(self) -> None:
        self._closed = forks.left_behind(str(self.path))
        for connection in (self.writer, self._watcher, *self._held):
            connection.close()
        self._held.clear()
        for lock in (self._opening, self._watching, self._writing):
            lock.release()

    def _close_idle(self) -> None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread has just closed the last one
                return
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS,
        )
        refuse_others(connection, self.path)
        _patiently(connection, "PRAGMA journal_mode = WAL")  # a new file has to be had alone
        connection.execute("PRAGMA synchronous = FULL")
        # A statement of many rows keeps the pages as they were, to take itself back: not in a file.
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    def _reader(self) -> sqlite3.Connection:
        with self._opening, self.errors():
            if self._closed:
                raise StoreUnavailable(self._closed)
            self._check_in_place()  # SQLite would make a new, empty file
            connection = self._connect()
            self._readers += 1
            return connection

    def _in_place(self) -> tuple[int, int] | None:
        """Which file the path names now; ``None`` for none."""
        try:
            found = os.stat(self.path)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_in_place(self) -> None:
        """Raise ``StoreUnavailable`` where the path no longer leads to the file that is open.

        What is written to a file without a name is gone when the last process closes it.
        """
        if self._in_place() != self._place:
            raise StoreUnavailable(
                f"the store {self.path} was removed or replaced while it was open; "
                "put it back, or close this one and open the folder again"
            )

    @contextmanager
    def errors(self) -> Iterator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.DatabaseError) -> StoreUnavailable | StoreIncompatible:
        if self._closed:
            return StoreUnavailable(self._closed)
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return StoreIncompatible(f"{self.path} is damaged or no store: {error}")
        ways_out = {
            "SQLITE_FULL": "the disk is full; make room",
            "SQLITE_READONLY": "it is read-only; make the folder writable",
            "SQLITE_CANTOPEN": "it cannot be opened; the folder must be readable and writable",
            "SQLITE_BUSY": f"another process has kept it locked for {BUSY_TIMEOUT:.0f} s",
        }
        way_out = next(
            (text for name, text in ways_out.items() if code.startswith(name)), str(error)
        )
        return StoreUnavailable(f"the store {self.path} is unavailable: {way_out}")


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Carry a statement out once no other process stands in its way.

    SQLite's own way to wait sleeps ever longer, up to 0.1 s, and so misses its turn again and
    again while another process commits without a break.
    """
    give_up = monotonic() + BUSY_TIMEOUT
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or monotonic() >= give_up:
                raise
        sleep(TURN)
