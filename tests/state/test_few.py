from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penchant.state.few import added, count, shares
from penchant.state.tally import Bound

BOUND = Bound(keys=4, size=20)
names = st.lists(st.sampled_from(("a", "bb", "é" * 3, "long" * 5, "longer" * 5, "c", "d")))


def counted(told: list[str]) -> dict[str, int]:
    table: dict[str, int] = {}
    for name in told:
        count(table, name, BOUND)
    return table


@given(told=names)
def test_no_more_names_than_fit_are_remembered(told: list[str]) -> None:
    table = counted(told)

    assert len(table) <= BOUND.keys
    assert sum(len(name.encode()) for name in table) <= BOUND.size


@given(one=names, other=names)
def test_two_tables_together_fit_as_well(one: list[str], other: list[str]) -> None:
    both = added(counted(one), counted(other), BOUND)

    assert len(both) <= BOUND.keys
    assert sum(len(name.encode()) for name in both) <= BOUND.size


def test_a_name_that_does_not_fit_by_itself_pushes_nobody_out() -> None:
    assert counted(["a", "longer" * 5]) == {"a": 1}


def test_the_rarest_go() -> None:
    assert counted(["a", "a", "bb", "bb", "c", "c", "d", "e"]).keys() == {"a", "bb", "c"}


def test_nothing_has_no_shares() -> None:
    assert shares({}) == {}
