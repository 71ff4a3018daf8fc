"""Appending to a PostgreSQL log: what is new, what is known already."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.core.ports import Append
from penchant.io.stores import MEMORY, open_store
from penchant.io.stores.postgres import PostgresStore
from tests.servers.databases import Databases


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    store = PostgresStore(database, 1, 2)
    yield store
    store.close()


def event(id: str, at: int = 1, user: str = "ann") -> Event:
    return Event(id=id, user=user, kind="click", at=at)


def test_an_id_counts_once_whatever_time_it_comes_with(store: PostgresStore) -> None:
    first, decades_later = event("a"), event("a", at=20_000 * DAY)

    told = [
        store.commit([Append([first, decades_later])]),
        store.commit([Append([decades_later])]),
        store.commit([Append([event("a", at=5 * DAY, user="bob")])]),
    ]

    assert told == [[1], [0], [0]]
    assert store.since(0, 10) == [(1, first)]
    assert (store.users(), store.end()) == (["ann"], 1)


def test_positions_have_no_gaps_where_events_were_known(store: PostgresStore) -> None:
    store.commit([Append([event("a"), event("a"), event("b")]), Append([event("b"), event("c")])])
    store.commit([Append([event("c")])])
    store.commit([Append([event("c"), event("d")])])

    assert [(at, one.id) for at, one in store.since(0, 10)] == [
        (1, "a"),
        (2, "b"),
        (3, "c"),
        (4, "d"),
    ]


@given(batches=st.lists(st.lists(st.lists(st.integers(0, 8), max_size=5), max_size=3), max_size=5))
@settings(max_examples=20)
def test_every_commit_answers_as_the_one_in_memory(
    databases: Databases, batches: list[list[list[int]]]
) -> None:
    twin = open_store(MEMORY)
    with databases() as database:
        store = PostgresStore(database, 1, 2)

        for commit in batches:
            writes = [Append([event(f"e{number}") for number in batch]) for batch in commit]
            assert store.commit(writes) == twin.commit(writes)

        assert store.since(0, 100) == twin.since(0, 100)
        store.close()
