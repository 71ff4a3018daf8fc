"""Retirement: old events leave the database, a month at a time where one has nothing else.

Of their ids the digests are kept, so that they are refused for ever; their users stay in ``log_users``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from penchant.core import digests
from penchant.core.event import Event
from penchant.core.ports import Refuse, Retire, Retired, SaveBases, Sweep
from penchant.io.stores.postgres_connections import Connection
from penchant.io.stores.postgres_months import table_of
from penchant.io.stores.postgres_snapshots import PERSON

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
_USERS = "INSERT INTO log_users SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
_RETIRE = "UPDATE log_state SET retired = %s, retired_until = %s, left_log = %s"
AT_ONCE = 200  # milliseconds that are waited for readers before a month is dropped
_IDS = 50_000  # ids of a dropped month that are brought to their digests at once
# Empty months are there for what comes; the partition of everything earlier is never dropped.
_WHOLE = (
    "SELECT starts FROM log_months WHERE last_position BETWEEN 1 AND %s AND isfinite(starts) "
    "AND ends < now() ORDER BY starts LIMIT 1"
)
_SWEEP = """
DELETE FROM interaction_events WHERE (event_id, timestamp) IN (
    SELECT event_id, timestamp FROM interaction_events
    WHERE log_position <= %s ORDER BY log_position LIMIT %s)
RETURNING event_id
"""
REFUSED = "SELECT digest FROM swept WHERE digest > %s ORDER BY digest LIMIT %s"
_LATEST = "SELECT latest_swept FROM log_state"
_KNOWN = "SELECT digest FROM swept WHERE digest = ANY(%s::bytea[])"
_SAVE_SWEPT = "INSERT INTO swept SELECT unnest(%b::bytea[]) ON CONFLICT DO NOTHING"
_NOTE_LATEST = "UPDATE log_state SET latest_swept = greatest(coalesce(latest_swept, ''), %s)"
_REPLACED = """
DELETE FROM bases USING bases AS later
WHERE later.scope = bases.scope AND later.key = bases.key
    AND later.stands_for > bases.stands_for AND later.stands_for <= %s
"""


def carry_out(connection: Connection, write: SaveBases | Retire | Refuse | Sweep) -> int:
    """The result of a write, within a transaction that holds the log's lock."""
    match write:
        case SaveBases(upto, bases):
            rows = [(upto, *base[:6], zlib.compress(base.body, 1)) for base in bases]
            connection.cursor().executemany(_SAVE, rows)
            connection.execute(_USERS, ([base.key for base in bases if base.scope == PERSON],))
            return len(bases)
        case Retire():
            before = _state(connection)
            after = before.after(write)
            connection.execute(_RETIRE, after)
            return int(after != before)
        case Refuse(known):
            _refuse(connection, known, digests.ANY)
            return len(known)
        case Sweep(limit):
            return _sweep(connection, _state(connection), limit)


def latest(connection: Connection) -> str | None:
    """The latest id, of those that ascend, that may be known by its digest; ``None`` for no id."""
    known: str | None = _row(connection, _LATEST)[0]
    return known


def swept_ids(connection: Connection, batches: Sequence[Sequence[Event]], latest: str) -> set[str]:
    """Those ids of the events that are known though no event in the log has them."""
    asked = digests.to_look_up((event.id for batch in batches for event in batch), latest)
    if not asked:
        return set()
    found = connection.execute(_KNOWN, (list(asked),), binary=True)
    return {asked[bytes(one)] for (one,) in found}


def _refuse(connection: Connection, known: Iterable[bytes], latest: str) -> None:
    connection.execute(_SAVE_SWEPT, (list(known),))
    connection.execute(_NOTE_LATEST, (latest,))


def _let_ids_go(connection: Connection, ids: Sequence[str]) -> None:
    _refuse(connection, map(digests.digest, ids), digests.latest(ids))
    connection.execute("DELETE FROM event_ids WHERE event_id = ANY(%s::text[])", (list(ids),))


def _state(connection: Connection) -> Retired:
    return Retired(*_row(connection, RETIRED))


def _sweep(connection: Connection, retired: Retired, limit: int) -> int:
    while (
        month := connection.execute(_WHOLE, (retired.left,)).fetchone()
    ) is not None and _nobody_reads(connection):
        if held := _drop(connection, month[0]):  # 0 of one that was emptied event by event before
            return held
    swept = [id for (id,) in connection.execute(_SWEEP, (retired.left, limit))]
    if swept:
        _let_ids_go(connection, swept)
    else:
        connection.execute(_REPLACED, (retired.upto,))
    return len(swept)


def _nobody_reads(connection: Connection) -> bool:
    """Whether a partition can go at once: a long query of somebody else would keep all commits waiting.

    Where it cannot, events go one by one, and the month once it is empty."""
    try:
        with connection.transaction():
            connection.execute(f"SET LOCAL lock_timeout = {AT_ONCE}")
            connection.execute("LOCK TABLE interaction_events IN ACCESS EXCLUSIVE MODE")
    except LockNotAvailable:
        return False
    return True


def _drop(connection: Connection, starts: datetime) -> int:
    """Drop the partition of a month; how many events it held. Late ones will make it anew."""
    table = Identifier(table_of(starts))
    held = 0
    with connection.cursor(name="leaving") as leaving:
        leaving.execute(SQL("SELECT event_id FROM {}").format(table))
        while rows := leaving.fetchmany(_IDS):
            _let_ids_go(connection, [id for (id,) in rows])
            held += len(rows)
    connection.execute(SQL("DROP TABLE {}").format(table))
    connection.execute("DELETE FROM log_months WHERE starts = %s", (starts,))
    connection.execute("UPDATE log_state SET months_dropped = months_dropped + 1")
    return held


def _row(connection: Connection, query: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(query).fetchone()
    assert row is not None
    return row
