"""Stamps: instants that do not go back, ids that ascend."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penchant.capture.stamps import TURNED_BACK, Stamps

NOON = 1_767_268_800_000_000_000


def stamped(stamps: Stamps, now: int) -> tuple[int, str]:
    """What a call does with it."""
    if not stamps.latest <= now < stamps.until:
        now = stamps.turn(now)
    stamps.latest = now
    return now, f"{stamps.head}{next(stamps.numbers)}"


@given(st.lists(st.integers(-TURNED_BACK // 2, TURNED_BACK // 2), min_size=1))
def test_under_corrections_of_the_clock_instants_and_ids_never_go_back(moves: list[int]) -> None:
    stamps = Stamps()

    given_ = [stamped(stamps, NOON + move) for move in moves]

    assert given_ == sorted(given_)
    assert len({id for _, id in given_}) == len(moves)
    assert {len(id) for _, id in given_} == {40}


def test_a_clock_set_anew_is_believed() -> None:
    stamps = Stamps()
    stamped(stamps, NOON)

    at, id = stamped(stamps, NOON - TURNED_BACK - 1)

    assert at == NOON - TURNED_BACK - 1
    assert int(id[4:12] + id[13:17], 16) == at // 1_000_000


def test_two_processes_have_no_id_in_common() -> None:
    one, other = Stamps(), Stamps()

    assert stamped(one, NOON)[1][18:] != stamped(other, NOON)[1][18:]
