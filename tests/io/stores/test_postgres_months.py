"""The months of a PostgreSQL log: every event finds its partition, whenever it happened."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import EARLIEST, LATEST, Instant, instant
from penchant.core.ports import Append
from penchant.io.stores.postgres import _TAIL, PostgresStore
from penchant.io.stores.postgres_connections import _SESSION
from penchant.io.stores.postgres_months import month_of
from tests.servers.databases import Databases

PARTITIONS = (
    "SELECT inhrelid::regclass::text FROM pg_inherits "
    "WHERE inhparent = 'interaction_events'::regclass"
)


def at(text: str) -> Instant:
    return instant(datetime.fromisoformat(text))


def event(id: str, at: Instant, user: str = "ann") -> Event:
    return Event(id=id, user=user, kind="click", at=at)


def partitions(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        return {
            name.removeprefix("interaction_events_") for (name,) in connection.execute(PARTITIONS)
        }


def where(database: str) -> dict[str, str]:
    """The partition of each event, by its id."""
    with psycopg.connect(database) as connection:
        found = connection.execute(
            "SELECT event_id, tableoid::regclass::text FROM interaction_events"
        )
        return {id: name.removeprefix("interaction_events_") for id, name in found}


def named(month: datetime) -> str:
    return f"{month:%Y_%m}"


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    store = PostgresStore(database, 1, 3)
    yield store
    store.close()


def test_the_current_month_and_three_more_are_there_before_any_event(database: str) -> None:
    now = datetime.now(UTC)
    months = [now.year * 12 + now.month - 1 + ahead for ahead in range(4)]

    expected = {f"{month // 12}_{month % 12 + 1:02}" for month in months}

    assert partitions(database) - {"before"} >= expected


def test_an_event_of_any_time_finds_its_month(store: PostgresStore, database: str) -> None:
    this_month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    next_month = (this_month + timedelta(days=32)).replace(day=1)
    last_year = this_month - timedelta(days=300)
    told = {
        "first": this_month,
        "last": next_month - timedelta(microseconds=1),
        "a day early": next_month + timedelta(hours=23),
        "a year late": last_year,
        "far ahead": datetime(2199, 2, 28, tzinfo=UTC),
        "thirty years late": this_month - timedelta(days=365 * 30),
    }

    store.commit([Append([event(id, instant(when)) for id, when in told.items()])])
    store.commit([Append([event("1900", EARLIEST), event("9999", LATEST)])])

    assert where(database) == {
        "first": named(this_month),
        "last": named(this_month),
        "a day early": named(next_month),
        "a year late": named(last_year),
        "far ahead": "2199_02",
        "thirty years late": "before",
        "1900": "before",
        "9999": "9999_12",
    }
    assert [one.id for _, one in store.tail("ann", 0)] == [*told, "1900", "9999"]


@given(times=st.lists(st.integers(EARLIEST, LATEST), min_size=1, max_size=8))
@settings(max_examples=15)
def test_whatever_the_times_the_log_is_read_in_its_own_order(
    databases: Databases, times: list[Instant]
) -> None:
    sent = [event(f"e{number}", when, f"user {number % 2}") for number, when in enumerate(times)]
    with databases() as database:
        store = PostgresStore(database, 1, 2)
        for one in sent:
            store.commit([Append([one])])

        for after in range(len(sent) + 1):
            assert store.since(after, 100) == list(enumerate(sent, start=1))[after:]
            assert [one for _, one in store.tail("user 0", after)] == [
                one for one in sent[after:] if one.user == "user 0"
            ]
        assert [one for _, one in store.recent("user 0", 100)] == [
            one for one in sent[::-1] if one.user == "user 0"
        ]
        store.close()


@pytest.mark.parametrize(
    "text", ["1900-01-01", "2024-02-29", "2025-12-31", "9999-11-30", "9999-12-31"]
)
def test_a_month_holds_its_days_and_no_other(text: str) -> None:
    noon = at(f"{text}T12:00:00Z")

    starts, ends = month_of(noon)

    assert starts <= noon < ends
    assert month_of(starts) == month_of(ends - 1) == (starts, ends)
    assert month_of(starts - 1)[1] == starts


def test_a_month_that_two_stores_need_at_once_is_made_once(database: str) -> None:
    stores = [PostgresStore(database, 1, 2) for _ in range(4)]
    far = at("2150-06-15T00:00:00Z")

    with ThreadPoolExecutor(4) as threads:
        told = list(
            threads.map(lambda n: stores[n].commit([Append([event(f"e{n}", far)])]), range(4))
        )

    assert told == [[1]] * 4
    assert set(where(database).values()) == {"2150_06"}
    for store in stores:
        store.close()


def test_a_month_whose_making_is_taken_back_is_made_by_the_next_commit(
    store: PostgresStore, database: str
) -> None:
    far = at("2150-06-15T00:00:00Z")
    unencodable = Event(id="b", user="ann", kind="click", at=far, data={"x": object()})
    with pytest.raises(TypeError):
        store.commit([Append([event("a", far), unencodable])])

    assert "2150_06" not in partitions(database)
    assert store.commit([Append([event("a", far)])]) == [1]
    assert where(database) == {"a": "2150_06"}


def test_reading_on_looks_into_no_month_that_ended_before(
    store: PostgresStore, database: str
) -> None:
    old = datetime.now(UTC) - timedelta(days=200)
    store.commit([Append([event("old", instant(old)), event("new", instant(datetime.now(UTC)))])])
    with psycopg.connect(database) as connection:
        connection.execute(_SESSION)
        connection.execute(f"PREPARE tail(text, bigint, bigint, bigint) AS {_numbered()}")
        plan = "\n".join(
            row for (row,) in connection.execute("EXPLAIN (ANALYZE) EXECUTE tail('ann', 1, 1, 10)")
        )

    assert f"interaction_events_{named(old)}_" in plan
    for line in plan.splitlines():
        if f"interaction_events_{named(old)}_" in line or "interaction_events_before_" in line:
            assert "never executed" in line


def test_reading_on_uses_the_index_by_position_however_much_a_person_did(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("ANALYZE")  # nothing in it: to go through it all would seem quickest
        connection.execute(_SESSION)
        connection.execute(f"PREPARE tail(text, bigint, bigint, bigint) AS {_numbered()}")
        plan = "\n".join(
            row for (row,) in connection.execute("EXPLAIN EXECUTE tail('ann', 1, 1, 10)")
        )

    assert "user_id_log_position_idx" in plan
    assert "timestamp_idx" not in plan
    assert "Sort  " not in plan


def _numbered() -> str:
    sql = _TAIL
    for number in range(1, 5):
        sql = sql.replace("%s", f"${number}", 1)
    return sql
