"""The shelf: the catalogue as this process remembers it, never staler than the last refresh."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

from penchant.core.item import Item, ItemVersion, in_force
from penchant.core.ports import Store

_CHANGES = 10_000  # changes read at once; beyond, everything is forgotten instead
_NOTHING: tuple[ItemVersion, ...] = ()


class Shelf:
    """A bounded cache of item versions over a store. Safe to use from several threads."""

    def __init__(self, store: Store, capacity: int) -> None:
        self._store = store
        self._capacity = capacity
        self._lock = Lock()
        self._versions: dict[str, tuple[ItemVersion, ...]] = {}
        self._current: dict[str, Item | None] = {}
        self._categories: dict[str, list[str]] = {}
        self._version: int | None = None
        self.change = store.change()

    def refresh(self) -> None:
        """Forget what others have changed since the last refresh. Cheap when nothing has."""
        version = self._store.version()
        if version == self._version:
            return
        with self._lock:
            self._follow(self._store.changed(self.change, _CHANGES))
            self._version = version  # at the end: until then, and if it fails, others look as well

    def _follow(self, changes: list[tuple[int, str]]) -> None:
        if changes:
            self._categories.clear()
        if len(changes) == _CHANGES:
            self._versions.clear()
            self._current.clear()
            self.change = self._store.change()
            return
        for change, id in changes:
            self._versions.pop(id, None)
            self._current.pop(id, None)
            self.change = change

    def find(self, id: str, position: int) -> Item | None:
        """The item as an event at that log position found it; ``None`` if it is unknown."""
        if not self.change:  # nothing was ever put
            return None
        versions = self._versions.get(id)
        if versions is None:
            versions = self._fetched(id)
        if len(versions) == 1:
            return versions[0].item
        return in_force(versions, position) if versions else None

    def met(self, id: str, position: int) -> Item | None:
        """As :meth:`find`, but ``None`` also where the item arrived after the event did."""
        if not self.change:  # nothing was ever put
            return None
        versions = self._versions.get(id)
        if versions is None:
            versions = self._fetched(id)
        if not versions or versions[0].since >= position:
            return None
        return versions[0].item if len(versions) == 1 else in_force(versions, position)

    def current(self, id: str) -> Item | None:
        """The item as it is now; ``None`` if the catalogue does not hold it."""
        try:
            return self._current[id]
        except KeyError:
            with self._lock:
                item = self._store.current([id]).get(id)
                self._remember(self._current, id, item)
                return item

    def of_category(self, category: str) -> list[str]:
        """Ids of the items of a category that the catalogue holds now."""
        ids = self._categories.get(category)
        if ids is None:
            with self._lock:
                ids = self._store.of_category(category)
                self._remember(self._categories, category, ids)
        return ids

    def removed(self, id: str) -> bool:
        """Whether the item was in the catalogue once and is not any more."""
        return self.current(id) is None and self.find(id, 0) is not None

    def fetch(self, ids: Iterable[str]) -> None:
        """Read those of the items that are not here yet, in one go."""
        missing = [id for id in ids if id not in self._current]
        if missing:
            with self._lock:
                found = self._store.current(missing)
                for id in missing:
                    self._remember(self._current, id, found.get(id))

    def _fetched(self, id: str) -> tuple[ItemVersion, ...]:
        with self._lock:
            versions = self._store.versions([id]).get(id, _NOTHING)
            self._remember(self._versions, id, versions)
            return versions

    def _remember(self, shelf: dict[str, Any], id: str, value: object) -> None:
        if len(shelf) >= self._capacity:
            for old in list(shelf)[: self._capacity // 10 + 1]:
                del shelf[old]
        shelf[id] = value
