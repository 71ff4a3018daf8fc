from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event as Flag
from threading import Thread

import pytest

from penchant.core.errors import QueueFull, StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append, SaveSnapshots, Snapshot, Write
from penchant.io.stores.memory import MemoryStore
from penchant.serve.writer import COMMIT_EVENTS, SNAPSHOTS_WAITING, Ticket, Writer


class Gate(MemoryStore):
    """A memory store whose commits wait for a gate, and fail while it is told to be away."""

    def __init__(self) -> None:
        super().__init__()
        self.open = Flag()
        self.open.set()
        self.entered = Flag()
        self.away = False
        self.sizes: list[int] = []

    def commit(self, writes: Sequence[Write]) -> list[int]:
        self.entered.set()
        assert self.open.wait(timeout=20)
        if self.away:
            raise StoreUnavailable("the disk is full; make room")
        self.sizes.append(len(writes))
        return super().commit(writes)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def writer(gate: Gate) -> Iterator[Writer]:
    made = Writer(gate, capacity=10)
    yield made
    gate.away = False
    gate.open.set()
    made.close()


def event(id: str, user: str = "ann") -> Event:
    return Event(id=id, user=user, kind="click", at=1)


def test_a_write_returns_its_result_after_the_commit(writer: Writer, gate: Gate) -> None:
    assert writer.write(Append([event("a"), event("b"), event("a")])) == 2
    assert gate.count() == 2


def test_what_gathers_during_a_commit_goes_into_the_next(writer: Writer, gate: Gate) -> None:
    gate.open.clear()
    first = writer.submit(Append([event("a")]))
    assert gate.entered.wait(timeout=20)
    later = [writer.submit(Append([event(id)])) for id in "bcd"]

    gate.open.set()
    results = [writer.wait(ticket) for ticket in (first, *later)]

    assert results == [1, 1, 1, 1]
    assert gate.sizes == [1, 3]


def test_a_full_queue_refuses_and_stores_nothing_of_the_call(writer: Writer, gate: Gate) -> None:
    gate.open.clear()
    writer.submit(Append([event(str(number)) for number in range(9)]))

    with pytest.raises(QueueFull, match="holds 9 of 10 events; send again in 1 s"):
        writer.submit(Append([event("x"), event("y")]))

    gate.open.set()
    writer.flush()
    assert gate.count() == 9


def test_one_call_larger_than_the_queue_is_taken_when_it_is_empty(writer: Writer) -> None:
    assert writer.write(Append([event(str(number)) for number in range(25)])) == 25


def test_put_waits_for_room(writer: Writer, gate: Gate) -> None:
    gate.open.clear()
    for number in range(10):
        writer.put(event(str(number)))
    putting = Thread(target=writer.put, args=(event("late"),))
    putting.start()
    assert putting.is_alive()

    gate.open.set()
    putting.join(timeout=20)
    writer.flush()

    assert gate.count() == 11


def test_settling_a_user_waits_for_their_events_only(writer: Writer, gate: Gate) -> None:
    gate.open.clear()
    writer.put(event("a"))
    writer.settle("bob")
    settling = Thread(target=writer.settle, args=("ann",))
    settling.start()

    gate.open.set()
    settling.join(timeout=20)

    assert gate.tail("ann", 0)


def test_wakers_are_called_after_the_commit(writer: Writer, gate: Gate) -> None:
    seen: list[tuple[int, int]] = []
    woken = Flag()

    def wake(ticket: Ticket) -> None:
        seen.append((ticket.outcome(), gate.count()))
        woken.set()

    writer.submit(Append([event("a")]), wake)

    assert woken.wait(timeout=20)
    assert seen == [(1, 1)]


def test_a_store_that_is_away_is_said_to_who_waits(writer: Writer, gate: Gate) -> None:
    gate.away = True

    with pytest.raises(StoreUnavailable, match="make room"):
        writer.write(Append([event("a")]))

    gate.away = False
    assert writer.write(Append([event("a")])) == 1


def test_events_nobody_waits_for_are_kept_until_the_store_is_back(
    writer: Writer, gate: Gate
) -> None:
    gate.away = True
    writer.put(event("a"))
    with pytest.raises(StoreUnavailable):
        writer.flush()
    with pytest.raises(StoreUnavailable):
        writer.settle("ann")

    gate.away = False
    writer.close()

    assert [event.id for _, event in gate.since(0, 10)] == ["a"]


def test_closing_while_the_store_is_away_says_how_many_are_lost(gate: Gate) -> None:
    writer = Writer(gate, capacity=10)
    gate.away = True
    writer.put(event("a"))
    writer.put(event("b"))

    with pytest.raises(StoreUnavailable, match="2 events could not be stored: the disk is full"):
        writer.close()


def test_a_full_queue_over_an_absent_store_is_an_error(writer: Writer, gate: Gate) -> None:
    gate.away = True
    for number in range(10):
        writer.put(event(str(number)))
    with pytest.raises(StoreUnavailable):
        writer.flush()

    with pytest.raises(StoreUnavailable):
        writer.put(event("one more"))


def test_one_bad_write_does_not_take_the_others_along(writer: Writer, gate: Gate) -> None:
    gate.open.clear()
    writer.submit(Append([event("first")]))
    assert gate.entered.wait(timeout=20)
    bad = writer.submit(SaveSnapshots([None]))  # type: ignore[list-item]  # the point of the test
    good = writer.submit(Append([event("good")]))

    gate.open.set()

    assert writer.wait(good) == 1
    with pytest.raises(StoreUnavailable, match="the write failed"):
        writer.wait(bad)


def test_snapshots_ride_along_with_the_next_commit(writer: Writer, gate: Gate) -> None:
    one = Snapshot("user", "ann", "f", 1, 0, 0, b"x")
    writer.save([one])
    assert gate.load("user", "ann") is None

    writer.write(Append([event("a")]))

    assert gate.load("user", "ann") == one


def test_many_snapshots_do_not_wait_for_events(writer: Writer, gate: Gate) -> None:
    writer.save(Snapshot("user", str(n), "f", 1, 0, 0, b"x") for n in range(SNAPSHOTS_WAITING))

    writer.write(SaveSnapshots(()))

    assert gate.load("user", "0") is not None


def test_due_users_are_swept_after_the_commit(gate: Gate) -> None:
    swept: set[str] = set()
    writer = Writer(gate, 10_000, swept.update)

    for start in range(0, 2_000, 100):
        writer.write(Append([event(f"e{n}", f"u{n}") for n in range(start, start + 100)]))
    writer.close()

    assert 5 <= len(swept) <= 40  # one in 128 of 2,000, by the ids' hashes


def test_a_writer_that_dies_leaves_nobody_waiting(gate: Gate) -> None:
    def fail(due: dict[str, bool]) -> None:
        raise RuntimeError("bad sweep")

    writer = Writer(gate, 10_000, fail)

    def write_until_it_dies() -> None:
        for number in range(5_000):
            writer.write(Append([event(f"e{number}")]))

    with pytest.raises(StoreUnavailable, match=r"the store is closed|the writer stopped"):
        write_until_it_dies()


def test_a_writer_that_dies_wakes_each_caller_once(gate: Gate) -> None:
    def fail(due: dict[str, bool]) -> None:
        raise RuntimeError("bad sweep")

    woken: list[Ticket] = []
    writer = Writer(gate, 10_000, fail)
    gate.open.clear()
    first = writer.submit(Append([event(f"e{n}") for n in range(1_000)]), woken.append)
    assert gate.entered.wait(timeout=20)
    queued = writer.submit(Append([event("late")]), woken.append)
    gate.open.set()

    with pytest.raises(StoreUnavailable, match="the writer stopped"):
        writer.wait(queued)
    with pytest.raises(StoreUnavailable, match="1 events could not be stored"):
        writer.close()

    assert first.outcome() == 1_000
    assert woken == [first, queued]


def test_closing_while_the_store_is_away_leaves_nobody_waiting(gate: Gate) -> None:
    writer = Writer(gate, 100_000)
    gate.open.clear()
    first = writer.submit(Append([event("a")]))
    assert gate.entered.wait(timeout=20)
    batches = [
        writer.submit(Append([event(f"{batch} {n}") for n in range(COMMIT_EVENTS)]))
        for batch in range(2)
    ]
    gate.away = True

    def close() -> None:
        with pytest.raises(StoreUnavailable):
            writer.close()

    closing = Thread(target=close)
    closing.start()
    gate.open.set()

    for ticket in (first, *batches):
        with pytest.raises(StoreUnavailable):
            writer.wait(ticket)
    closing.join(timeout=20)


def test_events_are_kept_when_the_store_goes_away_between_two_attempts() -> None:
    class Moody(Gate):
        """Fails a commit of several writes, then the second write by itself, once."""

        def __init__(self) -> None:
            super().__init__()
            self.moods: list[Exception | None] = [
                None,
                RuntimeError("a bad write"),
                None,
                StoreUnavailable("the disk is full; make room"),
            ]
            self.failed = Flag()

        def commit(self, writes: Sequence[Write]) -> list[int]:
            results = super().commit([])
            mood = self.moods.pop(0) if self.moods else None
            if not self.moods:
                self.failed.set()
            if mood is not None:
                raise mood
            return results + MemoryStore.commit(self, writes)

    store = Moody()
    writer = Writer(store, 10)
    store.open.clear()
    writer.put(event("a"))
    assert store.entered.wait(timeout=20)
    writer.put(event("b"))
    writer.put(event("c"))
    store.open.set()
    assert store.failed.wait(timeout=20)
    writer.flush()
    writer.close()

    assert ids(store) == {"a", "b", "c"}


def ids(store: MemoryStore) -> set[str]:
    return {event.id for _, event in store.since(0, 10)}


def test_a_closed_writer_takes_nothing(gate: Gate) -> None:
    writer = Writer(gate, capacity=10)
    writer.close()

    with pytest.raises(StoreUnavailable, match="the store is closed"):
        writer.put(event("a"))
