"""Snapshots: persons' in ``behavioral_vectors``, with columns for SQL, others in ``snapshots``."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from penchant.core.ports import Snapshot
from penchant.io.stores.postgres_connections import Connection
from penchant.io.stores.postgres_rows import without_nul

PERSON = "user"  # the scope of a person's states

_SAVE = """
INSERT INTO snapshots AS stored
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (scope, key) DO UPDATE SET fingerprint = excluded.fingerprint, upto = excluded.upto,
    catalogue = excluded.catalogue, unknown = excluded.unknown, body = excluded.body
WHERE excluded.fingerprint <> stored.fingerprint OR excluded.upto >= stored.upto
"""
_SAVE_PERSONS = """
WITH told AS (
    SELECT user_id, fingerprint, upto, catalogue, unknown, body, profile::jsonb AS profile,
        profile::jsonb -> 'readings' AS r
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %b::bytea[],
        %s::text[])
        AS t (user_id, fingerprint, upto, catalogue, unknown, body, profile)
), saved AS (
    INSERT INTO behavioral_vectors AS stored
        (user_id, fingerprint, upto, catalogue, unknown, body, computed_at, total_interactions,
        total_sessions, avg_session_duration_minutes, usage_patterns, user_preferences,
        proficiency_indicators)
    SELECT user_id, fingerprint, upto, catalogue, unknown, body,
        coalesce((profile ->> 'as_of')::timestamptz, now()),
        least((r #>> '{activity,value,events}')::bigint, 2147483647),
        least((r #>> '{sessions,value,count}')::bigint, 2147483647),
        (r #>> '{sessions,value,mean_seconds}')::float / 60,
        CASE WHEN r IS NOT NULL THEN r #> '{habits,value}' || jsonb_build_object(
            'kinds', r #> '{activity,value,kinds}', 'sessions', r #> '{sessions,value}') END,
        CASE WHEN r IS NOT NULL THEN jsonb_build_object(
            'interests', r #> '{interests,value}', 'categories', r #> '{categories,value}',
            'items', r #> '{items,value}', 'traits', r #> '{traits,value}',
            'preferences', r #> '{preferences,value}') END,
        r #> '{outcomes,value}'
    FROM told
    ON CONFLICT (user_id) DO UPDATE SET fingerprint = excluded.fingerprint, upto = excluded.upto,
        catalogue = excluded.catalogue, unknown = excluded.unknown, body = excluded.body,
        computed_at = excluded.computed_at, total_interactions = excluded.total_interactions,
        total_sessions = excluded.total_sessions,
        avg_session_duration_minutes = excluded.avg_session_duration_minutes,
        usage_patterns = excluded.usage_patterns, user_preferences = excluded.user_preferences,
        proficiency_indicators = excluded.proficiency_indicators, updated_at = now()
    WHERE excluded.fingerprint <> stored.fingerprint OR excluded.upto >= stored.upto
    RETURNING user_id, computed_at, expertise_level, total_interactions
)
INSERT INTO bv_history AS stored (user_id, computed_at, expertise_level, total_interactions, snapshot)
SELECT saved.*, profile FROM saved JOIN told USING (user_id) WHERE profile IS NOT NULL
ON CONFLICT (user_id, (CAST(computed_at AT TIME ZONE 'UTC' AS DATE))) DO UPDATE
    SET computed_at = excluded.computed_at, expertise_level = excluded.expertise_level,
    total_interactions = excluded.total_interactions, snapshot = excluded.snapshot
WHERE excluded.computed_at >= stored.computed_at
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
            connection.execute(_SAVE, packed[:7])
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
        columns = [list(column) for column in zip(*persons.values(), strict=True)]
        profiles = [one and without_nul(one).decode() for one in columns[-1]]
        connection.execute(_SAVE_PERSONS, [*columns[1:-1], profiles])
        persons.clear()
