"""Connections to PostgreSQL that are lost: at rest, in the middle of a commit, while it is answered."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psycopg
import pytest

import penchant
from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.core.settings import Settings
from penchant.io.stores import open_store
from penchant.io.stores.postgres import PostgresStore
from tests.io.stores.holding import PATIENCE, held_commit
from tests.servers.postgres import PASSWORD, Postgres
from tests.servers.proxy import Line

END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def event(id: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=1)


def ids(store: PostgresStore) -> list[str]:
    return [event.id for _, event in store.since(0, 100)]


def end_sessions(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(END_ALL)


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    store = PostgresStore(database, least=3, most=5)
    yield store
    store.close()


@pytest.fixture
def line(postgres: str) -> Iterator[Line]:
    line = Line(urlsplit(postgres.format("postgres")).port or 0)
    yield line
    line.close()


@pytest.fixture
def through(line: Line, database: str) -> Iterator[PostgresStore]:
    """A store behind the line."""
    port = urlsplit(database).port
    store = PostgresStore(database.replace(f":{port}/", f":{line.port}/"), least=1, most=2)
    yield store
    store.close()


def test_sessions_that_the_server_ends_are_not_noticed_by_anybody(
    store: PostgresStore, database: str
) -> None:
    for number in range(3):
        end_sessions(database)
        assert store.commit([Append([event(f"e{number}")])]) == [1]
        end_sessions(database)
        assert len(ids(store)) == number + 1


def test_a_commit_whose_session_ends_in_the_middle_is_carried_out_once(
    store: PostgresStore, database: str
) -> None:
    with held_commit(store, event("a")) as (held, committed):
        end_sessions(database)
        held.go.set()

        assert committed.result(PATIENCE) == [1, 1]

    assert ids(store) == ["a"]
    assert [position for position, _ in store.since(0, 10)] == [1]


def test_a_commit_that_was_not_answered_but_done_is_not_done_again(
    line: Line, through: PostgresStore, store: PostgresStore
) -> None:
    cuts: list[bytes] = []

    def after_it_is_done(sent: bytes, server: socket.socket) -> bool:
        if b"COMMIT" not in sent or cuts:
            return False
        cuts.append(sent)
        server.sendall(sent)
        while store.count() == 0:  # until it is done
            pass
        return True

    line.cut = after_it_is_done

    assert through.commit([Append([event("a"), event("b")])]) == [2]
    assert len(cuts) == 1
    assert ids(store) == ["a", "b"]
    assert through.commit([Append([event("b"), event("c")])]) == [1]
    assert (through.version(), through.end()) == (2, 3)


def test_a_commit_that_never_arrived_is_sent_again(line: Line, through: PostgresStore) -> None:
    cuts: list[bytes] = []

    def before_it_arrives(sent: bytes, server: socket.socket) -> bool:
        if b"COMMIT" not in sent or cuts:
            return False
        cuts.append(sent)
        return True  # the server's side stays open: its session still holds the lock

    line.cut = before_it_arrives

    assert through.commit([Append([event("a")])]) == [1]
    assert len(cuts) == 1
    assert [(position, event.id) for position, event in through.since(0, 10)] == [(1, "a")]


def test_a_commit_of_which_nobody_knows_is_not_acknowledged_and_counts_once_when_sent_again(
    line: Line, through: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whenever_it_is_sent(sent: bytes, server: socket.socket) -> bool:
        return b"COMMIT" in sent or b"pg_xact_status" in sent

    monkeypatch.setattr("penchant.io.stores.postgres_connections.PAUSES", (0.01,))
    line.cut = whenever_it_is_sent

    with pytest.raises(StoreUnavailable, match=r"whether it did is unknown: send again"):
        through.commit([Append([event("a")])])
    line.cut = lambda sent, server: False

    assert through.commit([Append([event("a")])]) in ([0], [1])
    assert ids(through) == ["a"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_a_store_works_again_when_its_server_is_back(
    server: Postgres, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penchant.io.stores.postgres_connections.PAUSES", (0.01, 0.01, 0.01))
    with penchant.open(server.url(), follow=False) as p:
        p.track("ann", "click", "tea", id="before", durable=True)

        server.stop(how)
        for ask in (p.user("ann").profile, p.stats, p.trending):
            with pytest.raises(StoreUnavailable, match="is the server running"):
                ask()
        with pytest.raises(StoreUnavailable):
            p.track("ann", "click", "tea", id="refused", durable=True)
        p.track("ann", "click", "tea", id="waits")
        server.start()

        p.flush()
        assert [event.id for event in p.user("ann").history()] == ["waits", "before"]
        assert p.check().passed


def test_a_full_pool_lets_readers_wait(database: str) -> None:
    store = PostgresStore(database, least=1, most=2)

    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: store.end(), range(200)))

    assert found == [0] * 200
    store.close()


def test_a_pool_whose_connections_are_all_kept_says_so(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penchant.io.stores.postgres_connections.PAUSES", (0.01,))
    monkeypatch.setattr("penchant.io.stores.postgres_connections.FREE", 0.05)
    store = PostgresStore(database, least=1, most=2)
    pool = store._connections._pool
    kept = [pool.getconn(PATIENCE) for _ in range(2)]

    with pytest.raises(StoreUnavailable, match="raise the setting 'postgres_pool_max'"):
        store.end()
    for one in kept:
        pool.putconn(one)

    assert store.end() == 0
    store.close()


def test_no_more_connections_are_open_than_the_settings_allow(database: str) -> None:
    store = open_store(database, Settings(postgres_pool_min=2, postgres_pool_max=3))

    with ThreadPoolExecutor(8) as threads, held_commit(store, event("a")):
        list(threads.map(lambda _: store.end(), range(200)))
        with psycopg.connect(database, autocommit=True) as admin:
            [(count,)] = admin.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'penchant' "
                "AND datname = current_database()"
            ).fetchall()

    assert count == 3
    store.close()


def test_an_address_that_is_none_is_refused_without_its_password() -> None:
    for address in (
        f"postgresql://ann:{PASSWORD}%ZZ@host/taste",
        f"postgresql://ann:{PASSWORD}@host/taste?colour=red",
        f"postgresql://ann:{PASSWORD}/x@host:port/taste",
    ):
        with pytest.raises(InvalidArgument, match="is no address of a database") as refused:
            open_store(address)
        assert PASSWORD not in str(refused.value)
