"""What SQL finds of an event in ``interaction_events``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores.postgres import PostgresStore
from tests.generate import events
from tests.servers.databases import Databases

# Whatever may stand in a map: text with every character, numbers of every size, nested.
PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["Cs"])),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    ),
    max_leaves=8,
)
NAMED = (
    *("severity", "capsule_type", "capsule_category", "interaction_target", "action_id"),
    *("component_id", "time_since_last_interaction_ms", "device_id", "device_type", "device", "x"),
)
MAPS = st.dictionaries(st.sampled_from(NAMED), PLAIN, max_size=6)


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    store = PostgresStore(database, 1, 2)
    yield store
    store.close()


def row(store: PostgresStore, database: str, event: Event) -> dict[str, Any]:
    """The event's row as SQL sees it, without what only the store reads."""
    store.commit([Append([event])])
    with psycopg.connect(database, row_factory=dict_row) as connection:
        [found] = connection.execute("SELECT * FROM interaction_events").fetchall()
    return {name: value for name, value in found.items() if name not in ("body", "created_at")}


def test_every_field_has_its_documented_column(store: PostgresStore, database: str) -> None:
    event = Event(
        id="evt_1",
        user="ann",
        kind="click",
        at=1_767_268_800_000_001,
        item="run-5k",
        session="s",
        success=False,
        error="no way",
        duration_ms=12.5,
        context={"device_id": "d1", "device_type": "ios", "weather": "rain"},
        data={
            "severity": "warning",
            "capsule_type": "course",
            "capsule_category": "sport",
            "interaction_target": "button",
            "action_id": "start",
            "component_id": "card",
            "time_since_last_interaction_ms": 1_999.5,
        },
    )

    assert row(store, database, event) == {
        "event_id": "evt_1",
        "timestamp": datetime(2026, 1, 1, 12, 0, 0, 1, tzinfo=UTC),
        "event_type": "click",
        "severity": "warning",
        "user_id": "ann",
        "session_id": "s",
        "device_id": "d1",
        "device_type": "ios",
        "capsule_id": "run-5k",
        "capsule_type": "course",
        "capsule_category": "sport",
        "interaction_target": "button",
        "action_id": "start",
        "component_id": "card",
        "duration_ms": 12,
        "time_since_last_interaction_ms": 2_000,
        "interaction_data": event.data,
        "success": False,
        "error_message": "no way",
        "context": event.context,
        "log_position": 1,
    }


def test_what_an_event_does_not_tell_is_null_and_the_severity_info(
    store: PostgresStore, database: str
) -> None:
    found = row(store, database, Event(id="e", user="ann", kind="click", at=1))

    told = {name: value for name, value in found.items() if value is not None}
    assert told == {
        "event_id": "e",
        "timestamp": datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        "event_type": "click",
        "severity": "info",
        "user_id": "ann",
        "log_position": 1,
    }


def test_columns_hold_what_fits_and_the_log_holds_everything(
    store: PostgresStore, database: str
) -> None:
    event = Event(
        id="e" * 255,
        user="😀" * 255,
        kind="k" * 64,
        at=1,
        error="a\0b",
        duration_ms=1e300,
        context={"device": "a\0" * 40},
        data={"severity": "s" * 30, "capsule_category": 7, "note": "a\0b \\u0000"},
    )

    found = row(store, database, event)

    assert found["event_type"] == "k" * 50
    assert found["user_id"] == "😀" * 255
    assert (found["severity"], found["capsule_category"]) == ("s" * 20, None)
    assert (found["duration_ms"], found["error_message"]) == (2**31 - 1, "a\ufffdb")
    assert found["device_type"] == "a\ufffd" * 25
    assert found["interaction_data"]["note"] == "a\ufffdb \\ufffd"
    assert [one for _, one in store.since(0, 1)] == [event]


@given(made=events(12, ("ann", "bob")), context=MAPS, data=MAPS, text=st.text(max_size=40))
@settings(max_examples=20)
def test_any_event_is_stored_and_read_back_whole(
    databases: Databases, made: list[Event], context: Any, data: Any, text: str
) -> None:
    strange = Event(
        id="strange",
        user="ann",
        kind="click",
        at=1,
        text=text,
        error=text,
        context=context,
        data=data,
    )
    with databases() as database:
        store = PostgresStore(database, 1, 2)

        store.commit([Append([*made, strange])])

        assert [event for _, event in store.since(0, 100)] == [*made, strange]
        store.close()
