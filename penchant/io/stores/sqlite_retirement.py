"""Retirement: old events leave the file, what they taught stays, and their ids are refused for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from penchant.core import event as events
from penchant.core.event import Event
from penchant.core.ports import Retire, Retired, SaveBases

_PARAMETERS = 500  # digests asked for in one statement
_MADE_HERE = "evt_"  # how ids begin that ascend with time

RETIRED = "SELECT gone, until, upto FROM retirement"
BASE = (
    "SELECT scope, key, fingerprint, upto, catalogue, unknown, body FROM bases "
    "WHERE scope = ? AND key = ? AND stands_for <= (SELECT gone FROM retirement) "
    "ORDER BY stands_for DESC LIMIT 1"
)
# A walk from name to name, as over the index by user.
BASED = (
    "WITH RECURSIVE names (name) AS (SELECT min(key) FROM bases WHERE scope = 'user' AND key > ? "
    "UNION ALL SELECT (SELECT min(key) FROM bases WHERE scope = 'user' AND key > names.name) "
    "FROM names WHERE names.name IS NOT NULL) SELECT name FROM names WHERE name IS NOT NULL LIMIT ?"
)
_REPLACED = (
    "DELETE FROM bases WHERE EXISTS (SELECT 1 FROM bases AS later WHERE later.scope = bases.scope "
    "AND later.key = bases.key AND later.stands_for > bases.stands_for AND later.stands_for <= ?)"
)


class Retirement:
    """The retired part of a log, as the connection that writes sees it; within its transactions.

    An id is in ``events`` or, as a digest of 16 bytes, in ``swept``: never in neither.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def state(self) -> Retired:
        """What was retired so far."""
        return Retired(*self._connection.execute(RETIRED).fetchone())

    def known(self, sent: Sequence[Event]) -> set[str]:
        """Those ids among the events' that were swept out of the log."""
        [[latest]] = self._connection.execute("SELECT latest FROM retirement").fetchall()
        if latest is None:
            return set()
        # Ids that were made here ascend with time: those later than the latest swept one are new.
        asked = {_digest(one.id): one.id for one in sent if not _is_later(one.id, latest)}
        digests = list(asked)
        found: set[str] = set()
        for start in range(0, len(digests), _PARAMETERS):
            chunk = digests[start : start + _PARAMETERS]
            marks = ",".join("?" * len(chunk))
            rows = self._connection.execute(
                f"SELECT digest FROM swept WHERE digest IN ({marks})", chunk
            )
            found.update(asked[digest] for (digest,) in rows)
        return found

    def save(self, write: SaveBases) -> int:
        self._connection.executemany(
            "INSERT OR REPLACE INTO bases VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(write.upto, *base[:7]) for base in write.bases],
        )
        return len(write.bases)

    def retire(self, write: Retire) -> int:
        before = self.state()
        after = before.after(write)
        self._connection.execute("UPDATE retirement SET gone = ?, until = ?, upto = ?", after)
        return int(after != before)

    def sweep(self, limit: int, indexed: int) -> int:
        """Take at most ``limit`` retired events out of the log; only what is indexed can go."""
        retired = self.state()
        rows = self._connection.execute(
            "SELECT position, body FROM events WHERE position <= ? ORDER BY position LIMIT ?",
            (min(retired.left, indexed), limit),
        ).fetchall()
        if not rows:
            self._connection.execute(_REPLACED, (retired.upto,))
            return 0
        leaving = [(position, events.decode(body)) for position, body in rows]
        run = self._connection.executemany
        run("INSERT OR IGNORE INTO swept VALUES (?)", _digests(event.id for _, event in leaving))
        users = sorted((event.user, position) for position, event in leaving)
        run("DELETE FROM by_user WHERE name = ? AND position = ?", users)
        sessions = sorted((event.session, position) for position, event in leaving if event.session)
        run("DELETE FROM by_session WHERE name = ? AND position = ?", sessions)
        self._connection.execute(
            "DELETE FROM events WHERE position BETWEEN ? AND ?", (leaving[0][0], leaving[-1][0])
        )
        latest = max((e.id for _, e in leaving if e.id.startswith(_MADE_HERE)), default="")
        self._connection.execute(
            "UPDATE retirement SET latest = max(coalesce(latest, ''), ?)", (latest,)
        )
        return len(leaving)


def _is_later(id: str, latest: str) -> bool:
    return id.startswith(_MADE_HERE) and id > latest


def _digests(ids: Iterator[str]) -> list[tuple[bytes]]:
    return sorted((_digest(id),) for id in ids)


def _digest(id: str) -> bytes:
    return blake2b(id.encode(), digest_size=16).digest()
