"""Places that are no store, handed to whoever opens one."""

from __future__ import annotations

import gc
import os
import sqlite3
from pathlib import Path
from threading import enumerate as enumerate_threads
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, StoreError, StoreIncompatible, StoreUnavailable

FILES = Path("/proc/self/fd")


@pytest.mark.parametrize("place", ["", "a\0b", "a\ud800", None, 7, b"\0", ["taste"]], ids=ascii)
def test_what_is_no_path_is_refused_as_a_place(place: Any) -> None:
    with pytest.raises(InvalidArgument, match="store: expected the path of a file"):
        penchant.open(place)


def test_a_path_too_long_to_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be made: .*File name too long"):
        penchant.open(tmp_path / ("x" * 300))


def test_a_database_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "penchant.db")
    other.execute("CREATE TABLE precious (id)")
    other.close()
    before = (tmp_path / "penchant.db").read_bytes()

    with pytest.raises(StoreIncompatible, match="a database of another program; name another fold"):
        penchant.open(tmp_path)

    assert [one.name for one in tmp_path.iterdir()] == ["penchant.db"]
    assert (tmp_path / "penchant.db").read_bytes() == before


@pytest.mark.skipif(not FILES.exists(), reason="open files are not listed on this system")
def test_a_store_that_cannot_be_read_leaves_no_thread_and_no_file_open(tmp_path: Path) -> None:
    penchant.open(tmp_path, follow=False).close()
    damaged = sqlite3.connect(tmp_path / "penchant.db")
    damaged.execute("DROP TABLE snapshots")
    damaged.close()
    gc.collect()  # what earlier tests left open does not count; it may end meanwhile
    threads, files = set(enumerate_threads()), len(os.listdir(FILES))

    for _ in range(3):
        with pytest.raises(StoreError):
            penchant.open(tmp_path)

    assert set(enumerate_threads()) <= threads
    assert len(os.listdir(FILES)) <= files


def test_a_closed_store_says_to_open_it_again(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        ann = p.user("ann")
        ann.history()

    for ask in (p.trending, p.stats, p.flush, ann.profile, ann.history, ann.recommend):
        with pytest.raises(StoreUnavailable, match="closed; open it again"):
            ask()


def test_a_store_in_a_database_finds_its_files_in_the_folder_that_is_named(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "penchant.toml").write_text('seen = "hide"\n')
    (tmp_path / "kinds.toml").write_text("[mine]\nwave = { weight = 0.4 }\n")
    monkeypatch.chdir(tmp_path)

    with penchant.open(database, follow=False) as p:
        assert (p.parts.settings.seen, "wave" in p.parts.kinds.declared) == ("fade", False)
    monkeypatch.setenv("PENCHANT_CONFIG", str(tmp_path))
    with penchant.open(database, follow=False) as p:
        assert (p.parts.settings.seen, "wave" in p.parts.kinds.declared) == ("hide", True)


def test_a_database_that_cannot_be_prepared_leaves_no_thread(postgres: str) -> None:
    threads = set(enumerate_threads())

    with pytest.raises(StoreUnavailable, match="no such database"):
        penchant.open(postgres.format("nowhere"))

    assert set(enumerate_threads()) <= threads
