"""Recommend: blending sources, choosing, explaining."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.instant import DAY
from penchant.personalise.recommend import (
    Source,
    best_first,
    blend,
    choose,
    explain,
    faded,
    popularity_weight,
)
from penchant.profile.features.recent import Touch

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
SCORES = st.dictionaries(NAMES, st.floats(0, 1e6), max_size=5)


def source(name: str, weight: float, scores: dict[str, float]) -> Source:
    return Source(name, weight, scores, max(scores.values(), default=0.0), lambda item: ("why",))


def test_the_blend_is_the_weighted_mean_of_relative_scores() -> None:
    found = blend(
        [source("near", 0.75, {"a": 4.0, "b": 2.0}), source("popular", 0.25, {"b": 8.0})], {}
    )

    assert found == {"a": 0.75, "b": pytest.approx(0.375 + 0.25)}


def test_a_silent_source_gives_up_its_weight() -> None:
    assert blend([source("near", 0.75, {}), source("popular", 0.25, {"b": 8.0})], {}) == {"b": 1.0}


def test_no_source_gives_no_candidates() -> None:
    assert blend([], {}) == {}


def test_what_is_kept_of_an_item_scales_its_score_and_nothing_kept_drops_it() -> None:
    sources = [source("near", 1.0, {"a": 2.0, "b": 1.0})]

    assert blend(sources, {"a": 0.25, "b": 0.0, "z": 0.5}) == {"a": 0.25}


@given(SCORES, SCORES, st.floats(0.01, 1), st.floats(0, 1), NAMES)
def test_reasons_sum_to_the_score_exactly_and_scores_lie_in_0_to_1(
    near: dict[str, float], popular: dict[str, float], weight: float, kept: float, item: str
) -> None:
    sources = [source("near", weight, near), source("popular", 1.0, popular)]

    choice = explain(item, sources, kept)

    assert choice.score == sum(reason.share for reason in choice.why)
    assert 0.0 <= choice.score <= 1.0 + 1e-12
    assert all(reason.share > 0 for reason in choice.why)


@given(SCORES, SCORES)
def test_what_is_explained_is_what_was_blended(
    near: dict[str, float], popular: dict[str, float]
) -> None:
    sources = [source("near", 0.7, near), source("popular", 0.3, popular)]

    scores = blend(sources, {})

    assert {item: explain(item, sources).score for item in scores} == scores


@given(SCORES, st.integers(1, 3))
def test_best_first_is_the_sorted_order(scores: dict[str, float], count: int) -> None:
    expected = sorted(scores, key=lambda item: (-scores[item], item))

    assert list(best_first(scores, count)) == expected


def test_choose_fills_the_slate_past_what_the_filter_refuses() -> None:
    sources = [source("near", 1.0, dict.fromkeys("abcdefghij", 1.0))]
    scores = blend(sources, {})

    chosen = choose(2, scores, lambda item: item in "ij", lambda item: explain(item, sources))

    assert [choice.item for choice in chosen] == ["i", "j"]


def test_what_was_touched_fades_back_in_a_week() -> None:
    touches = [Touch(0, "a", 1.0), Touch(7 * DAY, "a", 1.0), Touch(0, "b", 1.0)]

    kept = faded(touches, 14 * DAY)

    assert kept == {"a": 0.5, "b": 0.75}
    assert faded(touches, 0)["a"] == 0.0


def test_popularity_gives_way_as_the_history_grows() -> None:
    weights = [popularity_weight(touches) for touches in range(25)]

    assert weights == sorted(weights, reverse=True)
    assert all(0.25 < weight <= 0.75 for weight in weights)
