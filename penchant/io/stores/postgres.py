"""The store in a PostgreSQL database: many processes on many machines at once.

Why this layout: docs/design/008-postgresql.md. What SQL finds in it: docs/postgresql.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, ClassVar

from penchant.core import event as events
from penchant.core import item as catalogue
from penchant.core.event import Logged
from penchant.core.item import Item, ItemVersion
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
from penchant.io.stores import postgres_catalogue as items_of
from penchant.io.stores import postgres_retirement as retirement
from penchant.io.stores import postgres_snapshots as snapshots_of
from penchant.io.stores.postgres_connections import Connection, Connections
from penchant.io.stores.postgres_layout import prepare
from penchant.io.stores.postgres_log import append
from penchant.io.stores.postgres_months import Months

# Commits follow one another by this lock, so that positions become visible in their order.
_LOCK = (
    "SELECT pg_current_xact_id()::text, last_position, catalogue_change, months_dropped, "
    "latest_swept FROM log_state FOR UPDATE"
)
_DONE = "UPDATE log_state SET version = version + 1, last_position = %s, catalogue_change = %s"
_VERSION = "SELECT version FROM log_state"
_END = "SELECT last_position FROM log_state"
_CHANGE = "SELECT catalogue_change FROM log_state"
_HERE = "log_position > (SELECT left_log FROM log_state)"  # what has not left the log
_COUNT = f"SELECT count(*) FROM interaction_events WHERE {_HERE}"
# Of the partitions only those are read that go beyond the position: the server drops those from before
# the first of them when it begins. The upper border of the position changes nothing but the plan: as a
# range it seems the narrower condition, and the index by user and position is taken, never that by time.
_AFTER = (
    "log_position > greatest(%s, (SELECT left_log FROM log_state)) "
    "AND log_position <= 9223372036854775807 AND timestamp >= "
    "(SELECT min(starts) FROM log_months WHERE last_position > %s) ORDER BY log_position LIMIT %s"
)
_SINCE = f"SELECT log_position, body FROM interaction_events WHERE {_AFTER}"
_TAIL = f"SELECT log_position, body FROM interaction_events WHERE user_id = %s AND {_AFTER}"
_RECENT = (
    "SELECT log_position, body FROM interaction_events WHERE user_id = %s AND log_position < %s "
    f"AND {_HERE} ORDER BY log_position DESC LIMIT %s"
)
_SESSION = (
    f"SELECT log_position, body FROM interaction_events WHERE session_id = %s AND {_HERE} "
    "ORDER BY log_position DESC LIMIT %s"
)
_USERS = "SELECT user_id FROM log_users WHERE user_id > %s ORDER BY user_id LIMIT %s"
_VERSIONS = (
    "SELECT id, since, body FROM catalogue_items WHERE id = ANY(%s::text[]) ORDER BY id, version"
)
_CURRENT = "SELECT id, body FROM catalogue_items WHERE id = ANY(%s::text[]) AND latest AND present"
_ITEMS = (
    "SELECT body FROM catalogue_items WHERE latest AND present AND id > %s ORDER BY id LIMIT %s"
)
_OF_CATEGORY = (
    "SELECT id FROM catalogue_items WHERE latest AND present AND category = %s ORDER BY id"
)
_CHANGED = (
    "SELECT change, id FROM catalogue_items WHERE change > %s AND latest ORDER BY change LIMIT %s"
)
_ARRIVALS = "SELECT id FROM catalogue_items WHERE arrived > %s ORDER BY arrived LIMIT %s"
_ALL = 2**63 - 1  # more rows, and a higher position, than there can be


class PostgresStore:
    """The database at a URL, its tables made if absent; ``least`` to ``most`` connections.

    Raises ``StoreUnavailable`` where the server cannot be reached or does not let us in,
    ``StoreIncompatible`` where the tables are another program's, or a newer penchant's. Safe to use
    from several threads.
    """

    is_far: ClassVar[bool] = True
    keeps_readings: ClassVar[bool] = True

    def __init__(self, url: str, least: int = 10, most: int = 20) -> None:
        self._connections = Connections(url, least, most)
        self._months = Months()
        self._connections.open(self._prepare)

    def _prepare(self, connection: Connection) -> None:
        prepare(connection, self._connections.place)
        if self._months.are_missing(connection):
            with connection.transaction():
                connection.execute(_LOCK)
                self._months.ahead(connection)

    def commit(self, writes: Sequence[Write]) -> list[int]:
        try:
            return self._connections.transaction(lambda *at: self._carry_out(writes, *at), _LOCK)
        except BaseException:
            self._months.forget()  # what was made is taken back, or was not there after all
            raise

    def version(self) -> int:
        return self._number(_VERSION)

    def close(self) -> None:
        self._connections.close()

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        most = _ALL if limit is None else limit
        return self._logged(_TAIL, user, after, after, most)

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        return self._logged(_RECENT, user, _ALL if before is None else before, limit)

    def session(self, session: str, limit: int) -> list[Logged]:
        return self._logged(_SESSION, session, limit)[::-1]

    def since(self, after: int, limit: int) -> list[Logged]:
        return self._logged(_SINCE, after, after, limit)

    def end(self) -> int:
        return self._number(_END)

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        return self._first(_USERS, after, limit)

    def count(self) -> int:
        return self._number(_COUNT)

    def retired(self) -> Retired:
        return Retired(*self._connections.rows(retirement.RETIRED)[0])

    def refused(self, after: bytes = b"", limit: int = 10_000) -> list[bytes]:
        return [bytes(digest) for digest in self._first(retirement.REFUSED, after, limit)]

    def versions(self, ids: Sequence[str]) -> dict[str, tuple[ItemVersion, ...]]:
        found: dict[str, tuple[ItemVersion, ...]] = {}
        for id, since, body in self._connections.rows(_VERSIONS, (list(ids),)):
            version = ItemVersion(since, catalogue.decode(body))
            found[id] = (*found.get(id, ()), version)
        return found

    def current(self, ids: Sequence[str]) -> dict[str, Item]:
        rows = self._connections.rows(_CURRENT, (list(ids),))
        return {id: catalogue.decode(body) for id, body in rows}

    def items(self, after: str = "", limit: int = 1_000) -> list[Item]:
        return [catalogue.decode(body) for body in self._first(_ITEMS, after, limit)]

    def of_category(self, category: str) -> list[str]:
        return self._first(_OF_CATEGORY, category)

    def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
        return self._connections.rows(_CHANGED, (after, limit))

    def arrivals(self, after: int, limit: int) -> list[str]:
        return self._first(_ARRIVALS, after, limit)

    def change(self) -> int:
        return self._number(_CHANGE)

    def load(self, scope: str, key: str) -> Snapshot | None:
        if scope == snapshots_of.PERSON:
            rows = self._connections.rows(snapshots_of.LOAD_PERSON, (key,))
        else:
            rows = self._connections.rows(snapshots_of.LOAD, (key, scope))
        return snapshots_of.loaded(rows[0]) if rows else None

    def base(self, scope: str, key: str) -> Snapshot | None:
        rows = self._connections.rows(retirement.BASE, (scope, key))
        return snapshots_of.loaded(rows[0]) if rows else None

    def _carry_out(
        self,
        writes: Sequence[Write],
        connection: Connection,
        end: int,
        change: int,
        dropped: int,
        swept: str | None,
    ) -> list[int]:
        """The result of each write; log and catalogue are at ``end`` and ``change`` before.

        ``dropped`` months are gone, and ids up to ``swept`` may be known by their digests.
        """
        self._months.told(dropped)
        results: list[int] = []
        for kind, group in groupby(writes, key=type):
            together: list[Any] = list(group)
            if kind is Append:
                batches = [write.events for write in together]
                told, end = append(connection, self._months, batches, end, swept)
                results += told
            elif kind is SaveSnapshots:
                snapshots_of.save(
                    connection, [one for write in together for one in write.snapshots]
                )
                results += [len(write.snapshots) for write in together]
            elif kind in (SaveBases, Retire, Refuse, Sweep):
                results += [retirement.carry_out(connection, write) for write in together]
                end = max(end, *(write.upto for write in together if kind is Retire), 0)
                swept = retirement.latest(connection)
            else:
                for write in together:
                    done, change = _change(connection, write, end, change)
                    results.append(done)
        connection.execute(_DONE, (end, change))
        return results

    def _number(self, sql: str) -> int:
        return int(self._connections.rows(sql)[0][0])

    def _first(self, sql: str, *parameters: object) -> list[Any]:
        """The first column of what a query finds."""
        return [row[0] for row in self._connections.rows(sql, parameters)]

    def _logged(self, sql: str, *parameters: object) -> list[Logged]:
        decode = events.decode
        return [
            (position, decode(body)) for position, body in self._connections.rows(sql, parameters)
        ]


def _change(
    connection: Connection, write: PutItems | RemoveItem, end: int, change: int
) -> tuple[int, int]:
    """The result of a write to the catalogue, and the number of its last change."""
    match write:
        case PutItems(items):
            return len(items), items_of.put(connection, items, end, change)
        case RemoveItem(id):
            was_there = items_of.remove(connection, id, change + 1)
            return int(was_there), change + was_there
