from __future__ import annotations

from math import asin, comb, pi, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from penchant.state.beta import below, interval, quantile

SHARES = st.floats(0.001, 0.999)
SIZES = st.floats(0.3, 2_000.0)
WHOLE = st.floats(1.0, 2_000.0)


@given(share=SHARES, b=SIZES)
def test_with_nothing_but_one_for_it_the_distribution_is_a_power(share: float, b: float) -> None:
    assert below(share, 1.0, b) == pytest.approx(1.0 - (1.0 - share) ** b, abs=1e-10)


@given(share=SHARES)
def test_half_an_event_each_way_is_the_arcsine_distribution(share: float) -> None:
    assert below(share, 0.5, 0.5) == pytest.approx(2.0 / pi * asin(sqrt(share)), abs=1e-10)


@given(share=SHARES, count=st.integers(1, 60), hits=st.integers(1, 60))
def test_it_is_the_tail_of_the_binomial_distribution(share: float, count: int, hits: int) -> None:
    tail = sum(
        comb(count, k) * share**k * (1.0 - share) ** (count - k) for k in range(hits, count + 1)
    )

    if hits <= count:
        assert below(share, hits, count - hits + 1) == pytest.approx(tail, abs=1e-10)


@given(share=SHARES, a=SIZES, b=SIZES)
def test_what_speaks_for_and_against_may_change_places(share: float, a: float, b: float) -> None:
    assert below(share, a, b) == pytest.approx(1.0 - below(1.0 - share, b, a), abs=1e-9)


@given(level=st.sampled_from((0.01, 0.05, 0.5, 0.95, 0.99)), a=WHOLE, b=WHOLE)
def test_so_much_lies_below_a_quantile(level: float, a: float, b: float) -> None:
    share = quantile(level, a, b)

    assert 0.0 < share < 1.0
    assert below(share, a, b) == pytest.approx(level, abs=1e-5)


@pytest.mark.parametrize(("a", "b", "side"), [(0.01, 500.0, 0.0), (500.0, 0.01, 1.0)])
def test_a_quantile_at_the_border_is_as_good_as_the_border(a: float, b: float, side: float) -> None:
    assert [quantile(level, a, b) for level in (0.05, 0.95)] == pytest.approx([side] * 2, abs=1e-5)


@given(a=st.floats(0.01, 500.0), b=st.floats(0.01, 2_000.0))
def test_an_interval_ends_where_its_quantiles_lie(a: float, b: float) -> None:
    assume(a + b >= 2.0)
    expected = [quantile(level, a, b) for level in (0.05, 0.95)]

    near = 0.005 if min(a, b) > 0.5 else 0.015
    assert list(interval(a, b)) == pytest.approx(expected, abs=near)


@given(a=SIZES, b=SIZES)
def test_an_interval_holds_nine_tenths(a: float, b: float) -> None:
    assume(a + b >= 2.0)
    low, high = interval(a, b)

    if low > 0.005 and high < 0.995:
        assert below(high, a, b) - below(low, a, b) == pytest.approx(0.9, abs=0.02)


@pytest.mark.parametrize("a", [1e-300, 1.6e-4, 0.003, 0.02, 0.5, 3.0, 1e9])
@pytest.mark.parametrize("b", [2.0, 9.8, 4e4])
def test_an_interval_of_next_to_nothing_lies_between_nothing_and_all(a: float, b: float) -> None:
    for low, high in (interval(a, b), interval(b, a)):
        assert 0.0 <= low <= high <= 1.0
