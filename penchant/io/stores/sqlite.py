"""The store in a folder: one SQLite file that many processes may open at once.

Why this layout: docs/design/002-folder.md and 005-head-of-the-log.md.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar, assert_never

from penchant.core import event as events
from penchant.core import item as catalogue
from penchant.core.digests import ANY
from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event, Logged
from penchant.core.item import Item, ItemVersion, replaces
from penchant.core.ports import (
    Append,
    PutItems,
    Refuse,
    RemoveItem,
    Retire,
    Retired,
    SaveBases,
    SaveSnapshots,
    Snapshot,
    Sweep,
    Write,
)
from penchant.io.stores.sqlite_file import SqliteFile
from penchant.io.stores.sqlite_head import Head
from penchant.io.stores.sqlite_indexes import Indexes
from penchant.io.stores.sqlite_layout import prepare
from penchant.io.stores.sqlite_retirement import BASE, BASED, REFUSED, RETIRED, Retirement
from penchant.io.stores.sqlite_rows import insert_rows

log = logging.getLogger("penchant.store")

FILE = "penchant.db"
_PARAMETERS = 500  # ids asked for in one statement

_END = "SELECT max(coalesce((SELECT max(position) FROM events), 0), upto) FROM retirement"
_INDEXED = "SELECT upto FROM indexed"
_SINCE = "SELECT position, body FROM events WHERE position > ? ORDER BY position"
_ADDED = "SELECT id, position FROM events WHERE position > ?"
_IF_NEW = " ON CONFLICT (id) DO NOTHING"
_OF_NAME = (
    "SELECT position, body FROM {} CROSS JOIN events USING (position) "
    "WHERE name = ? AND position > ? AND position <= ? ORDER BY position {} LIMIT ?"
)
_USER, _USER_LATEST = _OF_NAME.format("by_user", ""), _OF_NAME.format("by_user", "DESC")
_SESSION_LATEST = _OF_NAME.format("by_session", "DESC")
# A walk along the index from name to name: DISTINCT would read every entry.
_NAMES = (
    "WITH RECURSIVE names (name) AS (SELECT min(name) FROM by_user WHERE name > ? UNION ALL "
    "SELECT (SELECT min(name) FROM by_user WHERE name > names.name) FROM names "
    "WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL LIMIT ?"
)


class SqliteStore:
    """A folder with ``penchant.db`` in it, made if absent.

    Raises ``StoreUnavailable`` where the folder cannot be made or written, ``StoreIncompatible``
    where the file is no store, or another layout's. Safe to use from several threads.
    """

    is_far: ClassVar[bool] = False
    keeps_readings: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        self._file = SqliteFile(folder / FILE)
        self._writer = self._file.writer
        self._indexes = Indexes(self._writer)
        self._retirement = Retirement(self._writer)
        self._following = Lock()
        self._head = Head(0)
        self._retired = Retired()
        self._seen: int | None = None  # the version that the head has followed
        self._is_behind = False  # whether others wrote before our last commit: the head lacks that
        self._wrote = False
        self._is_open = True
        with self._file.transaction():  # lays the tables out, unless another has just done so
            prepare(self._writer, self._file.path)

    def commit(self, writes: Sequence[Write]) -> list[int]:
        sweeps = any(isinstance(write, Sweep) for write in writes)
        if self._is_behind or sweeps:  # only what is in the head can be indexed, and then swept
            self._followed()
        with self._file.transaction():
            end = self._last(_END)
            results, added = self._carry_out_all(writes, end)
            indexed = self._indexes.turn(self._head, end, len(added))
        self._wrote = self._wrote or bool(added)
        with self._following:
            self._is_behind = self._head.upto != end
            if not self._is_behind:
                self._head.extend(added)
                self._head.drop(indexed)
        return results

    def version(self) -> int:
        return self._file.version()

    def close(self) -> None:
        if self._wrote and self._is_open:
            self._finish_indexes()
        self._is_open = False
        self._file.close()

    def _finish_indexes(self) -> None:
        """Leave a short head, so that whoever opens the folder next reads little of the log."""
        try:
            head = self._followed()
            with self._file.transaction():
                self._indexes.finish(head, self._last(_END))
        except StoreUnavailable as error:  # nothing is lost: the next to write goes on with it
            log.warning("the indexes of %s stay behind: %s", self._file.path, error)

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        floor, latest = self._followed().of_user(user)
        after = max(after, self._retired.left)
        most = -1 if limit is None else limit
        found = self._logged(_USER, (user, after, floor, most)) if after < floor else []
        found += [logged for logged in latest if logged[0] > after]
        return found[:limit]

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        floor, latest = self._followed().of_user(user)
        upto = floor if before is None else min(floor, before - 1)
        newest = [one for one in reversed(latest) if before is None or one[0] < before]
        return self._latest(_USER_LATEST, user, newest, upto, limit)

    def session(self, session: str, limit: int) -> list[Logged]:
        floor, latest = self._followed().of_session(session)
        return self._latest(_SESSION_LATEST, session, latest[::-1], floor, limit)[::-1]

    def since(self, after: int, limit: int) -> list[Logged]:
        head = self._followed()
        after = max(after, self._retired.left)
        latest = head.since(after, limit)
        return self._logged(f"{_SINCE} LIMIT ?", (after, limit)) if latest is None else latest

    def end(self) -> int:
        return self._file.number(_END)

    def count(self) -> int:
        return self._file.number(
            "SELECT count(*) FROM events WHERE position > (SELECT upto FROM retirement)"
        )

    def retired(self) -> Retired:
        self._followed()
        return self._retired

    def refused(self, after: bytes = b"", limit: int = 10_000) -> list[bytes]:
        rows = self._file.rows(REFUSED, (after, limit))
        return [digest for (digest,) in rows]

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        latest = self._followed().users(after)
        known = [*self._file.rows(_NAMES, (after, limit)), *self._file.rows(BASED, (after, limit))]
        return sorted(latest.union(name for (name,) in known))[:limit]

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
        rows = self._file.rows(
            "SELECT body FROM items WHERE id > ? AND latest AND present ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [catalogue.decode(body) for (body,) in rows]

    def of_category(self, category: str) -> list[str]:
        rows = self._file.rows(
            "SELECT id FROM items WHERE category = ? AND latest AND present ORDER BY id",
            (category,),
        )
        return [id for (id,) in rows]

    def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
        return self._file.rows(
            "SELECT change, id FROM items WHERE change > ? AND latest ORDER BY change LIMIT ?",
            (after, limit),
        )

    def arrivals(self, after: int, limit: int) -> list[str]:
        rows = self._file.rows(
            "SELECT id FROM items WHERE arrived > ? ORDER BY arrived LIMIT ?", (after, limit)
        )
        return [id for (id,) in rows]

    def change(self) -> int:
        return self._file.number("SELECT max(change) FROM items")

    def load(self, scope: str, key: str) -> Snapshot | None:
        rows = self._file.rows("SELECT * FROM snapshots WHERE scope = ? AND key = ?", (scope, key))
        return Snapshot(*rows[0]) if rows else None

    def base(self, scope: str, key: str) -> Snapshot | None:
        rows = self._file.rows(BASE, (scope, key))
        return Snapshot(*rows[0]) if rows else None

    def _carry_out_all(self, writes: Sequence[Write], end: int) -> tuple[list[int], list[Logged]]:
        """The result of each write, and what was added to the log, which ended at a position."""
        results: list[int] = []
        added: list[Logged] = []
        for appends, group in groupby(writes, key=lambda write: isinstance(write, Append)):
            if appends:
                batches = [write.events for write in group if isinstance(write, Append)]
                told, logged = self._append(batches, added[-1][0] if added else end)
                results += told
                added += logged
            else:
                results += [self._carry_out(one) for one in group if not isinstance(one, Append)]
        return results, added

    def _carry_out(
        self, write: PutItems | RemoveItem | SaveSnapshots | SaveBases | Retire | Refuse | Sweep
    ) -> int:
        match write:
            case PutItems(items):
                return self._put(items)
            case RemoveItem(id):
                return self._remove(id)
            case SaveSnapshots(snapshots):
                return self._save(snapshots)
            case SaveBases():
                return self._retirement.save(write)
            case Retire():
                return self._retirement.retire(write)
            case Refuse(known):
                self._retirement.refuse(known, ANY)
                return len(known)
            case Sweep(limit):
                self._indexes.finish(self._head, self._last(_END), takes_over=True)
                return self._retirement.sweep(limit, self._last(_INDEXED))
            case _:
                assert_never(write)

    def _append(
        self, batches: Sequence[Sequence[Event]], end: int
    ) -> tuple[list[int], list[Logged]]:
        """How many events of each batch were new, and which those were; the log ends at ``end``."""
        sent = [event for batch in batches for event in batch]
        if swept := self._retirement.known(sent):
            sent = [event for event in sent if event.id not in swept]
        before = self._writer.total_changes
        rows = [(event.id, events.encode(event)) for event in sent]
        last = insert_rows(self._writer, "INSERT INTO events (id, body)", rows, _IF_NEW)
        if not swept and self._writer.total_changes - before == len(sent):
            first = last - len(sent) + 1
            return list(map(len, batches)), list(enumerate(sent, start=first))
        positions = dict(self._writer.execute(_ADDED, (end,)).fetchall())
        told: list[int] = []
        logged: list[Logged] = []
        for batch in batches:
            new = [(positions.pop(one.id), one) for one in batch if one.id in positions]
            logged += new
            told.append(len(new))
        return told, logged

    def _put(self, items: Sequence[Item]) -> int:
        since = self._last(_END)
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
            [snapshot[:7] for snapshot in snapshots],  # not the readings
        )
        return len(snapshots)

    def _followed(self) -> Head:
        """The head of the log, with everything committed by now."""
        version = self.version()  # before the look: what comes later is seen next time
        if version != self._seen:
            with self._following:
                self._follow()
                self._seen = version
        return self._head

    def _follow(self) -> None:
        """Read what others have added to the log and to its indexes."""
        self._retired = Retired(*self._file.rows(RETIRED)[0])
        indexed = self._file.number(_INDEXED)  # before the log: it may only lag behind
        if indexed > self._head.upto:
            self._head = Head(indexed)
        self._head.extend(self._logged(_SINCE, (self._head.upto,)))
        self._head.drop(indexed)

    def _latest(
        self, sql: str, name: str, newest: list[Logged], upto: int, limit: int
    ) -> list[Logged]:
        """The latest events of a name: the newest ones, then those that the index has up to ``upto``."""
        gone = self._retired.left
        found = [one for one in newest if one[0] > gone][:limit]
        if len(found) < limit and upto > gone:
            found += self._logged(sql, (name, gone, upto, limit - len(found)))
        return found

    def _logged(self, sql: str, parameters: tuple[object, ...]) -> list[Logged]:
        decode = events.decode
        return [(position, decode(body)) for position, body in self._file.rows(sql, parameters)]

    def _last(self, sql: str) -> int:
        return int(self._writer.execute(sql).fetchone()[0] or 0)

    def _by_ids(self, select: str, condition: str, ids: Sequence[str]) -> Iterator[Any]:
        for start in range(0, len(ids), _PARAMETERS):
            chunk = tuple(ids[start : start + _PARAMETERS])
            marks = ",".join("?" * len(chunk))
            yield from self._file.rows(
                f"{select} WHERE id IN ({marks}){condition} ORDER BY id, version", chunk
            )
