from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.event import Event, Logged
from penchant.core.instant import moment
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems
from penchant.io.stores.memory import MemoryStore
from penchant.profile.feature import Signal
from penchant.profile.features.activity import Activity
from penchant.profile.features.interests import Categories
from penchant.profile.fold import Fold, Folded
from penchant.serve.configuration import read_kinds
from penchant.serve.engine import Penchant
from penchant.serve.population import Population
from penchant.serve.shelf import Shelf
from penchant.serve.states import States
from penchant.serve.writer import Writer
from tests.conftest import NOON


class Interrupted(Activity):
    """Counts as activity does, but its third event is broken off, once."""

    name = "interrupted"

    def __init__(self) -> None:
        self.steps = 0

    def step(self, state: Any, signal: Signal, item: Item | None) -> None:
        self.steps += 1
        if self.steps == 3:
            raise KeyboardInterrupt
        super().step(state, signal, item)


class Meanwhile(MemoryStore):
    """A store into which others write, once each, while it is asked for arrivals or whole tails."""

    def __init__(self) -> None:
        super().__init__()
        self.after_arrivals: list[Callable[[], None]] = []
        self.before_tails: list[Callable[[], None]] = []

    def arrivals(self, after: int, limit: int) -> list[str]:
        found = super().arrivals(after, limit)
        if self.after_arrivals:
            self.after_arrivals.pop(0)()
        return found

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        if after == 0 and self.before_tails:
            self.before_tails.pop(0)()
        return super().tail(user, after, limit)


@pytest.fixture
def memory() -> MemoryStore:
    store = MemoryStore()
    made = [Event(id=f"e{n}", user="ann", kind="click", at=NOON + n) for n in range(5)]
    store.commit([Append(made)])
    return store


GENERAL = read_kinds(":memory:", "general")


def fold() -> Fold:
    return Fold([Activity(), Interrupted()], GENERAL)


def click(id: str, item: str) -> Event:
    return Event(id=id, user="ann", kind="click", at=NOON, item=item)


def counts(folded: Folded) -> list[int]:
    return [state.events for state in folded.states]


def unknown(folded: Folded) -> int:
    return folded.unknown


def test_a_fold_that_was_broken_off_counts_nothing_twice(memory: MemoryStore) -> None:
    writer = Writer(memory, 10)
    states = States(memory, fold(), Shelf(memory, 10), writer, 10)

    with pytest.raises(KeyboardInterrupt):
        states.read("ann", counts)

    assert states.read("ann", counts) == [5, 5]
    writer.close()


def test_a_population_that_was_broken_off_counts_nothing_twice(memory: MemoryStore) -> None:
    population = Population(memory, fold(), Shelf(memory, 10))

    with pytest.raises(KeyboardInterrupt):
        population.read(counts)

    assert population.read(counts) == [5, 5]


def test_a_read_that_failed_is_not_taken_for_the_latest(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = p.user("ann")
    p.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
    ann.profile()
    p.track_many([{"user": "ann", "kind": "click", "item": "run"}])

    def away(id: str, position: int) -> Item | None:
        raise StoreUnavailable("the disk is away")

    with monkeypatch.context() as broken:
        broken.setattr(p.parts.shelf, "find", away)
        with pytest.raises(StoreUnavailable):
            ann.profile()

    assert ann.profile().activity["events"] == 2


def test_a_past_profile_sees_what_was_tracked_just_now(p: Penchant) -> None:
    for number in range(200):
        p.track("ann", "click", at=moment(NOON))

        then = p.user("ann", at=moment(NOON) + timedelta(seconds=1)).profile()

        assert then.activity["events"] == number + 1


def test_an_item_that_arrives_late_teaches_what_its_events_meant(p: Penchant) -> None:
    p.track_many([{"user": "ann", "kind": "purchase", "item": "tea"}])
    before = p.user("ann").profile()

    p.item("tea", category="drink")
    after = p.user("ann").profile()

    assert before.categories == []
    assert [one["name"] for one in after.categories] == ["drink"]
    assert before.version != after.version


def test_an_item_that_arrives_while_others_are_compared_is_not_missed() -> None:
    store = Meanwhile()
    shelf, writer = Shelf(store, 10), Writer(store, 10)
    states = States(store, Fold([Activity()], GENERAL), shelf, writer, 10)
    store.commit([Append([click("e1", "tea")])])
    states.read("ann", unknown)

    def arrive() -> None:
        store.commit([PutItems([Item(id="tea")])])
        shelf.refresh()  # as another thread does

    store.after_arrivals.append(arrive)
    store.commit([PutItems([Item(id="cup")])])
    states.read("ann", unknown)

    assert states.read("ann", unknown) == 0
    writer.close()


def test_a_history_that_is_folded_again_meets_items_as_they_are_by_then() -> None:
    store = Meanwhile()
    fold = Fold([Categories()], GENERAL)
    shelf, writer = Shelf(store, 10), Writer(store, 10)
    states = States(store, fold, shelf, writer, 10)
    store.commit([PutItems([Item(id="cup", category="ware")])])
    store.commit([Append([click("e1", "tea"), click("e2", "cup")])])
    states.read("ann", unknown)

    def change() -> None:
        store.commit([PutItems([Item(id="cup", category="gift")]), Append([click("e3", "cup")])])

    store.before_tails += [lambda: None, change]  # the look for the arrival, then the whole tail
    store.commit([PutItems([Item(id="tea", category="drink")])])
    live = states.read("ann", fold.encode)

    assert live == fold.encode(states.replayed("ann"))
    assert states.read("ann", unknown) == 0
    writer.close()


def test_the_least_recently_read_user_leaves_the_memory(memory: MemoryStore) -> None:
    writer = Writer(memory, 10)
    one = Fold([Activity()], GENERAL)
    states = States(memory, one, Shelf(memory, 10), writer, 2)

    for user in ("ann", "bob", "ann", "cyd"):
        states.read(user, counts)

    assert [user for user in ("ann", "bob", "cyd") if states.holds(user)] == ["ann", "cyd"]
    writer.close()
