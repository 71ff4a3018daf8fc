from __future__ import annotations

from pathlib import Path

import penchant
from penchant.core.ports import SaveSnapshots
from penchant.serve.rebuild import _Folder


def test_a_worker_knows_items_that_change_while_it_works(tmp_path: Path) -> None:
    with penchant.open(tmp_path, follow=False) as p:
        parts = p.parts
        worker = _Folder(parts.store, parts.fold, parts.crowd, type(parts.shelf)(parts.store, 10))
        p.item("tea", category="drink")
        p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
        worker.users("", 10)
        p.item("tea", category="food")
        p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])

        worker.users("", 10)

        names = {one["name"] for one in p.user("ann").profile().categories}
        assert names == {"drink", "food"}
        assert p.check().passed


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
