"""The layout of a PostgreSQL store: documented tables, migrations from every number, other people's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from penchant.core import event as events
from penchant.core import item as catalogue
from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.core.event import Event
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems
from penchant.io.stores.postgres import PostgresStore
from penchant.io.stores.postgres_layout import migrations, prepare
from tests.servers.databases import EMPTY, Databases

ROOT = Path(__file__).parents[3]
OPEN = (
    "import sys; from penchant.io.stores.postgres import PostgresStore as S; S(sys.argv[1], 1, 2)"
)
# The documented columns, name, type and default; CONTRACT S0-34, S0-39 and S0-42 as
# correct them.
DOCUMENTED = {
    "interaction_events": """
        event_id text; timestamp timestamp with time zone; event_type character varying(50);
        severity character varying(20) 'info'::character varying; user_id character varying(255);
        session_id character varying(255); device_id character varying(255);
        device_type character varying(50); capsule_id character varying(255);
        capsule_type character varying(50); capsule_category character varying(100);
        interaction_target character varying(50); action_id character varying(255);
        component_id character varying(255); duration_ms integer;
        time_since_last_interaction_ms integer; interaction_data jsonb; success boolean true;
        error_message text; context jsonb; created_at timestamp with time zone now()""",
    "behavioral_vectors": """
        user_id character varying(255); computed_at timestamp with time zone;
        version character varying(20) '1.0'::character varying;
        expertise_level character varying(50); total_interactions integer; total_sessions integer;
        avg_session_duration_minutes double precision; usage_patterns jsonb;
        user_preferences jsonb; proficiency_indicators jsonb; adaptive_ux_config jsonb;
        created_at timestamp with time zone now(); updated_at timestamp with time zone now()""",
    "bv_history": """
        id integer nextval('bv_history_id_seq'::regclass); user_id character varying(255);
        computed_at timestamp with time zone; expertise_level character varying(50);
        total_interactions integer; snapshot jsonb; created_at timestamp with time zone now()""",
}
INDEXES = {
    "idx_events_user_timestamp": '(user_id, "timestamp" DESC)',
    "idx_events_session": "(session_id, log_position)",
    "idx_events_capsule": "(capsule_id)",
    "idx_events_type": "(event_type)",
    "idx_bv_expertise": "(expertise_level)",
    "idx_bv_computed_at": "(computed_at DESC)",
    "idx_bv_history_user": "(user_id, computed_at DESC)",
}
COLUMNS = """
SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND a.attnum > 0
    AND c.relkind IN ('r', 'p')
ORDER BY 1, 2
"""


@pytest.fixture
def empty(databases: Databases) -> Iterator[str]:
    """A database without any table."""
    with databases(EMPTY) as url:
        yield url


def asked(database: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def layout(database: str) -> list[list[tuple[object, ...]]]:
    """Everything in the schema: tables with their columns, indexes, what was applied."""
    indexes = (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    )
    applied = "SELECT number, title FROM penchant_migrations"
    return [
        asked(database, COLUMNS),
        sorted(asked(database, indexes)),
        sorted(asked(database, applied)),
    ]


@pytest.mark.parametrize("table", DOCUMENTED)
def test_a_documented_table_has_its_documented_columns_first(database: str, table: str) -> None:
    told = [" ".join(column.split()) for column in DOCUMENTED[table].split(";")]

    found = [
        f"{name} {kind} {default or ''}".strip()
        for relation, _, name, kind, _, default in asked(database, COLUMNS)
        if relation == table
    ]

    assert found[: len(told)] == told


@pytest.mark.parametrize("index", INDEXES)
def test_a_documented_index_has_its_name_and_its_columns(database: str, index: str) -> None:
    found = asked(database, f"SELECT indexdef FROM pg_indexes WHERE indexname = '{index}'")

    assert INDEXES[index] in str(found)


def test_events_are_unique_by_id_and_time_and_parted_by_month(database: str) -> None:
    key = asked(
        database,
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = 'interaction_events'::regclass AND contype = 'p'",
    )
    parted = asked(database, "SELECT pg_get_partkeydef('interaction_events'::regclass)")

    assert key == [('PRIMARY KEY (event_id, "timestamp")',)]
    assert parted == [('RANGE ("timestamp")',)]


def test_opening_a_store_twice_changes_nothing(empty: str) -> None:
    PostgresStore(empty, 1, 2).close()
    first = layout(empty)

    PostgresStore(empty, 1, 2).close()

    assert layout(empty) == first
    assert [number for number, _ in first[2]] == [one.number for one in migrations()]


def test_processes_that_open_a_new_database_at_once_all_succeed(empty: str, database: str) -> None:
    opening = [subprocess.Popen([sys.executable, "-c", OPEN, empty], cwd=ROOT) for _ in range(4)]

    assert [process.wait(60) for process in opening] == [0] * 4
    assert layout(empty) == layout(database)


@pytest.mark.parametrize("number", [migration.number for migration in migrations()])
def test_what_a_store_of_an_earlier_layout_holds_is_there_in_the_present_one(
    empty: str, database: str, number: int
) -> None:
    event = Event(id="e", user="ann", kind="click", at=1)
    with psycopg.connect(empty, autocommit=True) as connection:
        prepare(connection, "here", number)
        connection.execute(
            "INSERT INTO interaction_events (event_id, timestamp, event_type, user_id, log_position, "
            "body) VALUES ('e', '1970-01-01 00:00:00.000001Z', 'click', 'ann', 1, %s)",
            (events.encode(event),),
        )
        connection.execute(
            "INSERT INTO event_ids VALUES ('e'); INSERT INTO log_users VALUES ('ann')"
        )
        connection.execute("UPDATE log_months SET last_position = 1 WHERE starts = '-infinity'")
        connection.execute("UPDATE log_state SET version = 1, last_position = 1")
        if number >= 2:
            connection.execute(
                "INSERT INTO catalogue_items VALUES ('tea', 0, 0, 1, 1, TRUE, TRUE, NULL, %s)",
                (catalogue.encode(Item(id="tea")),),
            )
            connection.execute("UPDATE log_state SET catalogue_change = 1")

    store = PostgresStore(empty, 1, 2)

    assert layout(empty) == layout(database)
    assert (store.tail("ann", 0), store.users(), store.end()) == ([(1, event)], ["ann"], 1)
    assert list(store.current(["tea"])) == ["tea"] * (number >= 2)
    assert store.commit([Append([event, Event(id="f", user="ann", kind="click", at=1)])]) == [1]
    assert store.commit([PutItems([Item(id="tea", title="green")])]) == [1]
    store.close()


def test_a_migration_that_fails_leaves_nothing_behind(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = (*migrations()[:2], migrations()[2]._replace(sql="CREATE TABLE half (); SELECT 1 / 0"))
    monkeypatch.setattr("penchant.io.stores.postgres_layout.migrations", lambda: broken)

    with pytest.raises(StoreUnavailable, match="division by zero"):
        PostgresStore(empty, 1, 2)

    assert asked(empty, "SELECT max(number) FROM penchant_migrations") == [(2,)]
    assert asked(empty, "SELECT to_regclass('half')") == [(None,)]


def test_a_newer_layout_is_refused(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("INSERT INTO penchant_migrations VALUES (99, 'from the future')")

    with pytest.raises(
        StoreIncompatible, match=r"layout 99, this penchant knows .*; upgrade penchant"
    ):
        PostgresStore(database, 1, 2)


@pytest.mark.parametrize("table", ["interaction_events", "snapshots", "penchant_migrations"])
def test_another_programs_table_is_left_alone(empty: str, table: str) -> None:
    with psycopg.connect(empty, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE {table} (precious TEXT)")
    before = asked(empty, COLUMNS)

    with pytest.raises(StoreIncompatible, match=rf"{table}.*name another database, or a schema"):
        PostgresStore(empty, 1, 2)

    assert asked(empty, COLUMNS) == before


def test_another_schema_is_a_store_of_its_own(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute('CREATE SCHEMA "Own Place"')
    own = f"{database}?options=-csearch_path%3D%22Own%5C%20Place%22"

    public, other = PostgresStore(database, 1, 2), PostgresStore(own, 1, 2)
    other.commit([Append([Event(id="e", user="ann", kind="click", at=1)])])

    assert (public.count(), other.count()) == (0, 1)
    assert layout(own)[2] == layout(database)[2]
    public.close()
    other.close()


def test_a_schema_that_is_not_there_is_said(database: str) -> None:
    with pytest.raises(
        StoreUnavailable, match=r"no schema of the search_path exists.*CREATE SCHEMA"
    ):
        PostgresStore(f"{database}?options=-csearch_path%3Dnowhere", 1, 2)


def test_a_database_of_another_encoding_is_refused(postgres: str) -> None:
    with psycopg.connect(postgres.format("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
        try:
            with pytest.raises(StoreIncompatible, match=r"encoded as LATIN1.*--encoding UTF8"):
                PostgresStore(postgres.format("latin"), 1, 2)
        finally:
            admin.execute("DROP DATABASE latin WITH (FORCE)")


def test_an_older_server_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penchant.io.stores.postgres_layout.OLDEST", 999)

    with pytest.raises(StoreIncompatible, match=r"is PostgreSQL \d\d; penchant needs 999 or newer"):
        PostgresStore(database, 1, 2)
