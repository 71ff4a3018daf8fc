from __future__ import annotations

from pathlib import Path

import penchant
from penchant.core.item import Item
from penchant.core.ports import PutItems, RemoveItem
from penchant.io.stores.memory import MemoryStore
from penchant.serve.engine import Penchant
from penchant.serve.shelf import Shelf


def test_what_others_change_is_seen_after_a_refresh() -> None:
    store = MemoryStore()
    shelf = Shelf(store, capacity=10)
    store.commit([PutItems([Item(id="i", category="run")])])
    shelf.refresh()
    assert shelf.current("i") == Item(id="i", category="run")

    store.commit([PutItems([Item(id="i", category="swim")])])
    shelf.refresh()

    assert shelf.current("i") == Item(id="i", category="swim")
    assert shelf.of_category("swim") == ["i"]


def test_unknown_items_are_remembered_as_unknown_until_they_come() -> None:
    store = MemoryStore()
    shelf = Shelf(store, capacity=10)
    assert shelf.find("i", 1) is None

    store.commit([PutItems([Item(id="i")])])
    shelf.refresh()

    assert shelf.find("i", 1) == Item(id="i")


def test_a_removed_item_teaches_on_but_is_not_current() -> None:
    store = MemoryStore()
    shelf = Shelf(store, capacity=10)
    store.commit([PutItems([Item(id="i")]), RemoveItem("i")])
    shelf.refresh()

    assert shelf.current("i") is None
    assert shelf.removed("i")
    assert shelf.find("i", 1) == Item(id="i")
    assert not shelf.removed("unknown")


def test_more_items_than_fit_are_still_all_found() -> None:
    store = MemoryStore()
    store.commit([PutItems([Item(id=str(number)) for number in range(50)])])
    shelf = Shelf(store, capacity=5)

    assert all(shelf.current(str(number)) is not None for number in range(50))
    assert all(shelf.find(str(number), 1) is not None for number in range(50))


def test_an_item_another_process_hides_is_not_offered_again(tmp_path: Path) -> None:
    with (
        penchant.open(tmp_path, follow=False) as one,
        penchant.open(tmp_path, follow=False) as other,
    ):
        one.put_items([{"id": "tea"}, {"id": "cup"}])
        one.track_many([{"user": "ann", "kind": "click", "item": id} for id in ("tea", "cup")])
        assert offered(other) == {"tea", "cup"}

        one.item("tea", available=False)
        assert offered(other) == {"cup"}
        one.remove_item("cup")
        assert offered(other) == set()


def offered(p: Penchant) -> set[str]:
    return {choice.item for choice in p.trending()}
