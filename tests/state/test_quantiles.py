from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.state.quantiles import STEPS, quantiles, rank

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50)


@given(numbers=NUMBERS, number=st.floats(-1e6, 1e6), more=st.floats(0, 1e6))
def test_who_has_more_ranks_no_lower(numbers: list[float], number: float, more: float) -> None:
    known = quantiles(numbers)

    assert 0.0 <= rank(number, known) <= rank(number + more, known) <= 1.0


def test_the_quantiles_of_as_many_numbers_as_steps_are_the_numbers() -> None:
    numbers = [float(number) for number in range(STEPS + 1)]

    assert quantiles(numbers[::-1]) == numbers
    assert [rank(number, numbers) for number in (0.0, 10.0, 20.0)] == [0.0, 0.5, 1.0]


def test_between_two_numbers_a_rank_is_between_theirs() -> None:
    assert rank(2.5, quantiles([1.0, 2.0, 3.0])) == pytest.approx(0.75)


def test_who_is_like_everybody_is_in_the_middle() -> None:
    assert rank(7.0, quantiles([7.0] * 9)) == 0.5


def test_beyond_the_ends_are_the_ends() -> None:
    known = quantiles([1.0, 2.0])

    assert (rank(-9.0, known), rank(9.0, known)) == (0.0, 1.0)


def test_where_nothing_is_known_everybody_is_in_the_middle() -> None:
    assert rank(3.0, quantiles([])) == 0.5
