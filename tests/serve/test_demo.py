"""The demo: ends within its steps, and touches no folder but its own."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from time import perf_counter

import pytest
from rich.console import Console

import penchant
from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.instant import DAY, Instant
from penchant.serve.demo import Demo, Size

NOW: Instant = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
SMALL = Size(users=50, items=200, days=8)


def shown(folder: Path, now: Instant = NOW, size: Size = SMALL) -> str:
    out = StringIO()
    Demo(folder, Console(file=out, width=80, highlight=False), now, size).run()
    return out.getvalue()


def test_the_demo_shows_all_its_steps_in_80_columns(tmp_path: Path) -> None:
    text = shown(tmp_path / "demo")

    for step in ("1. A store", "2. A profile", "3. Rec", "4. One event", "5. Did it help", "6. To"):
        assert step in text
    told = [line for line in text.splitlines() if str(tmp_path) not in line]
    assert max(map(len, told)) <= 80


def test_the_demo_leaves_a_store_that_can_be_asked(tmp_path: Path) -> None:
    shown(tmp_path / "demo")

    with penchant.open(tmp_path / "demo", clock=lambda: NOW, follow=False) as p:
        assert p.stats()["events"] > 100
        assert len(p.trending(5)) == 5


def test_the_demo_makes_its_folder_anew(tmp_path: Path) -> None:
    first = shown(tmp_path / "demo")
    second = shown(tmp_path / "demo")

    assert first.split("2. A profile")[0] == second.split("2. A profile")[0]


@pytest.mark.parametrize("day", range(7))
def test_the_event_of_the_demo_changes_the_next_answer(tmp_path: Path, day: int) -> None:
    text = shown(tmp_path / "demo", NOW + day * DAY)  # people live otherwise on each weekday

    assert " new" in text.split("4. One event")[1].split("5. Did it help")[0]


def test_the_demo_takes_less_than_a_minute(tmp_path: Path) -> None:
    began = perf_counter()

    shown(tmp_path / "demo", size=Size())

    assert perf_counter() - began < 60


def test_the_demo_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")

    with pytest.raises(InvalidArgument, match="not made by the demo"):
        Demo(tmp_path, Console(file=StringIO()), NOW + DAY, SMALL).run()

    assert (tmp_path / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["file/demo", "x" * 300])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(
        StoreUnavailable, match=r"cannot be made: .*; name another place with --fol"
    ):
        shown(tmp_path / name)
