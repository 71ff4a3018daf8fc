"""Retirement: old events leave the database, a month at a time where one has nothing else.

Their ids stay in ``event_ids``, so that they are refused for ever, and their users in ``log_users``.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier

from penchant.core.ports import Retire, Retired, SaveBases, Sweep
from penchant.io.stores.postgres_connections import Connection
from penchant.io.stores.postgres_months import table_of

RETIRED = "SELECT retired, retired_until, left_log FROM log_state"
BASE = (
    "SELECT scope, key, fingerprint, upto, catalogue, unknown, body FROM bases "
    "WHERE scope = %s AND key = %s AND stands_for <= (SELECT retired FROM log_state) "
    "ORDER BY stands_for DESC LIMIT 1"
)
_SAVE = """
INSERT INTO bases (stands_for, scope, key, fingerprint, upto, catalogue, unknown, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (scope, key, stands_for) DO UPDATE SET fingerprint = excluded.fingerprint,
    upto = excluded.upto, catalogue = excluded.catalogue, unknown = excluded.unknown,
    body = excluded.body
"""
_RETIRE = "UPDATE log_state SET retired = %s, retired_until = %s, left_log = %s"
# Empty months are there for what comes; the partition of everything earlier is never dropped.
_WHOLE = (
    "SELECT starts FROM log_months WHERE last_position BETWEEN 1 AND %s AND isfinite(starts) "
    "AND ends < now() ORDER BY starts LIMIT 1"
)
_SWEEP = """
DELETE FROM interaction_events WHERE (event_id, timestamp) IN (
    SELECT event_id, timestamp FROM interaction_events
    WHERE log_position <= %s ORDER BY log_position LIMIT %s)
"""
_REPLACED = """
DELETE FROM bases USING bases AS later
WHERE later.scope = bases.scope AND later.key = bases.key
    AND later.stands_for > bases.stands_for AND later.stands_for <= %s
"""


def carry_out(connection: Connection, write: SaveBases | Retire | Sweep) -> int:
    """The result of a write, within a transaction that holds the log's lock."""
    match write:
        case SaveBases(upto, bases):
            rows = [(upto, *base[:6], zlib.compress(base.body, 1)) for base in bases]
            connection.cursor().executemany(_SAVE, rows)
            return len(bases)
        case Retire():
            before = _state(connection)
            after = before.after(write)
            connection.execute(_RETIRE, after)
            return int(after != before)
        case Sweep(limit):
            return _sweep(connection, _state(connection), limit)


def _state(connection: Connection) -> Retired:
    return Retired(*_row(connection, RETIRED))


def _sweep(connection: Connection, retired: Retired, limit: int) -> int:
    month = connection.execute(_WHOLE, (retired.left,)).fetchone()
    if month is not None:
        return _drop(connection, month[0])
    swept = connection.execute(_SWEEP, (retired.left, limit)).rowcount
    if not swept:
        connection.execute(_REPLACED, (retired.upto,))
    return swept


def _drop(connection: Connection, starts: datetime) -> int:
    """Drop the partition of a month; how many events it held. Late ones will make it anew."""
    table = Identifier(table_of(starts))
    [held] = _row(connection, SQL("SELECT count(*) FROM {}").format(table))
    connection.execute(SQL("DROP TABLE {}").format(table))
    connection.execute("DELETE FROM log_months WHERE starts = %s", (starts,))
    connection.execute("UPDATE log_state SET months_dropped = months_dropped + 1")
    return int(held)


def _row(connection: Connection, query: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    assert row is not None
    return row
