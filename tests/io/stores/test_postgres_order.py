"""The order of a PostgreSQL log: no reader passes a position that is still to appear."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores import postgres_connections
from penchant.io.stores.postgres import PostgresStore
from tests.io.stores.holding import PATIENCE, held_commit

ROOT = Path(__file__).parents[3]
KILLED = """
import sys
from tests.io.stores.holding import held_commit
from tests.io.stores.test_postgres_order import event
from penchant.io.stores.postgres import PostgresStore

with held_commit(PostgresStore(sys.argv[1], 1, 2), event("killed")):
    print("appended", flush=True)
    sys.stdin.read()
"""


def event(id: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=1, session="s")


def opened(database: str) -> PostgresStore:
    return PostgresStore(database, least=1, most=3)


def wait_for_a_lock(database: str) -> None:
    """Until some session of the database waits for another's lock."""
    give_up = monotonic() + PATIENCE
    waiting = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with psycopg.connect(database, autocommit=True) as admin:
        while admin.execute(waiting).fetchone() == (0,):
            assert monotonic() < give_up, "nobody waits"
            sleep(0.005)


def test_while_a_commit_is_open_no_reader_passes_it_and_the_next_one_waits(database: str) -> None:
    one, other, reader = opened(database), opened(database), opened(database)
    with ThreadPoolExecutor(1) as thread, held_commit(one, event("first")) as (held, first):
        second = thread.submit(other.commit, [Append([event("second")])])
        wait_for_a_lock(database)

        assert (reader.end(), reader.version(), reader.count()) == (0, 0, 0)
        assert (reader.since(0, 10), reader.tail("ann", 0), reader.session("s", 10)) == ([],) * 3
        assert not second.done()
        held.go.set()
        assert (first.result(PATIENCE), second.result(PATIENCE)) == ([1, 1], [1])

    for logged in (reader.since(0, 10), reader.tail("ann", 0)):
        assert [(position, event.id) for position, event in logged] == [(1, "first"), (2, "second")]
    assert (reader.end(), reader.version()) == (2, 2)
    for store in (one, other, reader):
        store.close()


def test_what_is_read_up_to_the_end_is_never_followed_by_a_smaller_position(database: str) -> None:
    stores = [opened(database) for _ in range(4)]
    seen: list[int] = []

    def write(number: int) -> None:
        for count in range(40):
            stores[number].commit([Append([event(f"{number} {count} {n}") for n in range(3)])])

    with ThreadPoolExecutor(3) as threads:
        writing = [threads.submit(write, number) for number in range(3)]
        while not all(one.done() for one in writing) or seen[-1:] != [360]:
            seen += [position for position, _ in stores[3].since(seen[-1] if seen else 0, 50)]
        for one in writing:
            one.result()

    assert seen == list(range(1, 361))
    for store in stores:
        store.close()


def test_a_killed_process_leaves_no_lock_and_nothing_half_done(database: str) -> None:
    store = opened(database)
    killed = subprocess.Popen(
        [sys.executable, "-c", KILLED, database],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"appended\n"

    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    assert store.commit([Append([event("killed"), event("other")])]) == [2]
    assert [event.id for _, event in store.since(0, 10)] == ["killed", "other"]
    store.close()


def test_who_stops_within_a_commit_loses_the_lock_and_commits_later(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(database)
    session = postgres_connections._SESSION.replace(
        "session_timeout = '30s'", "session_timeout = 700"
    )
    monkeypatch.setattr(postgres_connections, "_SESSION", session)
    stopped = opened(database)

    with held_commit(stopped, event("stopped")) as (held, committed):
        assert other.commit([Append([event("other")])]) == [1]
        held.go.set()

        assert committed.result(PATIENCE) == [1, 1]
    assert [event.id for _, event in other.since(0, 10)] == ["other", "stopped"]
    assert list(other.current(["held"])) == ["held"]
    stopped.close()
    other.close()


def test_a_lock_that_is_never_given_back_is_said(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = opened(database)
    session = postgres_connections._SESSION.replace("lock_timeout = '30s'", "lock_timeout = 1")
    monkeypatch.setattr(postgres_connections, "_SESSION", session)
    waiting = opened(database)

    with held_commit(holder, event("a")), pytest.raises(StoreUnavailable, match="kept it locked"):
        waiting.commit([Append([event("b")])])

    assert waiting.commit([Append([event("b")])]) == [1]
    holder.close()
    waiting.close()
