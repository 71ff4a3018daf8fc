"""Commits that stop in the middle, with what they appended still uncommitted."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Flag

from penchant.core.event import Event
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems, Store

PATIENCE = 30.0  # seconds a test waits for what must come


class Held(list[Item]):
    """Items that a commit comes to, and then waits until it is let go."""

    def __init__(self) -> None:
        super().__init__([Item(id="held")])
        self.reached, self.go = Flag(), Flag()

    def __iter__(self) -> Iterator[Item]:
        self.reached.set()
        assert self.go.wait(PATIENCE)
        return super().__iter__()


@contextmanager
def held_commit(store: Store, *events: Event) -> Iterator[tuple[Held, Future[list[int]]]]:
    """A commit that has appended the events and waits; it goes on at the latest at the end."""
    held = Held()
    with ThreadPoolExecutor(1) as thread:
        committed = thread.submit(store.commit, [Append(events), PutItems(held)])
        try:
            assert held.reached.wait(PATIENCE)
            yield held, committed
        finally:
            held.go.set()
