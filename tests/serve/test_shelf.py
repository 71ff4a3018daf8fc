from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import penchant
from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event
from penchant.core.item import Item, ItemVersion
from penchant.core.ports import Append, PutItems, RemoveItem, Store
from penchant.io.stores.memory import MemoryStore
from penchant.serve import shelf as module
from penchant.serve.engine import Penchant
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


def test_an_item_is_met_as_it_was_and_not_before_it_arrived(store: Store) -> None:
    before, between = (Event(id=id, user="ann", kind="click", at=1) for id in ("e1", "e2"))
    store.commit([Append([before]), PutItems([TEA]), Append([between])])
    food = Item(id="tea", category="food")
    store.commit([PutItems([food])])
    shelf = Shelf(store, 10)

    assert [shelf.met("tea", position) for position in (1, 2, 3)] == [None, TEA, food]
    assert [shelf.find("tea", position) for position in (1, 2, 3)] == [TEA, TEA, food]
    assert shelf.met("cup", 3) is None


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


def test_more_items_than_fit_are_still_all_found() -> None:
    store = MemoryStore()
    store.commit([PutItems([Item(id=str(number)) for number in range(50)])])
    shelf = Shelf(store, capacity=5)

    assert all(shelf.current(str(number)) is not None for number in range(50))
    assert all(shelf.find(str(number), 1) is not None for number in range(50))


def test_an_empty_catalogue_is_not_asked_for_every_item(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryStore()
    shelf = Shelf(store, capacity=5)
    asked: list[Sequence[str]] = []
    versions = store.versions

    def counted(ids: Sequence[str]) -> dict[str, tuple[ItemVersion, ...]]:
        asked.append(ids)
        return versions(ids)

    monkeypatch.setattr(store, "versions", counted)

    found = [shelf.find("tea", 1)]
    store.commit([PutItems([TEA])])
    shelf.refresh()
    found.append(shelf.find("tea", 1))

    assert found == [None, TEA]
    assert asked == [["tea"]]


def test_a_refresh_that_failed_is_tried_again() -> None:
    class Away(MemoryStore):
        away = True

        def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
            if self.away:
                raise StoreUnavailable("the disk is away")
            return super().changed(after, limit)

    store = Away()
    shelf = Shelf(store, 10)
    shelf.current("tea")
    store.commit([PutItems([TEA])])
    with pytest.raises(StoreUnavailable):
        shelf.refresh()
    store.away = False

    shelf.refresh()

    assert shelf.current("tea") == TEA


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
