from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.core.event import Event, Logged
from penchant.core.instant import DAY
from penchant.io.stores import archive as archives
from penchant.io.stores.archive import MANIFEST, Archive
from tests.conftest import NOON


def logged(*positions: int, user: str | None = None) -> list[Logged]:
    """One event a day from new year on; users in an order of their own."""
    return [
        (
            position,
            Event(
                id=f"e{position}",
                user=user or f"u{position * 7 % 5}",
                kind="click",
                at=NOON + position * DAY,
                session=f"s{position % 2}",
                data={"nul": "\0", "half": 0.5},
            ),
        )
        for position in positions
    ]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def filled(archive: Archive, *runs: tuple[int, int]) -> list[Logged]:
    """Archive runs of positions; all that they hold."""
    held: list[Logged] = []
    for after, upto in runs:
        with archive.alone():
            one = logged(*range(after + 1, upto + 1))
            assert archive.add(after, one) == upto
        held += one
    return held


def test_what_was_archived_is_read_back_whole(archive: Archive) -> None:
    held = filled(archive, (0, 40), (40, 45))

    reader = archive.between(0, 45)

    assert reader.since(0, 100) == held
    assert reader.tail("u1", 0) == [one for one in held if one[1].user == "u1"]
    assert (
        reader.tail("u1", 20, limit=2)
        == [one for one in held if one[1].user == "u1" and one[0] > 20][:2]
    )
    assert (
        reader.latest("session", "s1", 3)
        == [one for one in held[::-1] if one[1].session == "s1"][:3]
    )
    assert (
        reader.latest("user", "u2", 1, before=10)
        == [one for one in held[::-1] if one[1].user == "u2" and one[0] < 10][:1]
    )
    assert reader.users("u1", 2) == ["u2", "u3"]
    assert reader.count() == 45


def test_a_log_is_read_on_in_pages_and_from_anywhere(archive: Archive) -> None:
    held = filled(archive, (0, 30), (30, 45))
    reader = archive.between(0, 45)

    pages = [reader.since(after, 7) for after in range(0, 45, 7)]

    assert [one for page in pages for one in page] == held
    assert reader.since(12, 3) == held[12:15]
    assert reader.since(45, 3) == []


def test_a_month_is_a_file_sorted_by_user(archive: Archive) -> None:
    filled(archive, (0, 45))

    months = sorted(archive.folder.glob("*/*.parquet"))

    assert [month.name for month in months] == ["2026-01.parquet", "2026-02.parquet"]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f'SELECT "user", log_position, "at" FROM \'{months[0]}\''
        ).fetchall()
    assert [row[:2] for row in rows] == sorted(row[:2] for row in rows)
    assert {at.month for *_, at in rows} == {1}


def test_positions_that_are_gone_are_not_read(archive: Archive) -> None:
    held = filled(archive, (0, 10), (10, 20))

    reader = archive.between(14, 20)

    assert reader.since(0, 100) == held[14:]
    assert reader.count() == 6
    assert reader.tail("u2", 0) == [one for one in held[14:] if one[1].user == "u2"]
    assert reader.latest("user", "u2", 9) == reader.tail("u2", 0)[::-1]
    assert "u1" in reader.users("", 10)


def test_runs_that_hold_only_what_is_gone_are_deleted(archive: Archive) -> None:
    filled(archive, (0, 10), (10, 20))

    archive.drop(15)

    assert [run.name for run in archive.folder.iterdir() if run.is_dir()] == [
        "000000000011-000000000020"
    ]
    assert archive.between(15, 20).count() == 5


def test_a_run_that_the_log_did_not_leave_to_is_written_again(archive: Archive) -> None:
    filled(archive, (0, 10), (10, 20))
    held = filled(archive, (10, 25))

    assert archive.between(10, 25).since(0, 100) == held
    assert archive.between(0, 10).count() == 10


@pytest.mark.parametrize("left", [(0, 9), (0, 21), (20, 30)])
def test_a_part_that_is_not_there_is_said(archive: Archive, left: tuple[int, int]) -> None:
    filled(archive, (0, 10), (10, 20))

    with pytest.raises(StoreIncompatible, match="does not hold the events after position"):
        archive.between(*left)


def test_a_file_that_somebody_took_away_is_said(archive: Archive) -> None:
    filled(archive, (0, 10))
    next(archive.folder.glob("*/*.parquet")).unlink()

    with pytest.raises(StoreIncompatible, match="put its files back"):
        archive.between(0, 10)


def test_a_file_that_is_no_parquet_is_said(archive: Archive) -> None:
    filled(archive, (0, 10))
    next(archive.folder.glob("*/*.parquet")).write_bytes(b"nothing")

    with pytest.raises(StoreUnavailable, match="the archive is unavailable"):
        archive.between(0, 10).count()


def test_a_damaged_manifest_is_said(archive: Archive) -> None:
    filled(archive, (0, 10))
    (archive.folder / MANIFEST).write_text("{")

    with pytest.raises(StoreIncompatible, match=r"manifest\.json is damaged"):
        archive.between(0, 10)


def test_who_waits_for_another_that_archives_can_be_told_not_to(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LOOK", 0.01)
    told: list[str] = []

    def waiting() -> None:
        told.append("waits")
        if len(told) == 3:
            raise KeyboardInterrupt

    with archive.alone(), pytest.raises(KeyboardInterrupt), archive.alone(waiting):
        told.append("had it")

    assert told == ["waits"] * 3


def test_the_patience_with_another_that_archives_ends(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "LOOK", 0.01)
    monkeypatch.setattr(archives, "PATIENCE", 0.0)

    refused = pytest.raises(StoreUnavailable, match="wait for the process")
    with archive.alone(), refused, archive.alone():
        pass


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    archive = Archive(tmp_path / "taken")

    with pytest.raises(StoreUnavailable, match="cannot be written"), archive.alone():
        pass


def test_what_runs_that_were_broken_off_left_is_deleted_and_nothing_else(archive: Archive) -> None:
    filled(archive, (0, 5), (5, 20))  # the log leaves up to 5 only: the second run does not count
    shutil.copytree(archive.folder / "000000000001-000000000005", archive.folder / ".part-dead")
    (archive.folder / "notes").mkdir()

    filled(archive, (5, 30))

    assert {path.name for path in archive.folder.iterdir() if path.is_dir()} == {
        "000000000001-000000000005",
        "000000000006-000000000030",
        "notes",
    }


def test_what_is_left_of_a_broken_run_does_no_harm(archive: Archive) -> None:
    def broken() -> list[Logged]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), archive.alone():
        archive.add(0, (one for one in [*logged(1, 2), *broken()]))
    shutil.copytree(archive.folder, archive.folder / "000000000001-000000000010")

    held = filled(archive, (0, 10))

    assert archive.between(0, 10).since(0, 100) == held
    assert not list(archive.folder.glob(".part*"))
