from __future__ import annotations

from pathlib import Path

import penchant
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
