from __future__ import annotations

import pytest

from penchant.core.item import Item
from penchant.core.ports import PutItems, RemoveItem, Store
from penchant.serve import shelf as module
from penchant.serve.shelf import Shelf

TEA, CUP = Item(id="tea", category="drink"), Item(id="cup", category="thing")


def test_what_changed_is_seen_after_a_refresh(store: Store) -> None:
    shelf = Shelf(store, 10)
    before = shelf.current("tea"), shelf.find("tea", 1), shelf.of_category("drink")
    store.commit([PutItems([TEA])])

    shelf.refresh()

    assert before == (None, None, [])
    assert (shelf.current("tea"), shelf.find("tea", 1), shelf.of_category("drink")) == (
        TEA,
        TEA,
        ["tea"],
    )


def test_a_removed_item_still_teaches_and_is_told_from_an_unknown_one(store: Store) -> None:
    store.commit([PutItems([TEA]), RemoveItem("tea")])
    shelf = Shelf(store, 10)

    assert shelf.current("tea") is None
    assert shelf.find("tea", 1) == TEA
    assert (shelf.removed("tea"), shelf.removed("cup")) == (True, False)


@pytest.mark.parametrize("changes", [1, 2, 3])
def test_more_changes_than_are_read_at_once_are_not_missed(
    store: Store, monkeypatch: pytest.MonkeyPatch, changes: int
) -> None:
    monkeypatch.setattr(module, "_CHANGES", 2)
    shelf = Shelf(store, 10)
    for number in range(changes):
        shelf.current(f"i{number}")
    store.commit([PutItems([Item(id=f"i{number}") for number in range(changes)])])

    shelf.refresh()

    assert all(shelf.current(f"i{number}") for number in range(changes))
    assert shelf.change == store.change()


@pytest.mark.parametrize("capacity", [1, 2, 10])
def test_a_small_shelf_answers_as_a_large_one(store: Store, capacity: int) -> None:
    store.commit([PutItems([TEA, CUP])])
    shelf = Shelf(store, capacity)

    for _ in range(3):
        assert [shelf.current(id) for id in ("tea", "cup", "none")] == [TEA, CUP, None]
        assert [shelf.find(id, 1) for id in ("tea", "cup", "none")] == [TEA, CUP, None]
