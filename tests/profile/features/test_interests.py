from __future__ import annotations

from typing import Any

import pytest

from penchant.core.instant import DAY
from penchant.core.item import Item
from penchant.profile.features.interests import Categories, Interests
from tests.conftest import NOON
from tests.profile.told import event, reading

ITEMS = {
    "run": Item(id="run", category="sport", tags=("outdoor", "fast")),
    "tea": Item(id="tea", category="drink", tags=("hot",)),
    "bare": Item(id="bare"),
}


def test_an_event_speaks_for_every_tag_of_its_item() -> None:
    value = reading(Interests(), event("purchase", item="run"), items=ITEMS).value

    assert [(one["name"], one["share"], one["evidence"]) for one in value] == [
        ("fast", 0.5, 1),
        ("outdoor", 0.5, 1),
    ]


def test_a_weight_halves_in_150_days() -> None:
    bought = event("purchase", item="tea")

    now = reading(Interests(), bought, items=ITEMS).value[0]["weight"]
    later = reading(Interests(), bought, items=ITEMS, now=NOON + 150 * DAY).value[0]["weight"]

    assert now == pytest.approx(1.0)
    assert later == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("memory", "kept"), [("months", 2 ** (-1 / 150)), ("weeks", 0.95), ("always", 1.0)]
)
def test_a_day_leaves_of_a_weight_what_the_memory_says(memory: str, kept: float) -> None:
    bought = event("purchase", item="tea")

    found = reading(Categories(memory), bought, items=ITEMS, now=NOON + DAY)

    assert found.value[0]["weight"] == pytest.approx(kept, rel=1e-5)  # S2-30: 0.95 a day


def test_a_new_name_is_half_sure_and_every_event_makes_it_surer() -> None:
    told = [
        reading(Interests(), *[event("click", item="tea")] * count, items=ITEMS).value[0]
        for count in (1, 2, 9)
    ]

    assert [one["confidence"] for one in told] == pytest.approx([0.5, 2 / 3, 0.9])  # S2-32


@pytest.mark.parametrize(
    ("kind", "weight"),
    [("rsvp", 1.0), ("save", 0.8), ("share", 0.7), ("click", 0.3), ("view", 0.1), ("wave", 0.1)],
)
def test_every_kind_teaches_by_its_signal(kind: str, weight: float) -> None:
    value = reading(Categories(), event(kind, item="tea"), items=ITEMS).value

    assert value[0]["weight"] == pytest.approx(weight)  # S2-34, X-22


def test_a_dislike_has_negative_weight_and_no_share() -> None:
    events = event("dislike", item="tea"), event("click", item="run")

    sport, drink = reading(Categories(), *events, items=ITEMS).value

    assert (sport["name"], sport["share"]) == ("sport", 1.0)
    assert (drink["name"], drink["share"]) == ("drink", 0.0)
    assert drink["weight"] == pytest.approx(-0.5)


def test_dislikes_alone_leave_no_share_to_anybody() -> None:
    value = reading(Categories(), event("dislike", item="tea"), items=ITEMS).value

    assert [one["share"] for one in value] == [0.0]


def test_what_the_event_tells_counts_where_the_catalogue_knows_nothing() -> None:
    told = event(item="new", data={"tags": ["hot", 7], "category": "drink"})

    assert [one["name"] for one in reading(Interests(), told).value] == ["hot"]
    assert [one["name"] for one in reading(Categories(), told).value] == ["drink"]


@pytest.mark.parametrize("data", [{}, {"tags": "hot"}, {"tags": [3]}, {"tags": None}])
def test_what_is_no_list_of_tags_teaches_nothing(data: dict[str, Any]) -> None:
    assert reading(Interests(), event(item="new", data=data)).value == []


def test_the_catalogue_wins_over_what_the_event_tells() -> None:
    told = event(item="bare", data={"category": "drink"})

    assert reading(Categories(), told, items=ITEMS).value == []


def test_an_event_of_no_weight_is_no_evidence() -> None:
    middling = event("rating", item="tea", value=3.0)

    assert reading(Categories(), middling, items=ITEMS).evidence == 0
