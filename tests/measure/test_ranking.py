"""Ranking metrics and their intervals."""

from __future__ import annotations

from math import log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.measure.ranking import (
    bootstrap,
    ndcg,
    ndcg_of,
    paired,
    rank,
    recall,
    reciprocal_rank,
)

SCORES = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([0.5, 1.0, 2.0]), min_size=1)
GAINS = st.lists(st.floats(0, 100), max_size=20)


@given(SCORES)
def test_the_ranks_of_all_items_sum_like_those_without_ties(scores: dict[str, float]) -> None:
    places = [rank(item, scores) for item in scores]

    assert sum(place for place in places if place is not None) == pytest.approx(
        len(scores) * (len(scores) - 1) / 2
    )


@given(SCORES, st.sampled_from("abcdefgh"))
def test_hiding_an_item_never_lowers_another(scores: dict[str, float], hidden: str) -> None:
    for item in set(scores) - {hidden}:
        before, after = rank(item, scores), rank(item, scores, {hidden})

        assert before is not None
        assert after is not None
        assert after <= before


@pytest.mark.parametrize("scores", [{}, {"b": 1.0}, {"a": 0.0, "b": 1.0}, {"a": -1.0}])
def test_a_target_without_a_positive_score_is_a_miss(scores: dict[str, float]) -> None:
    assert rank("a", scores) is None


def test_a_hidden_target_is_a_miss() -> None:
    assert rank("a", {"a": 1.0}, {"a"}) is None


def test_three_equal_scores_share_the_middle_place() -> None:
    assert rank("a", {"a": 1.0, "b": 1.0, "c": 1.0}) == 1.0


@given(st.integers(0, 40), st.integers(1, 20))
def test_no_metric_rises_with_the_place(place: int, k: int) -> None:
    for metric in (ndcg, recall, reciprocal_rank):
        assert 0.0 <= metric(place + 1.0, k) <= metric(float(place), k) <= 1.0


@given(st.integers(0, 9))
def test_one_relevant_item_is_the_case_of_the_whole_list(place: int) -> None:
    gains = [float(at == place) for at in range(10)]

    assert ndcg(float(place)) == pytest.approx(ndcg_of(gains)) == pytest.approx(1 / log2(place + 2))


@given(GAINS.filter(lambda gains: sum(gains) > 1e-6))
def test_ndcg_of_the_ideal_order_is_1(gains: list[float]) -> None:
    assert ndcg_of(sorted(gains, reverse=True)) == pytest.approx(1.0)


@given(GAINS, st.integers(1, 20))
def test_ndcg_lies_between_0_and_1(gains: list[float], k: int) -> None:
    assert 0.0 <= ndcg_of(gains, k) <= 1.0 + 1e-9


def test_the_interval_holds_the_mean_and_is_the_same_for_the_same_seed() -> None:
    values = [Random(1).random() for _ in range(50)]

    estimate = bootstrap(values, Random(7))

    assert estimate.low <= estimate.mean <= estimate.high
    assert estimate == bootstrap(values, Random(7))


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """95 % intervals of 60 uniform values: 200 worlds, 180 to 199 hits expected."""
    worlds = [Random(seed) for seed in range(200)]
    estimates = [bootstrap([rng.random() for _ in range(60)], rng, draws=200) for rng in worlds]

    hits = sum(estimate.low <= 0.5 <= estimate.high for estimate in estimates)

    assert 180 <= hits <= 199


def test_no_values_have_no_mean() -> None:
    with pytest.raises(ValueError, match="one value a user"):
        bootstrap([], Random(1))


def test_pairing_takes_what_users_have_in_common_out_of_the_interval() -> None:
    rng = Random(3)
    base = [rng.random() for _ in range(100)]
    better = [value + 0.01 for value in base]

    gain = paired(better, base, Random(1))

    assert gain.mean == pytest.approx(0.01)
    assert gain.high - gain.low < 1e-9


def test_pairing_wants_the_same_users() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired([1.0], [1.0, 2.0], Random(1))
