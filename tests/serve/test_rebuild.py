from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.ports import SaveSnapshots
from penchant.serve import rebuild
from penchant.serve.engine import Penchant
from penchant.serve.rebuild import Folder
from penchant.serve.states import USER


def test_a_worker_knows_items_that_change_while_it_works(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        parts = p.parts
        worker = Folder(parts.store, parts.fold, parts.crowd, type(parts.shelf)(parts.store, 10))
        p.item("tea", category="drink")
        p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
        worker.users("", "ann")
        p.item("tea", category="food")
        p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])

        worker.users("", "ann")

        names = {one["name"] for one in p.user("ann").profile().categories}
        assert names == {"drink", "food"}
        assert p.check().passed


@pytest.mark.parametrize("processes", [0, -1, 1.5, True, "2"])
def test_a_number_of_processes_that_is_none_is_refused(p: Penchant, processes: Any) -> None:
    with pytest.raises(InvalidArgument, match="processes: expected a whole number from 1"):
        p.rebuild(processes=processes)


@pytest.mark.parametrize("program", ["true", "false", "echo"])
def test_a_worker_that_dies_or_talks_nonsense_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        p.track("ann", "click", durable=True)
        monkeypatch.setattr(sys, "executable", shutil.which(program))

        with pytest.raises(StoreUnavailable, match="a rebuild worker died"):
            p.rebuild(processes=2)

        assert p.check().passed


def test_a_rebuild_that_is_broken_off_does_not_fold_on(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        p.track_many({"user": f"u{number}", "kind": "click"} for number in range(5_000))
        told = []

        def progress(users: int, events: int) -> None:
            told.append(users)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            p.rebuild(processes=1, progress=progress)

        saved = [p.parts.store.load(USER, f"u{number}") for number in range(5_000)]
        assert len(list(filter(None, saved))) <= 1_000


def test_users_who_come_meanwhile_push_nobody_out_of_a_range(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "RANGE", 2)
    parts = p.parts
    worker = Folder(parts.store, parts.fold, parts.crowd, parts.shelf)
    p.track_many({"user": name, "kind": "click"} for name in ("ann", "cyd", "eve"))
    after, last = next(rebuild._ranges(parts.store))
    p.track_many({"user": name, "kind": "click"} for name in ("abe", "bob", "dan"))

    folded = worker.users(after, last)

    assert folded == (4, 4)
    assert parts.store.load(USER, "cyd") is not None
    assert parts.store.load(USER, "dan") is None


def test_a_rebuild_replaces_snapshots_that_are_wrong(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        p.track_many({"user": f"u{n % 2}", "kind": "click", "item": f"i{n}"} for n in range(80))
        p.user("u0").profile()
        p.user("u1").profile()
        p.flush()
        right, other = (p.parts.store.load("user", name) for name in ("u0", "u1"))
        assert right is not None
        assert other is not None
        wrong = right._replace(body=other.body)
        p.parts.store.commit([SaveSnapshots([wrong])])
        p.parts.states.forget()
        assert p.check().differing == ("u0",)

        p.rebuild(processes=2)

        assert p.parts.store.load("user", "u0") == right
        assert p.check().passed
