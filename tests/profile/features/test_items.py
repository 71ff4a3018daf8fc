from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.instant import DAY
from penchant.profile.features.items import BOUND, Items, rating
from penchant.profile.fold import Fold
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading


def test_the_best_item_comes_first() -> None:
    events = (
        event(item="b"),
        event("purchase", item="a"),
        event(item="c"),
        event("dislike", item="d"),
    )

    assert [one["item"] for one in reading(Items(), *events).value] == ["a", "b", "c", "d"]


def test_a_rating_grows_with_every_liking_and_never_reaches_past_5() -> None:
    ratings = [
        reading(Items(), *[event("purchase", item="a")] * count).value[0]["rating"]
        for count in (1, 2, 50)
    ]

    assert ratings == sorted(ratings)
    assert ratings[0] == pytest.approx(rating(1.0))
    assert ratings[-1] <= 5.0


@given(weight=st.floats(-10, 1e6), more=st.floats(0, 1e6), kappa=st.floats(0.001, 1_000))
def test_a_rating_is_bounded_and_never_falls(weight: float, more: float, kappa: float) -> None:
    assert 0.0 <= rating(weight, kappa) <= rating(weight + more, kappa) <= 5.0


def test_kappa_is_the_weight_that_rates_two_thirds() -> None:
    value = reading(Items(kappa=4.0), *[event("purchase", item="a")] * 4).value

    assert value[0]["rating"] == pytest.approx(5 * (1 - exp(-1)))


@pytest.mark.parametrize(
    ("memory", "kept"), [("months", 2 ** (-30 / 150)), ("weeks", 0.95**30), ("always", 1.0)]
)
def test_a_rating_forgets_as_the_memory_says(memory: str, kept: float) -> None:
    bought = event("purchase", item="a")

    value = reading(Items(memory=memory), bought, now=NOON + 30 * DAY).value

    assert value[0]["weight"] == pytest.approx(kept, rel=1e-4)


def test_what_is_disliked_is_worth_nothing() -> None:
    assert reading(Items(), event("dislike", item="a")).value[0]["rating"] == 0.0


def test_an_event_of_no_weight_is_counted() -> None:
    value = reading(Items(), event("rating", item="a", value=3.0)).value

    assert (value[0]["count"], value[0]["weight"]) == (1, 0.0)


def test_events_without_an_item_and_what_was_shown_are_none_of_it() -> None:
    assert reading(Items(), event(), event("exposure", item="a")).value == []


def test_only_the_items_with_the_most_weight_of_late_are_remembered() -> None:
    bought = event("purchase", item="kept")
    seen = [event("page", after=n, item=f"i{n}") for n in range(1_000)]

    value = reading(Items(), bought, *seen).value

    assert len(value) <= BOUND.keys
    assert value[0]["item"] == "kept"


def test_one_item_is_rated_as_the_reading_says() -> None:
    fold = Fold([Items()], KINDS)
    folded = fold.extend(
        fold.zero(), [(1, event("purchase", item="a"))], lambda item, position: None
    )
    then = NOON + 40 * DAY

    rated = Items().rate(folded.states[0], "a", then)

    assert rated == fold.read(folded, then)["items"].value[0]["rating"]
    assert Items().rate(folded.states[0], "unheard of", then) == 0.0
