"""The sink of an import: an opened store."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from penchant.core.errors import QueueFull
from penchant.core.event import Event
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems, RemoveItem, Store
from penchant.io import system
from penchant.serve.writer import Writer


class StoreSink:
    """An opened store as the place where an import puts what it reads."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._began = system.now()

    def append(self, events: Sequence[Event]) -> int:
        while True:
            try:
                return self._writer.write(Append(events))
            except QueueFull:  # other threads write too: wait until what they put is stored
                self._writer.flush()

    def put(self, items: Sequence[Item]) -> int:
        known = self._store.current([item.id for item in items])
        changed = []
        for item in items:
            before = known.get(item.id)
            if before is not None and (item.added or 0) >= self._began:
                item = msgspec.structs.replace(item, added=before.added)
            if item != before:
                changed.append(item)
        if changed:
            self._writer.write(PutItems(changed))
        return len(changed)

    def remove(self, item: str) -> None:
        self._writer.write(RemoveItem(item))
