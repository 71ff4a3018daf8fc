from __future__ import annotations

from math import erfc, exp, factorial, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.state.chisquare import above, exceeded

STATISTICS = st.floats(0.001, 300.0)


@given(statistic=STATISTICS)
def test_with_one_degree_it_is_the_square_of_a_normal_deviate(statistic: float) -> None:
    assert above(statistic, 1) == pytest.approx(erfc(sqrt(statistic / 2)), rel=1e-9, abs=1e-14)


@given(statistic=STATISTICS)
def test_with_two_degrees_it_is_exponential(statistic: float) -> None:
    assert above(statistic, 2) == pytest.approx(exp(-statistic / 2), rel=1e-9, abs=1e-14)


@given(statistic=STATISTICS, half=st.integers(1, 60))
def test_with_an_even_number_of_degrees_it_is_a_sum_of_poisson_chances(
    statistic: float, half: int
) -> None:
    rate = statistic / 2
    few = sum(exp(-rate) * rate**count / factorial(count) for count in range(half))

    assert above(statistic, 2 * half) == pytest.approx(few, rel=1e-8, abs=1e-12)


@given(statistic=STATISTICS, freedom=st.floats(0.1, 400.0), more=st.floats(0.1, 50.0))
def test_it_falls_with_the_statistic_and_grows_with_the_degrees(
    statistic: float, freedom: float, more: float
) -> None:
    assert above(statistic + more, freedom) <= above(statistic, freedom) + 1e-12
    assert above(statistic, freedom + more) >= above(statistic, freedom) - 1e-12


def test_nothing_is_always_reached() -> None:
    assert above(0.0, 7) == above(-1.0, 7) == 1.0


@pytest.mark.parametrize(
    ("level", "freedom", "statistic"),  # of the tables in any book
    [(0.05, 1, 3.841), (0.05, 10, 18.307), (0.01, 17, 33.409), (0.001, 100, 149.449)],
)
def test_what_is_exceeded_is_that_of_the_tables(
    level: float, freedom: int, statistic: float
) -> None:
    assert exceeded(level, freedom) == pytest.approx(statistic, abs=6e-4)
