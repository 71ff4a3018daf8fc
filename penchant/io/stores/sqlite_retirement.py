"""Retirement: old events leave the file, what they taught stays, and their ids are refused for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from penchant.core import digests
from penchant.core import event as events
from penchant.core.event import Event
from penchant.core.ports import Retire, Retired, SaveBases

_PARAMETERS = 500  # digests asked for in one statement

RETIRED = "SELECT gone, until, upto FROM retirement"
REFUSED = "SELECT digest FROM swept WHERE digest > ? ORDER BY digest LIMIT ?"
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
        """Those ids among the events' that are known though no event in the log has them."""
        [[latest]] = self._connection.execute("SELECT latest FROM retirement").fetchall()
        if latest is None:
            return set()
        asked = digests.to_look_up((one.id for one in sent), latest)
        wanted = list(asked)
        found: set[str] = set()
        for start in range(0, len(wanted), _PARAMETERS):
            chunk = wanted[start : start + _PARAMETERS]
            marks = ",".join("?" * len(chunk))
            rows = self._connection.execute(
                f"SELECT digest FROM swept WHERE digest IN ({marks})", chunk
            )
            found.update(asked[known] for (known,) in rows)
        return found

    def refuse(self, known: Iterable[bytes], latest: str) -> None:
        """Remember digests of ids; ``latest`` as :func:`digests.latest` says of them."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO swept VALUES (?)", sorted((one,) for one in known)
        )
        self._connection.execute(
            "UPDATE retirement SET latest = max(coalesce(latest, ''), ?)", (latest,)
        )

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
        # The next position is beyond it, though no event has it; nothing where the log is longer.
        self._connection.execute(
            "INSERT OR IGNORE INTO sqlite_sequence (name, seq) "
            "SELECT 'events', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events')"
        )
        self._connection.execute(
            "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'events'", (after.left,)
        )
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
        ids = [event.id for _, event in leaving]
        self.refuse(map(digests.digest, ids), digests.latest(ids))
        users = sorted((event.user, position) for position, event in leaving)
        run("DELETE FROM by_user WHERE name = ? AND position = ?", users)
        sessions = sorted((event.session, position) for position, event in leaving if event.session)
        run("DELETE FROM by_session WHERE name = ? AND position = ?", sessions)
        self._connection.execute(
            "DELETE FROM events WHERE position BETWEEN ? AND ?", (leaving[0][0], leaving[-1][0])
        )
        return len(leaving)
