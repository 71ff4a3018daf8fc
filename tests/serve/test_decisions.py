from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument, NotFound
from penchant.core.instant import DAY
from penchant.serve.engine import Penchant
from tests.conftest import ManualClock


@pytest.fixture
def liked(p: Penchant) -> Penchant:
    """Three people who touch four things, one of them unavailable."""
    p.put_items(
        [
            {"id": "run", "category": "sport"},
            {"id": "swim", "category": "sport"},
            {"id": "tea", "category": "drink"},
            {"id": "gone", "category": "drink", "available": False},
        ]
    )
    p.track_many(
        {"user": user, "kind": "purchase", "item": item}
        for user, items in (("ann", "run swim gone"), ("bob", "run swim tea"), ("cyd", "run tea"))
        for item in items.split()
    )
    return p


def names(slate: Any) -> list[str]:
    return [choice.item for choice in slate]


def test_an_empty_log_offers_nothing(p: Penchant) -> None:
    assert names(p.user("ann").recommend()) == []
    assert names(p.trending()) == []
    assert names(p.next(["run"])) == []


def test_a_newcomer_gets_what_is_popular(liked: Penchant) -> None:
    assert names(liked.user("new").recommend()) == names(liked.trending()) == ["run", "swim", "tea"]


def test_what_is_unavailable_or_removed_is_not_offered(liked: Penchant) -> None:
    liked.remove_item("tea")

    assert set(names(liked.trending())) == {"run", "swim"}


@pytest.mark.parametrize(
    ("seen", "expected"), [("hide", set()), ("keep", {"run", "swim", "tea"}), ("fade", set())]
)
def test_what_was_touched_just_now_is_hidden_kept_or_faded(
    liked: Penchant, seen: str, expected: set[str]
) -> None:
    assert set(names(liked.user("bob").recommend(seen=seen))) == expected


def test_what_was_touched_fades_back(liked: Penchant, clock: ManualClock) -> None:
    clock.advance(7 * DAY)
    kept = {choice.item: choice.score for choice in liked.user("bob").recommend(seen="keep")}
    faded = {choice.item: choice.score for choice in liked.user("bob").recommend(seen="fade")}

    assert faded == {item: pytest.approx(score / 2) for item, score in kept.items()}


def test_a_ranked_list_keeps_every_item_and_the_order_of_the_unknown(liked: Penchant) -> None:
    given = ["x", "tea", "y", "gone", "run"]

    ranked = liked.user("new").rank(given)

    assert sorted(names(ranked)) == sorted(given)
    assert names(ranked)[0] == "run"
    assert names(ranked)[-2:] == ["x", "y"]


def test_given_scores_are_a_reason(liked: Penchant) -> None:
    ranked = liked.user("new").rank(["x", "y"], scores=[1, 3])

    assert names(ranked) == ["y", "x"]
    assert [reason.name for reason in ranked[0].why] == ["given"]


def test_similar_items_never_hold_the_item_itself(liked: Penchant) -> None:
    assert "run" not in names(liked.similar("run"))
    assert names(liked.similar("run")) != []


def test_similar_looks_both_ways_and_says_beside_what(p: Penchant) -> None:
    for at, item in enumerate(("cup", "tea", "pot")):
        p.track("ann", "click", item, at=f"2026-01-01T00:0{at}:00Z")
    p.flush()

    assert sorted(names(p.similar("tea"))) == ["cup", "pot"]
    assert p.similar("pot")[0].why[0].evidence == ("pot",)
    assert names(p.next(["pot"])) == []


def test_what_follows_may_repeat(p: Penchant) -> None:
    p.track_many({"user": "ann", "kind": "click", "item": item} for item in ("a", "a", "a"))

    assert names(p.next(["a"])) == ["a"]


@pytest.mark.parametrize("count", [0, 501, -1, 1.0, True, "5", None])
def test_a_slate_of_no_length_is_refused(liked: Penchant, count: Any) -> None:
    ask: list[Any] = [
        liked.user("ann").recommend,
        liked.trending,
        liked.session("s").recommend,
        lambda count: liked.similar("run", count),
        lambda count: liked.next(["run"], count),
        liked.user("ann").next,
    ]
    for asked in ask:
        with pytest.raises(InvalidArgument, match="count: expected a whole number from 1 to 500"):
            asked(count)


@pytest.mark.parametrize(
    ("items", "scores", "field"),
    [
        ([], None, "items"),
        ("run", None, "items"),
        (["run", "run"], None, "items"),
        (["run", ""], None, "items[1]"),
        (["run", 7], None, "items[1]"),
        (["run"], [1, 2], "scores"),
        (["run"], [-1], "scores[0]"),
        (["run"], [float("nan")], "scores[0]"),
        (["run"], [True], "scores[0]"),
    ],
)
def test_a_list_that_cannot_be_ranked_is_refused(
    liked: Penchant, items: Any, scores: Any, field: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        liked.user("ann").rank(items, scores=scores)

    assert refused.value.field == field


def test_an_unknown_rule_names_the_closest(liked: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="closest is 'hide'"):
        liked.user("ann").recommend(seen="hidden")


def test_nobody_has_heard_of_an_item(liked: Penchant) -> None:
    with pytest.raises(NotFound, match="no item 'moon': neither the catalogue nor an event"):
        liked.similar("moon")
