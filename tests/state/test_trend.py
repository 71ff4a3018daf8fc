from __future__ import annotations

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.state.trend import season, trend

TILES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=3, max_size=10)
PEOPLE = 2_000


def binomial(rng: Random, of: int, share: float) -> int:
    return sum(rng.random() < share for _ in range(of))


@given(tiles=TILES)
def test_the_slope_is_that_of_weighted_least_squares(tiles: list[tuple[int, int]]) -> None:
    counts = [count for count, _ in tiles]
    totals = [count + other for count, other in tiles]
    found = trend(counts, totals)

    if found is not None:
        residuals = [
            c - n * (sum(counts) / sum(totals)) - n * found.slope * at
            for at, (c, n) in enumerate(zip(counts, totals, strict=True))
        ]
        middle = sum(at * n for at, n in enumerate(totals)) / sum(totals)
        assert sum(r * (at - middle) for at, r in enumerate(residuals)) == pytest.approx(
            0.0, abs=1e-6
        )
        assert found.low <= found.slope <= found.high


def test_the_error_is_armitages_where_shares_change_evenly() -> None:
    counts, totals = [10, 20, 30], [40, 40, 40]
    share, width = 0.5, 2 * 40

    found = trend(counts, totals)

    assert found is not None
    assert found.slope == pytest.approx(0.25)
    assert (found.high - found.low) / 2 == pytest.approx(
        1.6448536 * sqrt(share * (1 - share) / width)
    )


@pytest.mark.parametrize(
    ("counts", "totals"),
    [([9, 9, 0], [10, 10, 10]), ([19, 19], [40, 40]), ([10, 0, 10, 0], [20, 0, 20, 0])],
)
def test_of_too_few_events_or_tiles_no_trend_is_told(counts: list[int], totals: list[int]) -> None:
    assert trend(counts, totals) is None


def test_tiles_without_events_are_no_zero() -> None:
    gap = trend([5, 0, 10, 15], [20, 0, 20, 20])

    assert gap is not None
    assert gap.slope == pytest.approx(0.16, abs=0.02)


@pytest.mark.parametrize("tiles", [4, 9])
def test_where_nothing_changes_one_of_twenty_has_a_p_below_five_percent(tiles: int) -> None:
    rng = Random(tiles)
    found = [
        trend([binomial(rng, 15, 0.3) for _ in range(tiles)], [15] * tiles) for _ in range(PEOPLE)
    ]
    told = [one for one in found if one is not None]

    assert sum(one.p <= 0.05 for one in told) <= 0.06 * len(told)
    assert 0.88 <= sum(one.low <= 0.0 <= one.high for one in told) / len(told) <= 0.97


def test_shares_that_jump_about_are_no_trend() -> None:
    jumping = trend([1, 19, 2, 18, 3, 20], [20] * 6)

    assert jumping is not None
    assert jumping.p > 0.2


def test_without_a_season_one_of_twenty_has_a_p_below_five_percent_at_most() -> None:
    rng = Random(4)
    found = [season([binomial(rng, 20, 0.3) for _ in range(8)], [20] * 8) for _ in range(PEOPLE)]

    assert sum(one.p <= 0.05 for one in found if one is not None) <= 0.05 * PEOPLE


def test_a_share_that_doubles_in_the_same_quarter_of_both_years_is_a_season() -> None:
    found = season([5, 5, 5, 15] * 2, [40] * 8)

    assert found is not None
    assert found.ratios == pytest.approx((2 / 3, 2 / 3, 2 / 3, 2.0))
    assert found.p < 0.001


def test_how_much_somebody_does_in_a_quarter_is_no_season_of_a_name() -> None:
    found = season([5, 10, 20, 40] * 2, [10, 20, 40, 80] * 2)

    assert found is not None
    assert found.ratios == pytest.approx((1.0,) * 4)
    assert found.p == pytest.approx(1.0)


def test_a_quarter_without_events_leaves_a_season_unsaid() -> None:
    assert season([5] * 8, [20] * 7 + [0]) is None
