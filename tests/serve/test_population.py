from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

import penchant
from penchant.core.errors import StoreUnavailable
from penchant.core.event import Logged
from penchant.serve.engine import Penchant
from penchant.serve.population import Population
from penchant.serve.shelf import Shelf
from tests.conftest import ManualClock


def track(p: Penchant, count: int) -> None:
    p.track_many({"user": f"u{n % 7}", "kind": "click", "item": f"i{n % 11}"} for n in range(count))


def test_threads_that_follow_at_once_count_every_event_once(p: Penchant) -> None:
    track(p, 3_000)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    together = Barrier(4)

    def follow() -> None:
        together.wait()
        while not population.follow(50):
            pass

    threads = [Thread(target=follow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    encode = p.parts.crowd.encode
    assert population.read(encode) == encode(population.replayed())


def test_a_portion_that_breaks_off_is_folded_again(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(p, 20)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)

    with monkeypatch.context() as broken:
        broken.setattr(Shelf, "met", breaking_at(10))
        with pytest.raises(KeyboardInterrupt):
            population.follow()

    assert population.snapshot().snapshots == ()
    assert population.read(lambda folded: folded.upto) == p.parts.store.end()
    assert p.parts.crowd.encode(population.replayed()) == population.read(p.parts.crowd.encode)


def test_a_long_way_is_read_a_few_thousand_events_at_a_time(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(p, 2_300)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    read = []
    since = p.parts.store.since

    def counted(after: int, limit: int) -> list[Logged]:
        found = since(after, limit)
        read.append(len(found))
        return found

    monkeypatch.setattr(p.parts.store, "since", counted)
    reached = [population.follow() for _ in range(5)]

    assert reached == [False, False, False, False, True]
    assert read == [2_000, 300]
    assert population.read(p.parts.crowd.encode) == p.parts.crowd.encode(population.replayed())


def test_a_decision_has_the_latest_where_some_were_read_ahead(p: Penchant) -> None:
    track(p, 700)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    population.follow()
    track(p, 10)

    assert population.read(lambda folded: folded.upto) == 710
    assert population.is_current()
    assert population.read(p.parts.crowd.encode) == p.parts.crowd.encode(population.replayed())


def test_events_are_folded_with_their_items_also_after_these_could_not_be_read(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    population = Population(p.parts.store, p.parts.crowd, Shelf(p.parts.store, 100))
    p.item("tea")
    p.track_many({"user": "ann", "kind": "click", "item": "tea"} for _ in range(600))

    def away(shelf: Shelf) -> None:
        raise StoreUnavailable("the store is away")

    with monkeypatch.context() as broken:
        broken.setattr(Shelf, "refresh", away)
        with pytest.raises(StoreUnavailable):
            population.follow()
    population.catch_up()

    assert (population.behind(), population.unknown()) == (0, 0)


def test_events_count_once_where_the_store_goes_away_in_the_middle_of_them(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("the store is away")

    def no_item(shelf: Shelf, id: str, at: int) -> None:
        if at == 100:
            away()

    track(p, 1_200)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)

    with monkeypatch.context() as broken:
        broken.setattr(Shelf, "met", no_item)
        broken.setattr(p.parts.store, "load", away)
        with pytest.raises(StoreUnavailable):
            population.follow()
    population.catch_up()

    assert population.read(p.parts.crowd.encode) == p.parts.crowd.encode(population.replayed())


def test_what_was_read_ahead_does_not_outlive_the_states(p: Penchant) -> None:
    track(p, 1_200)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    population.follow()

    population.restart()
    population.catch_up()

    assert population.read(p.parts.crowd.encode) == p.parts.crowd.encode(population.replayed())


@pytest.mark.parametrize("ahead", [500, 600, 2_000])
def test_what_leaves_the_log_while_it_is_followed_counts_once(
    p: Penchant, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    monkeypatch.setattr("penchant.serve.population.AHEAD", ahead)
    track(p, 1_200)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    population.follow(500)
    clock.advance(1)
    retired = p.retire(older_than=timedelta(0))
    track(p, 1_300)

    population.catch_up()

    assert retired.events == 1_200
    assert population.behind() == 0
    assert population.read(p.parts.crowd.encode) == p.parts.crowd.encode(population.replayed())


def test_events_that_met_no_item_are_counted_and_stay_so_when_it_arrives(p: Penchant) -> None:
    p.item("tea")
    p.track_many({"user": "ann", "kind": "click", "item": item} for item in ("tea", "rum", "rum"))
    p.track("ann", "login")
    assert p.stats()["events_unknown_item"] == 2

    p.item("rum")
    p.track("bob", "click", "rum")

    assert p.stats()["events_unknown_item"] == 2
    assert p.parts.population.replayed().unknown == 2
    p.rebuild()
    assert p.stats()["events_unknown_item"] == 2


def test_replayed_up_to_a_position_has_seen_nothing_later(p: Penchant) -> None:
    track(p, 1_200)

    assert p.parts.population.replayed(700).upto == 700
    assert p.parts.population.replayed().upto == 1_200


def test_a_snapshot_is_due_after_many_events_and_not_twice(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penchant.serve.population.SAVE_AFTER", 10)
    track(p, 10)
    population = p.parts.population
    population.catch_up()

    assert population.is_due()
    assert len(population.snapshot().snapshots) == 1
    assert not population.is_due()
    assert population.snapshot().snapshots == ()


def test_decisions_are_answered_between_the_portions_of_a_snapshot(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(p, 300)
    population = Population(p.parts.store, p.parts.crowd, p.parts.shelf)
    population.catch_up()
    expected = population.read(p.parts.crowd.encode)
    track(p, 10)
    answered: list[int] = []
    portions = Population._portions

    def answering(self: Population) -> Iterator[bytes]:
        for portion in portions(self):
            reader = Thread(target=lambda: answered.append(self.read(lambda one: one.upto)))
            reader.start()
            reader.join(timeout=20)
            yield portion

    monkeypatch.setattr(Population, "_portions", answering)
    snapshot = population.snapshot().snapshots[0]

    assert snapshot.body == expected
    assert set(answered) == {snapshot.upto} == {300}
    assert len(answered) > 10
    assert population.read(lambda one: one.upto) == 310


def breaking_at(position: int) -> object:
    def no_item(shelf: Shelf, id: str, at: int) -> None:
        if at == position:
            raise KeyboardInterrupt

    return no_item


@pytest.mark.parametrize(("least", "kept"), [(3, True), (4, False)])
def test_closing_keeps_what_everyone_does_where_it_is_worth_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, kept: bool
) -> None:
    monkeypatch.setattr("penchant.serve.population.SAVE_AT_END", least)
    with penchant.open(tmp_path, follow=False) as p:
        track(p, 3)

    with penchant.open(tmp_path, follow=False) as p:
        assert (p.parts.store.load("everyone", "all") is not None) == kept
        assert p.stats()["events"] == 3
