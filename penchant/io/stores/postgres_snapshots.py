"""Snapshots: persons' in ``behavioral_vectors``, with columns for SQL, others in ``snapshots``."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from penchant.core.ports import Snapshot
from penchant.io.stores.postgres_connections import Connection

PERSON = "user"  # the scope of a person's states

_SAVE = """
INSERT INTO snapshots AS stored
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, upto = excluded.upto,
    catalogue = excluded.catalogue, unknown = excluded.unknown, body = excluded.body
WHERE excluded.fingerprint <> stored.fingerprint OR excluded.upto >= stored.upto
"""
_SAVE_PERSONS = """
INSERT INTO behavioral_vectors AS stored
    (user_id, fingerprint, upto, catalogue, unknown, body, computed_at)
SELECT *, now() FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[])
ON CONFLICT (user_id) DO UPDATE SET fingerprint = excluded.fingerprint, upto = excluded.upto,
    catalogue = excluded.catalogue, unknown = excluded.unknown, body = excluded.body,
    computed_at = excluded.computed_at, updated_at = now()
WHERE excluded.fingerprint <> stored.fingerprint OR excluded.upto >= stored.upto
"""
LOAD_PERSON = (
    "SELECT 'user', user_id, fingerprint, upto, catalogue, unknown, body "
    "FROM behavioral_vectors WHERE user_id = %s"
)
LOAD = (
    "SELECT scope, key, fingerprint, upto, catalogue, unknown, body "
    "FROM snapshots WHERE key = %s AND scope = %s"
)


def save(connection: Connection, snapshots: Sequence[Snapshot]) -> None:
    """Keep snapshots, each unless the stored one has seen more under the same fingerprint."""
    persons: dict[str, Snapshot] = {}
    for one in snapshots:
        packed = one._replace(body=zlib.compress(one.body, 1))
        if one.scope != PERSON:
            connection.execute(_SAVE, packed)
        else:
            if one.key in persons:  # a statement may change a row once
                _save_persons(connection, persons)
            persons[one.key] = packed
    _save_persons(connection, persons)


def loaded(row: tuple[str, str, str, int, int, int, bytes]) -> Snapshot:
    """The snapshot of a row as ``LOAD`` and ``LOAD_PERSON`` give it."""
    return Snapshot(*row[:-1], zlib.decompress(row[-1]))


def _save_persons(connection: Connection, persons: dict[str, Snapshot]) -> None:
    if persons:
        columns = [list(column) for column in list(zip(*persons.values(), strict=True))[1:]]
        connection.execute(_SAVE_PERSONS, columns)
        persons.clear()
