"""What an acknowledgement promises, on a disk that is full and of a process that is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

import penchant
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores import open_store
from penchant.io.stores.sqlite import FILE, SqliteStore
from tests.conftest import ManualClock

ROOM = 1_500_000  # bytes that a file may have
TRACKS = """
import resource, signal, sys, penchant
from penchant.core.errors import StoreUnavailable
p = penchant.open(sys.argv[1], follow=False)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
number = 0
try:
    while True:
        p.track_many([{"id": f"e{number + n}", "user": "ann", "kind": "click"} for n in range(100)])
        number += 100
except StoreUnavailable as error:
    print(number, error, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
assert p.track_many([{"id": "after", "user": "ann", "kind": "click"}]).accepted == 1
p.close()
"""
SAYS_SO = """
import sys, penchant
p = penchant.open(sys.argv[1])
p.track("ann", "click", id="e1")
print("tracked", flush=True)
sys.stdin.read()
"""


def test_a_full_disk_takes_nothing_that_it_acknowledges(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TRACKS, str(tmp_path), str(ROOM)], capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    acknowledged = int(ran.stdout.split()[0])
    assert "is unavailable" in ran.stdout
    with penchant.open(tmp_path, follow=False) as p:
        stored = {event.id for _, event in p.parts.store.since(0, 1_000_000)}
        assert acknowledged >= 1_000
        assert stored == {f"e{number}" for number in range(acknowledged)} | {"after"}
        assert p.check().passed


def test_what_was_tracked_becomes_durable_without_being_asked(tmp_path: Path) -> None:
    killed = subprocess.Popen(
        [sys.executable, "-c", SAYS_SO, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert killed.stdout is not None
    assert killed.stdout.readline() == b"tracked\n"
    other = open_store(tmp_path)
    while not other.count() and killed.poll() is None:
        pass
    other.close()

    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    with penchant.open(tmp_path, follow=False) as p:
        assert [event.id for event in p.user("ann").history()] == ["e1"]


def test_a_folder_waits_for_the_disk_with_every_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)

    connections = [store._file.writer, store._file._watcher]
    waits = [one.execute("PRAGMA synchronous").fetchone()[0] for one in connections]
    modes = [one.execute("PRAGMA journal_mode").fetchone()[0] for one in connections]

    assert (waits, modes) == ([2, 2], ["wal", "wal"])  # 2 is FULL
    store.close()


def test_a_database_commits_as_its_server_is_set(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = remote_apply', "
            "current_database()); END $$"
        )
    store = open_store(database)

    store.commit([Append([Event(id="e", user="ann", kind="click", at=1)])])

    told = store._connections.rows("SHOW synchronous_commit")  # type: ignore[attr-defined]  # of PostgreSQL
    assert told == [("remote_apply",)]
    store.close()


def test_what_is_in_memory_is_gone_with_the_store() -> None:
    with penchant.open(":memory:") as p:
        p.track("ann", "click", durable=True)

    with penchant.open(":memory:") as p:
        assert p.user("ann").history() == []


def test_a_snapshot_that_is_lost_is_folded_again(tmp_path: Path, clock: ManualClock) -> None:
    with penchant.open(tmp_path, clock=clock, follow=False) as p:
        p.track_many({"user": "ann", "kind": "click", "item": f"i{n}"} for n in range(100))
        before = p.user("ann").profile().to_dict()["readings"]["items"]
    with sqlite3.connect(tmp_path / FILE) as file:
        assert file.execute("DELETE FROM snapshots").rowcount

    with penchant.open(tmp_path, clock=clock, follow=False) as p:
        assert p.user("ann").profile().to_dict()["readings"]["items"] == before


def test_a_process_that_is_killed_at_once_after_an_answer_has_kept_its_word(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys, penchant\n"
        "p = penchant.open(sys.argv[1])\n"
        "p.track('ann', 'click', id='one', durable=True)\n"
        "p.track_many([{'user': 'ann', 'kind': 'click', 'id': 'two'}])\n"
        "p.track('ann', 'click', id='three')\n"
        "p.flush()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)])

    assert killed.returncode == -signal.SIGKILL
    with penchant.open(tmp_path, follow=False) as p:
        assert {event.id for event in p.user("ann").history()} == {"one", "two", "three"}


@pytest.mark.parametrize("when", ["closing", "end"])
def test_the_end_of_a_process_stores_what_it_tracked(tmp_path: Path, when: str) -> None:
    last = "p.close()" if when == "closing" else "pass"
    program = (
        f"import sys, penchant\np = penchant.open(sys.argv[1])\np.track('ann', 'click')\n{last}"
    )

    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)])

    assert ran.returncode == 0
    with penchant.open(tmp_path, follow=False) as p:
        assert len(p.user("ann").history()) == 1
