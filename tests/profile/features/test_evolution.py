from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.profile.features.evolution import Evolution
from tests.conftest import NOON
from tests.profile.told import event, reading

ITEMS = {name: Item(id=name, category=name) for name in ("tea", "run", "art")}


def told(item: str, *days: int, kind: str = "click") -> list[Event]:
    """An event so many days before noon of 1 January 2026."""
    return [event(kind, after=-ago * DAY, item=item) for ago in days]


def evolution(*events: Event, now: Instant = NOON) -> dict[str, Any]:
    value: dict[str, Any] = reading(Evolution(), *events, items=ITEMS, now=now).value
    return value


def every(days: int, upto: int = 800, start: int = 0) -> range:
    return range(start, upto, days)


def test_without_events_there_are_no_periods_and_no_trends() -> None:
    value = evolution()

    assert (value["ten_days"], value["quarters"], value["trends"]) == ([], [], [])
    assert value["season"]["names"] == []


def test_shares_are_those_of_each_period_the_latest_first() -> None:
    value = evolution(*told("tea", 0, 1, 2), *told("run", 1, 40))

    assert value["quarters"] == [
        {"from": "2026-01-01", "events": 1, "shares": {"tea": 1.0}},
        {"from": "2025-10-01", "events": 4, "shares": {"tea": 0.5, "run": 0.5}},
    ]
    assert [tile["events"] for tile in value["ten_days"]] == [4, 1]
    assert value["ten_days"][0]["shares"] == {"tea": 0.75, "run": 0.25}


def test_what_was_disliked_or_has_no_category_is_no_turn() -> None:
    value = evolution(*told("tea", 0, kind="dislike"), *told("unknown", 0))

    assert value["quarters"] == []


def test_as_time_passes_periods_fall_away() -> None:
    events = told("tea", 0, 300)

    later = evolution(*events, now=NOON + 200 * DAY)
    much_later = evolution(*events, now=NOON + 1_000 * DAY)

    assert (later["ten_days"], len(later["quarters"])) == ([], 2)
    assert (much_later["quarters"], much_later["trends"]) == ([], [])


def test_a_name_that_comes_more_and_more_often_is_rising_and_the_other_falling() -> None:
    growing = [day for day in range(90) for _ in range((90 - day) // 15)]
    value = evolution(*told("tea", *growing), *told("run", *range(90)))

    tea, run = value["trends"]

    assert (tea["name"], tea["ten_days"]["direction"]) == ("tea", "rising")
    assert run["ten_days"]["direction"] == "falling"
    assert tea["ten_days"]["interval"][0] > 0
    assert tea["ten_days"]["slope"] == pytest.approx(-run["ten_days"]["slope"])


def test_shares_that_stay_are_steady_however_much_happens() -> None:
    busier = [day for day in range(90) for _ in range((90 - day) // 15)]
    value = evolution(*told("tea", *busier), *told("run", *busier))

    assert {one["ten_days"]["direction"] for one in value["trends"]} == {"steady"}


def test_of_few_events_no_trend_is_told() -> None:
    assert evolution(*told("tea", 0, 20, 40))["trends"] == [
        {"name": "tea", "share": 1.0, "ten_days": None, "quarters": None}
    ]


def test_before_two_years_have_passed_there_is_no_season_and_it_says_why() -> None:
    season = evolution(*told("tea", *every(3, 300)))["season"]

    assert season["names"] == []
    assert season["why"] == (
        "each of the last eight whole quarters needs events; those with some: 4"
    )


def test_what_comes_in_the_same_quarter_of_both_years_is_a_season() -> None:
    always = told("run", *every(3))
    autumn = told("tea", *every(1, 90), *every(1, 455, 367))  # from October on, twice

    season = evolution(*always, *autumn)["season"]
    by_name = {one["name"]: one for one in season["names"]}

    assert season["why"] is None
    assert by_name["tea"]["ratios"][3] > 1.5
    assert by_name["tea"]["ratios"][1] == 0.0
    assert by_name["tea"]["p"] < 0.001


def test_quarters_of_the_year_keep_their_place_whichever_it_is_now() -> None:
    events = [*told("run", *every(3)), *told("tea", *every(1, 90), *every(1, 455, 367))]

    april = [*events, *told("run", *(-ago for ago in every(3, 92)))]
    [tea] = [
        one
        for one in evolution(*april, now=NOON + 92 * DAY)["season"]["names"]
        if one["name"] == "tea"
    ]

    assert max(tea["ratios"]) == tea["ratios"][3]


def test_a_name_that_is_new_when_others_were_forgotten_has_no_share_of_what_was_before() -> None:
    many = [
        event(after=-n * DAY, item="x", data={"category": f"category {n}"})
        for n in range(80, 20, -1)
    ]
    value = evolution(*many, *told("tea", *range(20, 0, -1)))

    [tea] = [one for one in value["trends"] if one["name"] == "tea"]

    assert tea["share"] == 20 / 80
    assert [tile["shares"].get("tea") for tile in value["ten_days"][:3]] == [1.0, 1.0, None]
