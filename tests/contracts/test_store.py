"""The contract of every store: in memory, in a SQLite folder, in PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.digests import digest
from penchant.core.errors import StoreIncompatible, StoreUnavailable
from penchant.core.event import Event
from penchant.core.item import Item, in_force
from penchant.core.ports import (
    Append,
    PutItems,
    Refuse,
    RemoveItem,
    Retire,
    Retired,
    SaveBases,
    SaveSnapshots,
    Snapshot,
    Store,
    Sweep,
)
from penchant.io.stores import open_store
from penchant.io.stores.sqlite import FILE, SqliteStore

durable = pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)


def event(id: str, user: str = "ann", session: str | None = None) -> Event:
    return Event(id=id, user=user, kind="click", at=1, session=session)


def snapshot(
    upto: int, *, key: str = "ann", fingerprint: str = "f", body: bytes = b"x"
) -> Snapshot:
    return Snapshot("user", key, fingerprint, upto, 0, 0, body)


def ids(logged: list[tuple[int, Event]]) -> list[str]:
    return [event.id for _, event in logged]


def test_an_appended_event_is_read_back_whole(store: Store) -> None:
    whole = Event(
        id="é-1",
        user="ann 🦊",
        kind="rating",
        at=-5,
        item="i",
        session="s",
        value=0.1,
        text="",
        success=False,
        error="e",
        duration_ms=1.5,
        request="r",
        position=0,
        context={"device": {"os": [1, 2.5, None, True]}},
        data={"n": -(2**63)},
        offset=-330,
    )

    store.commit([Append([whole])])

    assert store.tail("ann 🦊", 0) == [(1, whole)]


def test_an_id_counts_once_within_a_commit_and_across_commits(store: Store) -> None:
    first = store.commit([Append([event("a"), event("a", user="bob")]), Append([event("a")])])
    again = store.commit([Append([event("b"), event("a")])])

    assert (first, again) == ([1, 0], [1])
    assert ids(store.since(0, 10)) == ["a", "b"]


@given(names=st.lists(st.text(min_size=1, max_size=255), min_size=1, max_size=20))
def test_any_text_is_an_id(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    usable = [name for name in names if "\0" not in name and name.isprintable()]
    folder = tmp_path_factory.mktemp("ids")
    for place in (":memory:", str(folder)):
        store = open_store(place)

        accepted = store.commit([Append([event(name, user=name) for name in usable])])

        assert accepted == [len(set(usable))]
        assert {name for name in usable if store.tail(name, 0)} == set(usable)
        store.close()


def test_positions_ascend_in_the_order_of_appending(store: Store) -> None:
    store.commit([Append([event("a"), event("b", user="bob")])])
    store.commit([Append([event("c")])])

    positions = [position for position, _ in store.since(0, 10)]

    assert positions == sorted(positions)
    assert ids(store.since(0, 10)) == ["a", "b", "c"]
    assert store.end() == positions[-1]


def test_a_tail_holds_the_users_events_after_a_position(store: Store) -> None:
    store.commit([Append([event("a"), event("x", user="bob"), event("b"), event("c")])])
    first = store.tail("ann", 0, limit=1)

    assert ids(first) == ["a"]
    assert ids(store.tail("ann", first[0][0])) == ["b", "c"]
    assert store.tail("nobody", 0) == []


def test_recent_events_come_newest_first_and_in_pages(store: Store) -> None:
    store.commit([Append([event(str(number)) for number in range(5)])])

    page = store.recent("ann", 2)
    next_page = store.recent("ann", 2, before=page[-1][0])

    assert (ids(page), ids(next_page)) == (["4", "3"], ["2", "1"])


def test_a_session_is_read_across_users_in_log_order(store: Store) -> None:
    store.commit(
        [
            Append(
                [
                    event("a", session="s"),
                    event("b", "bob", "s"),
                    event("c"),
                    event("d", session="t"),
                ]
            )
        ]
    )

    assert ids(store.session("s", 10)) == ["a", "b"]
    assert ids(store.session("s", 1)) == ["b"]
    assert store.session("unknown", 10) == []


def test_users_are_listed_once_in_pages(store: Store) -> None:
    store.commit([Append([event(f"{name}{n}", user=name) for name in "cab" for n in range(3)])])

    assert store.users() == ["a", "b", "c"]
    assert store.users(limit=2) == ["a", "b"]
    assert store.users(after="b") == ["c"]


def test_counts_and_ends_of_an_empty_store_are_zero(store: Store) -> None:
    assert (store.end(), store.count(), store.change()) == (0, 0, 0)
    assert (store.users(), store.items(), store.since(0, 5)) == ([], [], [])
    assert store.load("user", "ann") is None


def test_an_item_put_again_is_replaced(store: Store) -> None:
    store.commit([PutItems([Item(id="i", price=1.0, title="old")])])
    store.commit([PutItems([Item(id="i", price=2.0, title="new")])])

    assert store.current(["i", "unknown"]) == {"i": Item(id="i", price=2.0, title="new")}
    assert len(store.versions(["i"])["i"]) == 1


def test_a_version_is_kept_when_a_change_teaches_something_else(store: Store) -> None:
    store.commit([PutItems([Item(id="i", category="run")])])
    store.commit([Append([event("a")])])
    store.commit([PutItems([Item(id="i", category="swim")])])

    versions = store.versions(["i"])["i"]

    assert [(version.since, version.item.category) for version in versions] == [
        (0, "run"),
        (1, "swim"),
    ]
    assert store.current(["i"])["i"].category == "swim"


def test_the_first_version_stays_for_the_events_before_it(store: Store) -> None:
    store.commit([Append([event("a")]), PutItems([Item(id="i", category="run")])])
    store.commit([PutItems([Item(id="i", category="swim")])])

    versions = store.versions(["i"])["i"]

    assert [version.item.category for version in versions] == ["run", "swim"]
    assert in_force(versions, 1) == Item(id="i", category="run")
    assert in_force(versions, 2) == Item(id="i", category="swim")


def test_a_later_version_nobody_saw_leaves_no_trace(store: Store) -> None:
    for category in ("run", "swim", "bike"):
        store.commit([PutItems([Item(id="i", category=category)])])

    assert [version.item.category for version in store.versions(["i"])["i"]] == ["run", "bike"]


def test_a_removed_item_keeps_its_versions_and_can_come_back(store: Store) -> None:
    store.commit([PutItems([Item(id="i", category="run")])])

    assert store.commit([RemoveItem("i"), RemoveItem("i"), RemoveItem("unknown")]) == [1, 0, 0]
    assert (store.current(["i"]), store.items()) == ({}, [])
    assert store.versions(["i"])["i"][0].item.category == "run"
    store.commit([PutItems([Item(id="i", category="run")])])
    assert list(store.current(["i"])) == ["i"]


def test_changes_name_every_item_by_its_latest_change(store: Store) -> None:
    store.commit([PutItems([Item(id="a"), Item(id="b")])])
    seen = store.change()
    store.commit([PutItems([Item(id="a", title="x")]), RemoveItem("b")])

    assert [id for _, id in store.changed(seen)] == ["a", "b"]
    assert [id for _, id in store.changed(0)] == ["a", "b"]
    assert store.changed(store.change()) == []


def test_only_the_first_put_of_an_item_is_an_arrival(store: Store) -> None:
    store.commit([PutItems([Item(id="a"), Item(id="b")])])
    seen = store.change()
    store.commit([PutItems([Item(id="a", category="x"), Item(id="c")])])

    assert store.arrivals(0, 10) == ["a", "b", "c"]
    assert store.arrivals(seen, 10) == ["c"]
    assert store.arrivals(0, 1) == ["a"]


def test_items_are_found_by_the_category_they_have_now(store: Store) -> None:
    store.commit([PutItems([Item(id=id, category="run") for id in "cab"])])
    store.commit([Append([event("e")]), PutItems([Item(id="a", category="swim")]), RemoveItem("b")])

    assert store.of_category("run") == ["c"]
    assert store.of_category("swim") == ["a"]
    assert store.of_category("unknown") == []


def test_items_are_listed_in_pages(store: Store) -> None:
    store.commit([PutItems([Item(id=id) for id in "cab"])])

    assert [item.id for item in store.items(limit=2)] == ["a", "b"]
    assert [item.id for item in store.items(after="b")] == ["c"]


def test_a_snapshot_is_loaded_as_saved(store: Store) -> None:
    store.commit([SaveSnapshots([snapshot(3, body=b"\0\xff")])])

    assert store.load("user", "ann") == snapshot(3, body=b"\0\xff")


def test_a_snapshot_that_saw_less_does_not_replace_one_that_saw_more(store: Store) -> None:
    store.commit([SaveSnapshots([snapshot(5, body=b"new")])])
    store.commit([SaveSnapshots([snapshot(4, body=b"old")])])

    assert store.load("user", "ann") == snapshot(5, body=b"new")


def test_a_snapshot_of_another_fingerprint_replaces_any(store: Store) -> None:
    store.commit([SaveSnapshots([snapshot(5)]), SaveSnapshots([snapshot(1, fingerprint="g")])])

    assert store.load("user", "ann") == snapshot(1, fingerprint="g")


def test_the_version_differs_after_a_commit(store: Store) -> None:
    before = store.version()
    store.commit([Append([event("a")])])

    assert store.version() != before
    assert store.version() == store.version()


@durable
def test_what_one_opener_commits_another_reads(place: str) -> None:
    one, other = open_store(place), open_store(place)
    before = other.version()

    one.commit([Append([event("a")])])

    assert other.version() != before
    assert ids(other.tail("ann", 0)) == ["a"]
    assert other.commit([Append([event("a"), event("b")])]) == [1]
    one.close()
    other.close()


@durable
def test_a_failed_write_takes_the_whole_commit_back(store: Store) -> None:
    unencodable = Event(id="b", user="ann", kind="click", at=1, data={"x": object()})

    with pytest.raises(TypeError):
        store.commit([Append([event("a")]), Append([unencodable])])

    assert store.count() == 0
    assert store.commit([Append([event("c")])]) == [1]


def test_positions_are_never_reused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.commit([Append([event("a"), event("b")])])
    last = store.end()
    store._writer.execute("DELETE FROM events")

    store.commit([Append([event("c")])])

    assert store.end() > last
    store.close()


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"certainly no database, but long enough to look at" * 40)

    with pytest.raises(StoreIncompatible, match="damaged or no store"):
        SqliteStore(tmp_path)


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store._writer.execute("PRAGMA user_version = 99")
    store.close()

    with pytest.raises(StoreIncompatible, match=r"layout 99.*upgrade penchant"):
        SqliteStore(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(StoreUnavailable, match="cannot be made"):
        SqliteStore(tmp_path / "taken")


@durable
def test_a_closed_store_answers_with_an_error(place: str) -> None:
    store = open_store(place)
    store.close()
    store.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        store.count()
    with pytest.raises(StoreUnavailable, match="closed"):
        store.commit([Append([event("a")])])


def base(upto: int, *, key: str = "ann", body: bytes = b"x") -> Snapshot:
    return Snapshot("user", key, "f", upto, 0, 0, body)


def sweep(store: Store) -> None:
    while store.commit([Sweep(2)]) != [0]:
        pass


def test_retired_events_are_not_read_any_more(store: Store) -> None:
    store.commit(
        [Append([event("a", session="s"), event("x", "bob", "s"), event("b"), event("c")])]
    )
    third = store.since(0, 10)[2][0]

    assert store.commit([Retire(third, until=7)]) == [1]

    for _ in range(2):
        assert ids(store.since(0, 10)) == ids(store.tail("ann", 0)) == ["c"]
        assert ids(store.recent("ann", 10)) == ["c"]
        assert (store.session("s", 10), store.tail("bob", 0)) == ([], [])
        assert (store.count(), store.retired()) == (1, Retired(third, 7, third))
        sweep(store)


def test_an_id_of_a_retired_event_is_still_known(store: Store) -> None:
    store.commit([Append([event("a"), event("evt_1"), event("b")])])
    store.commit([Retire(store.end(), until=7)])

    for _ in range(2):
        assert store.commit([Append([event("b"), event("a", "bob"), event("evt_1")])]) == [0]
        sweep(store)
    sent = [event("b"), event("evt_2"), event("a"), event("c")]

    assert store.commit([Append(sent), Append([event("evt_1")])]) == [2, 0]
    assert ids(store.since(0, 10)) == ["evt_2", "c"]


def test_positions_go_on_after_everything_was_retired(store: Store) -> None:
    store.commit([Append([event("a"), event("b")])])
    end = store.end()
    store.commit([Retire(end, until=1)])
    sweep(store)

    store.commit([Append([event("c")])])

    assert store.end() > end
    assert ids(store.tail("ann", end)) == ["c"]


def test_a_base_is_in_force_once_its_position_is_retired(store: Store) -> None:
    store.commit([Append([event("a"), event("b"), event("c", "bob")])])
    first, second = (position for position, _ in store.tail("ann", 0))
    store.commit([SaveBases(first, [base(first, body=b"one")])])
    unforced = store.base("user", "ann")
    store.commit([Retire(first, until=1)])
    store.commit([SaveBases(second, [base(second, body=b"two")])])
    one = store.base("user", "ann")

    store.commit([Retire(second, until=1)])
    sweep(store)

    assert (unforced, one) == (None, base(first, body=b"one"))
    assert store.base("user", "ann") == base(second, body=b"two")
    assert store.base("user", "bob") is None


def test_somebody_whose_events_all_retired_is_still_listed(store: Store) -> None:
    store.commit([Append([event("a"), event("b", "bob"), event("c", "cyd")])])
    store.commit([SaveBases(2, [base(1), base(2, key="bob")]), Retire(2, until=1)])
    sweep(store)

    assert store.users() == ["ann", "bob", "cyd"]
    assert (store.users(after="ann"), store.users(limit=1)) == (["bob", "cyd"], ["ann"])


def test_archived_events_leave_the_log_without_being_gone(store: Store) -> None:
    store.commit([Append([event("a"), event("b"), event("c"), event("d")])])
    store.commit([SaveBases(1, [base(1, body=b"one")]), Retire(1, until=5)])

    store.commit([SaveBases(3, [base(3, body=b"not yet")]), Retire(3, until=8, archived=True)])
    sweep(store)

    assert store.retired() == Retired(1, 5, 3)
    assert store.base("user", "ann") == base(1, body=b"one")
    assert ids(store.tail("ann", 0)) == ["d"]
    store.commit([Retire(2, until=7)])
    assert store.retired() == Retired(2, 7, 3)
    store.commit([Retire(4, until=6)])
    assert store.retired() == Retired(4, 7, 4)


def test_a_log_can_begin_after_any_position(store: Store) -> None:
    store.commit([SaveBases(7, [base(5)]), Retire(7, until=3)])

    store.commit([Append([event("a", "bob")])])

    assert store.end() == 8
    assert store.since(0, 5) == [(8, event("a", "bob"))]
    assert store.base("user", "ann") == base(5)
    assert store.users() == ["ann", "bob"]


def test_ids_are_refused_by_their_digests_once_their_events_are_swept(store: Store) -> None:
    store.commit([Append([event("a"), event("b"), event("evt_1")]), Retire(2, until=1)])
    sweep(store)
    known = store.refused()

    store.commit([Refuse([digest("c"), digest("a"), digest("evt_9")])])

    assert known == sorted([digest("a"), digest("b")])
    assert store.refused() == sorted(map(digest, ("a", "b", "c", "evt_9")))
    assert (
        store.refused(after=known[0], limit=1)
        == [one for one in store.refused() if one > known[0]][:1]
    )
    sent = [event(id) for id in ("a", "b", "c", "d", "evt_1", "evt_8", "evt_9")]
    assert store.commit([Append(sent)]) == [2]
    assert ids(store.since(2, 9)) == ["evt_1", "d", "evt_8"]


def test_what_was_retired_does_not_come_back(store: Store) -> None:
    store.commit([Append([event("a"), event("b")])])
    store.commit([Retire(2, until=9)])

    assert store.commit([Retire(1, until=3)]) == [0]
    assert store.retired() == Retired(2, 9, 2)
