from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.core.item import Item
from penchant.profile.feature import HALF_LIVES, MEMORIES, Norms, Reading
from penchant.profile.features.drift import Drift
from penchant.profile.features.interests import Categories, Interests, Norm, effective
from penchant.profile.fold import Fold
from penchant.state.tally import Tally
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading

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


def test_the_documented_confidence_of_a_new_name_is_half_and_grows_with_every_event() -> None:
    interests = Interests(confidence="documented")
    told = [
        reading(interests, *[event("click", item="tea")] * count, items=ITEMS).value[0]
        for count in (1, 2, 9)
    ]

    assert [one["confidence"] for one in told] == pytest.approx([0.5, 2 / 3, 0.9])  # S2-32


def test_without_norms_a_name_is_expected_as_often_as_with_one_event_more_for_and_against() -> None:
    value = reading(Interests("always"), event("click", item="tea"), items=ITEMS).value[0]

    assert value["expected"] == pytest.approx(2 / 3)
    assert value["interval"] == pytest.approx([0.05**0.5, 0.95**0.5], abs=0.002)  # Beta(2, 1)


def beside(norm: Norm, *told: Event) -> list[dict[str, Any]]:
    fold = Fold([Categories()], KINDS)
    folded = fold.extend(fold.zero(), list(enumerate(told, start=1)), lambda id, at: ITEMS.get(id))
    norms = Norms(1, {"categories": norm})
    value: list[dict[str, Any]] = fold.read(folded, NOON, norms)["categories"].value
    return value


def test_a_share_is_drawn_towards_that_of_everybody_by_the_strength() -> None:
    norm = Norm({"drink": 0.1}, 0.01, strength=9.0, memory="always")

    [drink] = beside(norm, event("click", item="tea"))

    assert drink["share"] == 1.0
    assert drink["expected"] == pytest.approx((1 + 9 * 0.1) / (1 + 9))
    assert drink["interval"][0] < drink["expected"] < drink["interval"][1]


def test_the_more_somebody_does_the_narrower_the_interval_and_the_surer() -> None:
    norm = Norm({"drink": 0.5}, 0.01, strength=4.0, memory="always")

    few, many = (
        beside(norm, *[event("click", item="tea")] * count, event("click", item="run"))[0]
        for count in (3, 30)
    )

    assert few["interval"][1] - few["interval"][0] > many["interval"][1] - many["interval"][0]
    assert few["confidence"] < many["confidence"] < 1.0


def test_what_is_expected_of_somebody_is_theirs_as_far_as_they_are_known() -> None:
    norm = Norm({"drink": 0.9, "sport": 0.1}, 0.01, strength=6.0, memory="always")

    drink, sport = beside(norm, *[event("click", item=one) for one in ("tea", "tea", "run")])

    assert drink["confidence"] == sport["confidence"] == pytest.approx(3 / 9)


def test_the_learned_memory_is_that_of_the_norm() -> None:
    fold = Fold([Categories()], KINDS)
    folded = fold.extend(
        fold.zero(), [(1, event("purchase", item="tea"))], lambda id, at: ITEMS[id]
    )
    norms = Norms(1, {"categories": Norm(memory="weeks")})

    found = fold.read(folded, NOON + DAY, norms)["categories"]

    assert found.window == "half-life 13.5 days"
    assert found.value[0]["weight"] == pytest.approx(0.95, rel=1e-5)


def test_a_purchase_stands_for_more_events_than_a_view() -> None:
    state = Tally()
    for name, weight in (("drink", 1.0), ("sport", 0.1), ("sport", 0.1)):
        state.add(name, weight, HALF_LIVES.at(NOON), Categories.bound)

    counts = effective(state, MEMORIES["always"], NOON)

    assert counts == pytest.approx({"drink": 2.5, "sport": 0.5})


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


@pytest.mark.parametrize(("dislike", "like"), [("unpin", "view"), ("dislike", "click")])
def test_likes_after_a_dislike_stand_for_no_more_events_than_there_were(
    dislike: str, like: str
) -> None:
    later = 300 * DAY
    likes = [event(like, later, item="tea") for _ in range(3)]

    told = reading(
        Categories("weeks"), event(dislike, item="tea"), *likes, items=ITEMS, now=NOON + later
    )

    assert told.evidence == 4
    assert told.value[0]["confidence"] <= 4 / (4 + 2.0) + 1e-12


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


def changed(categories: Categories | Interests, *told: Event) -> tuple[Reading, Reading]:
    """What is read beside the drift of the same events, and what is read without it."""
    beside, alone = (Fold(features, KINDS) for features in ([categories, Drift()], [categories]))
    read = []
    for fold in (beside, alone):
        folded = fold.extend(fold.zero(), list(enumerate(told, 1)), lambda id, at: ITEMS.get(id))
        read.append(fold.read(folded, NOON + 300 * DAY)[categories.name])
    return read[0], read[1]


def days(*items: str) -> list[Event]:
    return [event(item=item, after=day * DAY) for day, item in enumerate(items)]


def expected(found: Reading, name: str) -> float:
    [share] = [one["expected"] for one in found.value if one["name"] == name]
    return float(share)


def test_what_is_expected_rests_on_what_came_since_tastes_changed() -> None:
    beside, alone = changed(Categories(), *days(*["tea"] * 200, *["run"] * 60))

    assert expected(alone, "sport") < 0.5
    assert expected(beside, "sport") > 0.9


def test_what_came_since_a_change_counts_for_good_and_weights_fade_by_weeks_for_a_while() -> None:
    soon, _ = changed(Categories(), *days(*["tea"] * 60, *["run"] * 40))
    later, alone = changed(Categories(), *days(*["tea"] * 60, *["run"] * 140))

    assert soon.window == "half-life 13.5 days"
    assert later.window == alone.window == "half-life 150 days"
    assert expected(alone, "sport") < 0.8 < 0.95 < expected(later, "sport")


def test_tags_fade_by_weeks_while_categories_change() -> None:
    beside, alone = changed(Interests(), *days(*["tea"] * 60, *["run"] * 40))

    assert (beside.window, alone.window) == ("half-life 13.5 days", "half-life 150 days")
    assert beside.value[0]["name"] == "fast"


def test_who_keeps_to_their_tastes_is_read_as_without_looking_for_a_change() -> None:
    beside, alone = changed(Categories(), *days(*["tea", "run"] * 100))

    assert beside == alone


@pytest.mark.parametrize("memory", ["months", "weeks", "always"])
def test_a_memory_that_was_told_stays_whatever_changes(memory: str) -> None:
    beside, alone = changed(Categories(memory), *days(*["tea"] * 60, *["run"] * 40))

    assert beside == alone
