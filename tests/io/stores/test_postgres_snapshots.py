"""Profiles in a PostgreSQL store: what SQL finds of a person."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

import penchant
from penchant.core.instant import DAY, HOUR, instant
from penchant.core.ports import SaveSnapshots, Snapshot
from penchant.io.stores.postgres import PostgresStore
from penchant.serve.engine import Penchant
from tests.conftest import NOON, ManualClock


def asked(database: str, sql: str) -> list[dict[str, Any]]:
    with psycopg.connect(database, row_factory=dict_row) as connection:
        return connection.execute(sql).fetchall()


def lived(p: Penchant, day: int) -> None:
    """Ann's events of one day: a session of 20 minutes."""
    p.track_many(
        {
            "id": f"{day} {minute}",
            "user": "ann",
            "kind": "click",
            "item": "tea",
            "at": (NOON + day * DAY + (minute - 40) * 60_000_000) / 1e6,
            "success": minute < 20,
            "duration_ms": 10,
            "data": {"tags": ["hot"], "category": "drink"},
        }
        for minute in (0, 10, 20)
    )


def test_the_columns_of_a_profile_are_its_readings(database: str, clock: ManualClock) -> None:
    with penchant.open(database, clock=clock, follow=False) as p:
        lived(p, 0)
        p.user("ann").set(role="cook\0")
        p.user("ann").prefer(layout="compact")
        profile = p.user("ann").profile()
        p.flush()

    [found] = asked(database, "SELECT * FROM behavioral_vectors")

    assert found["user_id"] == "ann"
    assert instant(found["computed_at"]) == NOON
    assert found["total_interactions"] == 5
    assert found["total_sessions"] == profile.sessions["count"] == 1
    assert found["avg_session_duration_minutes"] == pytest.approx(20.0)
    assert found["usage_patterns"]["parts_of_day"] == profile.habits["parts_of_day"]
    assert found["usage_patterns"]["kinds"] == {"click": 3, "preferences": 1, "traits": 1}
    assert found["user_preferences"]["interests"] == profile.interests
    assert found["user_preferences"]["categories"] == profile.categories
    assert found["user_preferences"]["items"] == profile.items
    assert found["user_preferences"]["traits"] == {"role": "cook\ufffd"}
    assert found["user_preferences"]["preferences"]["layout"]["value"] == "compact"
    assert found["proficiency_indicators"] == profile.outcomes
    assert (found["expertise_level"], found["adaptive_ux_config"]) == (None, None)


def test_the_history_has_one_row_a_day_the_last_of_it(database: str, clock: ManualClock) -> None:
    with penchant.open(database, clock=clock, follow=False) as p:
        for day in range(2):
            for _ in range(2):  # twice a day
                clock.now = max(clock.now, NOON + day * DAY) + HOUR
                p.track("ann", "click", "tea", durable=True)
                p.user("ann").profile()
                p.flush()

    found = asked(database, "SELECT * FROM bv_history ORDER BY computed_at")

    assert [instant(row["computed_at"]) for row in found] == [
        NOON + 2 * HOUR,
        NOON + DAY + 2 * HOUR,
    ]
    assert [row["total_interactions"] for row in found] == [2, 4]
    assert [row["snapshot"]["readings"]["activity"]["value"]["events"] for row in found] == [2, 4]


def test_a_rebuild_fills_the_columns(database: str) -> None:
    with penchant.open(database, follow=False) as p:
        lived(p, 0)
        p.rebuild(processes=2)

        assert [
            row["total_interactions"] for row in asked(database, "TABLE behavioral_vectors")
        ] == [3]
        assert p.check().passed


def test_a_person_saved_twice_in_one_write_is_the_one_that_saw_more(database: str) -> None:
    def seen(upto: int, body: bytes) -> Snapshot:
        return Snapshot("user", "ann", "f", upto, 0, 0, body)

    store = PostgresStore(database, 1, 2)

    told = store.commit([SaveSnapshots([seen(1, b"old"), seen(3, b"new"), seen(2, b"between")])])

    assert told == [3]
    assert store.load("user", "ann") == seen(3, b"new")
    store.close()


def test_states_of_one_key_in_two_scopes_are_two(database: str) -> None:
    store = PostgresStore(database, 1, 2)
    kept = [Snapshot(scope, "ann", "f", 1, 2, 3, scope.encode()) for scope in ("user", "everyone")]

    store.commit([SaveSnapshots(kept)])

    assert [store.load(scope, "ann") for scope in ("user", "everyone")] == kept
    store.close()
