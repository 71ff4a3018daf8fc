from __future__ import annotations

from fractions import Fraction
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.state.binomial import discoveries, lower_bound, tail


def exact(successes: int, trials: int, part: int, whole: int) -> float:
    """The definition in whole numbers, with a chance of ``part`` in ``whole``."""
    ways = sum(
        comb(trials, count) * part**count * (whole - part) ** (trials - count)
        for count in range(successes, trials + 1)
    )
    return float(Fraction(ways, whole**trials))


@given(st.integers(0, 60), st.data(), st.integers(0, 40))
def test_the_tail_is_the_sum_of_its_terms(trials: int, data: st.DataObject, part: int) -> None:
    successes = data.draw(st.integers(0, trials))

    found = tail(successes, trials, part / 40)

    assert found == pytest.approx(exact(successes, trials, part, 40), rel=1e-9)


@pytest.mark.parametrize("successes", [1, 9, 10, 11, 60])
def test_the_tail_of_a_rare_event_keeps_its_digits(successes: int) -> None:
    assert tail(successes, 1_000, 0.01) == pytest.approx(exact(successes, 1_000, 1, 100), rel=1e-9)


@pytest.mark.parametrize(
    ("successes", "trials", "chance"), [(2, 1, 0.5), (-1, 1, 0.5), (1, 1, 1.1)]
)
def test_what_is_no_count_and_no_chance_is_refused(
    successes: int, trials: int, chance: float
) -> None:
    with pytest.raises(ValueError, match="expected 0 <="):
        tail(successes, trials, chance)


def test_the_lower_bound_holds_in_95_of_100_samples() -> None:
    rng = Random(1)
    held = 0
    for _ in range(2_000):
        share = rng.uniform(0.2, 0.8)
        successes = sum(rng.random() < share for _ in range(50))
        held += lower_bound(successes, 50) <= share

    assert 0.93 <= held / 2_000 <= 0.97


def test_the_lower_bound_rises_with_evidence_towards_the_share() -> None:
    bounds = [lower_bound(0.9 * trials, trials) for trials in (10, 100, 1_000, 100_000)]

    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(0.9, abs=2e-3)
    assert lower_bound(0, 10) == 0.0


def test_discoveries_are_those_of_the_original_example() -> None:
    # Benjamini and Hochberg 1995, chapter 3.2: at 5 % the first four of fifteen are rejected
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip

    assert discoveries(chances, len(chances)) == [True] * 4 + [False] * 11


def test_tests_that_were_not_computed_count_as_tests() -> None:
    assert discoveries([0.01], 1) == [True]
    assert discoveries([0.01], 10) == [False]
    assert discoveries([], 10) == []
