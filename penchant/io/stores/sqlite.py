"""The store in a folder: one SQLite file in WAL mode that many processes may open at once.

``synchronous=FULL``: what a commit returned from survives the power going off.
Why this layout: docs/design/002-folder.md.
"""

from __future__ import annotations

import os
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import assert_never

from penchant.core import event as events
from penchant.core import item as catalogue
from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.core.event import Logged
from penchant.core.item import Item, ItemVersion, replaces
from penchant.core.ports import (
    Append,
    ClearSnapshots,
    PutItems,
    RemoveItem,
    SaveSnapshots,
    Snapshot,
    Write,
)
from penchant.io import forks
from penchant.io.stores.sqlite_layout import prepare

FILE = "penchant.db"
BUSY_TIMEOUT = 30.0  # seconds one process waits for another's commit; commits take milliseconds
TURN = 0.0003  # seconds between two looks whether the other process has committed
CHECKPOINT = 10_000  # pages the WAL grows to, 40 MB, before they move to the file: each moves once
_PARAMETERS = 500  # ids asked for in one statement

# One statement adds many rows: the driver gives up the interpreter for each statement and has to
# wait for it again, which takes longer than the row while other threads compute.
_INSERTS = tuple(
    (
        rows,
        "INSERT INTO events (id, user, session, body) VALUES "
        + ", ".join(["(?, ?, ?, ?)"] * rows)
        + " ON CONFLICT (id) DO NOTHING",
    )
    for rows in (512, 128, 32, 8, 2, 1)
)


class SqliteStore:
    """A folder with ``penchant.db`` in it, made if absent.

    Raises ``StoreUnavailable`` where the folder cannot be made or written, ``StoreIncompatible``
    where the file is no store, or a newer version's. Safe to use from several threads: there are as
    many connections for reading as were ever in use at the same time.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._idle: deque[sqlite3.Connection] = deque()
        self._readers = 0  # connections for reading, idle ones and those in use
        self._held: list[sqlite3.Connection] = []
        self._guard = Lock()
        self._watching = Lock()
        self._closed = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the folder {folder} cannot be made: {error}") from error
        with self._errors():
            self._writer = self._connect()
            self._watcher = self._connect()
            self._writer.execute("PRAGMA busy_timeout = 0")  # _begin waits by itself
            self._writer.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
            self._prepare()
        self._file = self._in_place()
        forks.watch(self)

    def commit(self, writes: Sequence[Write]) -> list[int]:
        with self._guard, self._errors():
            self._begin()
            try:
                results = [self._carry_out(write) for write in writes]
                self._check_in_place()
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
            return results

    def version(self) -> int:
        try:
            with self._watching:
                return int(self._watcher.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def close(self) -> None:
        # A connection must not be closed while another thread is in it: whoever reads closes its
        # own when it is done.
        with self._guard, self._watching:
            self._closed = f"the store {self.path} is closed; open it again"
            self._writer.close()
            self._watcher.close()
        self._close_idle()

    # SQLite keeps in memory which locks the process has on a file. A child that opened the folder
    # again beside its parent's connections would count on locks that are its parent's alone, and
    # lose what it commits; it can close them while no other thread was in SQLite at the fork.

    def hold(self) -> None:
        self._guard.acquire()
        self._watching.acquire()
        while len(self._held) < self._readers and not self._closed:
            try:
                self._held.append(self._idle.pop())
            except IndexError:
                sleep(TURN)

    def release(self) -> None:
        self._idle.extend(self._held)
        self._held.clear()
        self._watching.release()
        self._guard.release()

    def let_go(self) -> None:
        self._closed = forks.left_behind(str(self.path))
        for connection in (self._writer, self._watcher, *self._held):
            connection.close()
        self._held.clear()
        self._watching.release()
        self._guard.release()

    def _close_idle(self) -> None:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread has just closed the last one
                return
            connection.close()

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        return self._logged(
            "SELECT position, body FROM events WHERE user = ? AND position > ? "
            "ORDER BY position LIMIT ?",
            (user, after, -1 if limit is None else limit),
        )

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        return self._logged(
            "SELECT position, body FROM events WHERE user = ? AND position < ? "
            "ORDER BY position DESC LIMIT ?",
            (user, 2**63 - 1 if before is None else before, limit),
        )

    def session(self, session: str, limit: int) -> list[Logged]:
        newest_first = self._logged(
            "SELECT position, body FROM events WHERE session = ? ORDER BY position DESC LIMIT ?",
            (session, limit),
        )
        return newest_first[::-1]

    def since(self, after: int, limit: int) -> list[Logged]:
        return self._logged(
            "SELECT position, body FROM events WHERE position > ? ORDER BY position LIMIT ?",
            (after, limit),
        )

    def end(self) -> int:
        return self._number("SELECT max(position) FROM events")

    def count(self) -> int:
        return self._number("SELECT count(*) FROM events")

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        # A walk along the index from name to name: DISTINCT would read every entry.
        names: list[str] = []
        while len(names) < limit:
            rows = self._rows(
                "SELECT user FROM events WHERE user > ? ORDER BY user LIMIT 1", (after,)
            )
            if not rows:
                break
            after = rows[0][0]
            names.append(after)
        return names

    def versions(self, ids: Sequence[str]) -> dict[str, tuple[ItemVersion, ...]]:
        found: dict[str, tuple[ItemVersion, ...]] = {}
        for id, since, body in self._by_ids("SELECT id, since, body FROM items", "", ids):
            version = ItemVersion(since, catalogue.decode(body))
            found[id] = (*found.get(id, ()), version)
        return found

    def current(self, ids: Sequence[str]) -> dict[str, Item]:
        rows = self._by_ids("SELECT id, body FROM items", " AND latest AND present", ids)
        return {id: catalogue.decode(body) for id, body in rows}

    def items(self, after: str = "", limit: int = 1_000) -> list[Item]:
        rows = self._rows(
            "SELECT body FROM items WHERE id > ? AND latest AND present ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [catalogue.decode(body) for (body,) in rows]

    def of_category(self, category: str) -> list[str]:
        rows = self._rows(
            "SELECT id FROM items WHERE category = ? AND latest AND present ORDER BY id",
            (category,),
        )
        return [id for (id,) in rows]

    def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
        return self._rows(
            "SELECT change, id FROM items WHERE change > ? AND latest ORDER BY change LIMIT ?",
            (after, limit),
        )

    def arrivals(self, after: int, limit: int) -> list[str]:
        rows = self._rows(
            "SELECT id FROM items WHERE arrived > ? ORDER BY arrived LIMIT ?", (after, limit)
        )
        return [id for (id,) in rows]

    def change(self) -> int:
        return self._number("SELECT max(change) FROM items")

    def load(self, scope: str, key: str) -> Snapshot | None:
        rows = self._rows("SELECT * FROM snapshots WHERE scope = ? AND key = ?", (scope, key))
        return Snapshot(*rows[0]) if rows else None

    def _carry_out(self, write: Write) -> int:
        match write:
            case Append(logged):
                return self._append(logged)
            case PutItems(items):
                return self._put(items)
            case RemoveItem(id):
                return self._remove(id)
            case SaveSnapshots(snapshots):
                return self._save(snapshots)
            case ClearSnapshots(scope):
                return self._writer.execute(
                    "DELETE FROM snapshots WHERE scope = ?", (scope,)
                ).rowcount
            case _:
                assert_never(write)

    def _append(self, logged: Sequence[events.Event]) -> int:
        before = self._writer.total_changes
        start = 0
        for rows, insert in _INSERTS:
            while len(logged) - start >= rows:
                chunk = logged[start : start + rows]
                self._writer.execute(insert, [value for event in chunk for value in _row(event)])
                start += rows
        return self._writer.total_changes - before

    def _put(self, items: Sequence[Item]) -> int:
        since = self._last("SELECT max(position) FROM events")
        first = self._last("SELECT max(change) FROM items") + 1
        for change, item in enumerate(items, start=first):
            self._put_one(item, since, change)
        return len(items)

    def _put_one(self, item: Item, since: int, change: int) -> None:
        latest = self._writer.execute(
            "SELECT version, since, arrived, body FROM items WHERE id = ? AND latest", (item.id,)
        ).fetchone()
        number = 0
        arrived: int | None = change
        if latest is not None:
            number, older_since, arrived, body = latest
            older = ItemVersion(older_since, catalogue.decode(body))
            if replaces(item, since, older, is_first=number == 0):
                since = older_since
            else:
                number, arrived = number + 1, None
            self._writer.execute("UPDATE items SET latest = 0 WHERE id = ? AND latest", (item.id,))
        self._writer.execute(
            "INSERT OR REPLACE INTO items "
            "(id, version, since, change, arrived, latest, present, category, body) "
            "VALUES (?, ?, ?, ?, ?, 1, 1, ?, ?)",
            (item.id, number, since, change, arrived, item.category, catalogue.encode(item)),
        )

    def _remove(self, id: str) -> int:
        change = self._last("SELECT max(change) FROM items") + 1
        return self._writer.execute(
            "UPDATE items SET present = 0, change = ? WHERE id = ? AND latest AND present",
            (change, id),
        ).rowcount

    def _save(self, snapshots: Sequence[Snapshot]) -> int:
        self._writer.executemany(
            "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (scope, key) DO UPDATE "
            "SET fingerprint = excluded.fingerprint, upto = excluded.upto, "
            "catalogue = excluded.catalogue, unknown = excluded.unknown, body = excluded.body "
            "WHERE excluded.fingerprint <> fingerprint OR excluded.upto >= upto",
            snapshots,
        )
        return len(snapshots)

    def _prepare(self) -> None:
        """Lay the tables out, unless another process has just done so."""
        self._begin()
        try:
            prepare(self._writer, self.path)
        finally:
            self._writer.execute("COMMIT")

    def _begin(self) -> None:
        """Begin a transaction once no other process is in one."""
        _patiently(self._writer, "BEGIN IMMEDIATE")

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
        if self._in_place() != self._file:
            raise StoreUnavailable(
                f"the store {self.path} was removed or replaced while it was open; "
                "put it back, or close this one and open the folder again"
            )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        _patiently(connection, "PRAGMA journal_mode = WAL")  # a new file has to be had alone
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _reader(self) -> sqlite3.Connection:
        with self._guard, self._errors():
            if self._closed:
                raise StoreUnavailable(self._closed)
            self._check_in_place()  # SQLite would make a new, empty file
            connection = self._connect()
            self._readers += 1
            return connection

    def _rows(self, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple]:  # type: ignore[type-arg]  # columns as the statement says
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

    def _logged(self, sql: str, parameters: tuple[object, ...]) -> list[Logged]:
        decode = events.decode
        return [(position, decode(body)) for position, body in self._rows(sql, parameters)]

    def _number(self, sql: str) -> int:
        return int(self._rows(sql)[0][0] or 0)

    def _last(self, sql: str) -> int:
        return int(self._writer.execute(sql).fetchone()[0] or 0)

    def _by_ids(self, select: str, condition: str, ids: Sequence[str]) -> Iterator[tuple]:  # type: ignore[type-arg]  # as above
        for start in range(0, len(ids), _PARAMETERS):
            chunk = tuple(ids[start : start + _PARAMETERS])
            marks = ",".join("?" * len(chunk))
            yield from self._rows(
                f"{select} WHERE id IN ({marks}){condition} ORDER BY id, version", chunk
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
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


def _row(event: events.Event) -> tuple[str, str, str | None, bytes]:
    return event.id, event.user, event.session, events.encode(event)
