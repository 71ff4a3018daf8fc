"""The indexes by user and by session of a SQLite file, filled behind the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores.sqlite import FILE, SqliteStore
from penchant.io.stores.sqlite_file import SqliteFile
from tests.io.stores.short_runs import short_runs

__all__ = ["short_runs"]


def event(number: int) -> Event:
    return Event(
        id=f"e{number}", user=f"u{number % 3}", kind="click", at=number, session=f"s{number % 2}"
    )


def events(start: int, stop: int) -> list[Event]:
    return [event(number) for number in range(start, stop)]


def indexed(folder: Path) -> tuple[int, int, int]:
    """Up to where the indexes are complete, and how many entries they have."""
    with closing(sqlite3.connect(folder / FILE)) as file:
        upto = file.execute("SELECT upto FROM indexed").fetchone()[0]
        counts = [
            file.execute(f"SELECT count(*) FROM {index}").fetchone()[0]
            for index in ("by_user", "by_session")
        ]
    return upto, counts[0], counts[1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path)
    yield opened
    opened.close()


def test_a_commit_does_not_wait_for_the_indexes(store: SqliteStore, tmp_path: Path) -> None:
    store.commit([Append(events(0, 4))])

    assert indexed(tmp_path) == (0, 0, 0)
    assert [position for position, _ in store.tail("u0", 0)] == [1, 4]


def test_the_indexes_follow_with_later_commits(store: SqliteStore, tmp_path: Path) -> None:
    for number in range(40):
        store.commit([Append([event(number)])])

    upto, users, sessions = indexed(tmp_path)
    assert 20 <= upto < 40
    assert users >= upto
    assert sessions >= upto


def test_who_only_writes_keeps_a_short_head(tmp_path: Path) -> None:
    for start in (0, 200):  # a new folder, and one with a log in it
        store = SqliteStore(tmp_path)
        for number in range(start, start + 200):
            store.commit([Append([event(number)])])

        assert store._head.floor > start + 170
        assert indexed(tmp_path)[0] > start + 170
        store.close()


def test_two_who_only_write_index_what_both_wrote(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path), SqliteStore(tmp_path)

    for number in range(0, 1_200, 6):
        one.commit([Append(events(number, number + 3))])
        other.commit([Append(events(number + 3, number + 6))])

    assert indexed(tmp_path)[0] > 1_150
    for store in (one, other):
        assert store._head.floor > 1_150
        assert [event.id for _, event in store.since(0, 2_000)] == [f"e{n}" for n in range(1_200)]
        store.close()


def test_closing_leaves_everything_indexed(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.commit([Append(events(0, 12))])

    store.close()

    assert indexed(tmp_path) == (12, 12, 12)


def test_a_commit_that_fails_takes_its_entries_back_and_they_come_again(store: SqliteStore) -> None:
    store.commit([Append(events(0, 6))])
    full = Event(id="full", user="u", kind="click", at=0, data={"n": 2**70})

    with pytest.raises(OverflowError):
        store.commit([Append([event(6)]), Append([full])])
    for number in range(7, 30):
        store.commit([Append([event(number)])])

    assert [one.id for _, one in store.tail("u0", 0)] == [
        f"e{n}" for n in range(0, 30, 3) if n != 6
    ]


def test_a_run_that_a_dead_process_left_is_taken_over(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path)
    for number in range(7):
        first.commit([Append([event(number)])])
    first._wrote = False  # it dies: nothing is finished at the end
    first.close()
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        assert file.execute("SELECT name FROM indexed").fetchone()[0] is not None

    second = SqliteStore(tmp_path)
    for number in range(7, 80):
        second.tail("u0", 0)
        second.commit([Append([event(number)])])

    assert indexed(tmp_path)[0] > 40
    assert len(second.tail("u1", 0)) == 27
    second.close()


def test_two_processes_index_together_what_both_wrote(tmp_path: Path) -> None:
    one, other = SqliteStore(tmp_path), SqliteStore(tmp_path)
    for number in range(0, 60, 2):
        one.commit([Append([event(number)])])
        other.commit([Append([event(number + 1)])])
        assert one.tail("u0", 0) == other.tail("u0", 0)
        assert one.session("s1", 100) == other.session("s1", 100)

    for store in (one, other):
        assert [event.id for _, event in store.since(0, 100)] == [f"e{n}" for n in range(60)]
        assert [position for position, _ in store.recent("u2", 3)] == [60, 57, 54]
        store.close()
    assert indexed(tmp_path) == (60, 60, 60)


def test_who_was_asleep_for_long_reads_only_what_is_not_indexed(tmp_path: Path) -> None:
    asleep = SqliteStore(tmp_path)
    asleep.tail("u0", 0)
    writer = SqliteStore(tmp_path)
    writer.commit([Append(events(0, 50))])
    writer.close()

    found = asleep.tail("u0", 0)

    assert len(found) == 17
    assert asleep._head.floor == 50
    asleep.close()


def test_indexes_that_stay_behind_at_the_end_are_said_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path)
    store.commit([Append(events(0, 9))])

    def away(self: SqliteFile) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(SqliteFile, "transaction", away)
    store.close()
    monkeypatch.undo()

    assert "stay behind: away" in caplog.text
    again = SqliteStore(tmp_path)
    assert len(again.tail("u0", 0)) == 3
    again.close()
