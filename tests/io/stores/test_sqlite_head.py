from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.event import Event, Logged
from penchant.io.stores import sqlite_head
from penchant.io.stores.sqlite_head import Head, Run

USERS = "abc"


def logged(positions: list[int]) -> list[Logged]:
    return [
        (
            position,
            Event(
                id=f"e{position}",
                user=USERS[position % 3],
                kind="click",
                at=0,
                session=f"s{position % 4}" if position % 2 else None,
            ),
        )
        for position in sorted(positions)
    ]


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_head, "SEGMENT", 3)
    monkeypatch.setattr(sqlite_head, "LATEST", 2)


@given(
    positions=st.sets(st.integers(11, 60), max_size=30),
    dropped=st.integers(0, 70),
    after=st.integers(0, 70),
    limit=st.integers(1, 40),
)
def test_what_is_above_the_floor_is_there_in_order(
    positions: set[int], dropped: int, after: int, limit: int
) -> None:
    told = logged(sorted(positions))
    head = Head(10)
    head.extend(told)

    head.drop(dropped)

    floor = head.floor
    assert floor <= max(dropped, 10)
    left = [one for one in told if one[0] > floor]
    for user in USERS:
        assert head.of_user(user) == (floor, [one for one in left if one[1].user == user])
    for session in ("s1", "s3"):
        assert head.of_session(session) == (floor, [o for o in left if o[1].session == session])
    assert head.users("a") == {one[1].user for one in left} - {"a"}
    since = head.since(after, limit)
    assert since == (None if after < floor else [one for one in left if one[0] > after][:limit])


def test_the_latest_stay_though_they_are_indexed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_head, "LATEST", 1)
    head = Head(0)
    head.extend(logged([1, 2, 3, 4, 5, 6, 7]))

    head.drop(7)
    head.extend(logged([8]))

    assert head.floor == 3
    assert head.since(3) == logged([4, 5, 6, 7, 8])
    assert head.since(2) is None
    assert head.upto == 8


def test_a_run_gives_names_in_order_and_positions_in_theirs() -> None:
    run = Run(logged([1, 2, 3, 4, 5]))

    first, second = run.entries(0, 3), run.entries(3, 9)

    assert first["by_user"] == [("a", 3), ("b", 1), ("b", 4)]
    assert second["by_user"] == [("c", 2), ("c", 5)]
    assert first["by_session"] == [("s1", 1), ("s1", 5), ("s3", 3)]
    assert second["by_session"] == []
    assert (len(run), run.upto) == (5, 5)
