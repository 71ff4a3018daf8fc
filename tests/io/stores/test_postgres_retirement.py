from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant, instant
from penchant.core.ports import Append, Retire, Sweep
from penchant.core.settings import Settings
from penchant.io.stores import open_store
from penchant.io.stores.postgres import PostgresStore

NOW = instant(datetime.now(UTC))  # the server's clock says which months are made ahead
NO_MONTH = {"interaction_events_before"}


def opened(url: str) -> PostgresStore:
    store = open_store(url, Settings(postgres_pool_min=1))
    assert isinstance(store, PostgresStore)
    return store


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    one = opened(database)
    yield one
    one.close()


def event(id: str, at: Instant) -> Event:
    return Event(id=id, user="ann", kind="click", at=at)


def partitions(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'interaction_events'::regclass"
        ).fetchall()
    return {name for (name,) in rows}


def month(at: Instant) -> str:
    day = datetime.fromtimestamp(at / 1e6, UTC)
    return f"interaction_events_{day:%Y_%m}"


def sweep(store: PostgresStore) -> list[int]:
    """What each turn took out, until nothing was left."""
    turns: list[int] = []
    while turns[-1:] != [0]:
        turns += store.commit([Sweep(10)])
    return turns


def test_a_month_that_holds_nothing_else_is_dropped_whole(
    store: PostgresStore, database: str
) -> None:
    old, older = NOW - 100 * DAY, NOW - 200 * DAY
    store.commit([Append([event(f"a{n}", older) for n in range(30)])])
    store.commit([Append([event("b", old), event("c", NOW)])])
    before = partitions(database)

    store.commit([Retire(store.end() - 1, until=old)])

    assert sweep(store) == [30, 1, 0]
    assert before - partitions(database) == {month(older), month(old)}
    assert [one.id for _, one in store.since(0, 99)] == ["c"]


def test_events_beside_younger_ones_are_deleted_one_by_one(
    store: PostgresStore, database: str
) -> None:
    at = NOW - 100 * DAY
    store.commit([Append([event(f"e{n}", at) for n in range(25)])])
    before = partitions(database)

    store.commit([Retire(24, until=at)])

    assert sweep(store) == [10, 10, 4, 0]
    assert partitions(database) == before


def test_a_month_that_was_emptied_before_does_not_end_the_sweeping(
    store: PostgresStore, database: str
) -> None:
    store.commit([Append([event("e1", NOW)])])
    store.commit([Retire(1, NOW)])
    assert sweep(store) == [1, 0]  # event by event, as the month is not over
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE log_months SET ends = now() WHERE last_position = 1")
    store.commit([Append([event("e2", NOW - 3_650 * DAY)])])
    store.commit([Retire(2, NOW)])

    turns = sweep(store)

    assert turns == [1, 0]
    assert month(NOW) not in partitions(database)


def test_what_is_ahead_and_what_is_earlier_than_all_months_stays(
    store: PostgresStore, database: str
) -> None:
    store.commit([Append([event("a", NOW - 4_000 * DAY), event("b", NOW)])])
    before = partitions(database)

    store.commit([Retire(2, until=NOW)])
    sweep(store)

    assert partitions(database) == before
    assert before > NO_MONTH


def test_a_late_event_for_a_dropped_month_has_a_place_whoever_brings_it(
    store: PostgresStore, database: str
) -> None:
    old = NOW - 100 * DAY
    other = opened(database)
    other.commit([Append([event("a", old), event("b", NOW)])])
    store.commit([Retire(1, until=old)])
    sweep(store)

    assert other.commit([Append([event("late", old + 1)])]) == [1]
    assert other.commit([Append([event("a", old)])]) == [0]
    assert store.commit([Append([event("later", old + 2)])]) == [1]

    assert [one.id for _, one in store.tail("ann", 1)] == ["b", "late", "later"]
    assert month(old) in partitions(database)
    other.close()


def test_a_long_query_of_somebody_else_keeps_no_commit_waiting(
    store: PostgresStore, database: str
) -> None:
    old = NOW - 100 * DAY
    store.commit([Append([event(f"a{n}", old) for n in range(15)]), Append([event("b", NOW)])])
    store.commit([Retire(15, until=old)])
    with psycopg.connect(database) as reader:
        assert reader.execute("SELECT count(*) FROM interaction_events").fetchone() == (16,)

        assert sweep(store) == [10, 5, 0]

        assert month(old) in partitions(database)
        assert reader.execute("SELECT count(*) FROM interaction_events").fetchone() == (1,)
    assert sweep(store) == [0]
    assert month(old) not in partitions(database)
