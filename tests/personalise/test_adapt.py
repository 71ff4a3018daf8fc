from __future__ import annotations

from random import Random
from typing import Any

import pytest

from penchant.core.interface import SETTINGS, rules
from penchant.personalise.adapt import DOCUMENTED, Alike, Known, adapt, hint, learned
from penchant.state.moments import Moments
from tests.conftest import NOON

COOK = {"role": "cook"}


def known(
    pins: Any = None,
    aspects: Any = COOK,
    durations: list[float] | None = None,
    expands: int = 0,
    collapses: int = 0,
) -> Known:
    moments = Moments()
    for duration in durations or []:
        moments.add(duration)
    return Known(pins or {}, aspects, moments, expands, collapses)


def many(setting: str) -> Alike:
    return [(COOK, {"compact": 18, "spacious": 2})] if setting == "layout" else [(COOK, {})]


def nobody(setting: str) -> Alike:
    return []


def test_a_pin_wins_over_a_rule_that_over_the_others_and_those_over_the_default() -> None:
    rule = rules("role:cook layout=spacious")
    pins = {"layout": ("standard", NOON)}

    asked = [
        adapt(known(pins), rule, many),
        adapt(known(), rule, many),
        adapt(known(), (), many),
        adapt(known(), (), nobody),
    ]

    assert [(found[0].source, found[0].value) for found in asked] == [
        ("pin", "standard"),
        ("rule", "spacious"),
        ("learned", "compact"),
        ("default", "standard"),
    ]
    assert asked[0][0].since == NOON
    assert asked[1][0].reason == "the rule 'role:cook layout=spacious' of the setting interface"
    assert asked[2][0].reason == "chosen by 18 of 20 people of the same role 'cook'"
    assert asked[2][0].evidence == 20


def test_the_first_rule_that_applies_wins_setting_by_setting() -> None:
    found = adapt(
        known(),
        rules("role:host layout=spacious, role:cook layout=compact, layout=standard density=low"),
        nobody,
    )

    assert [one.value for one in found] == ["compact", "low", "full"]


def test_what_is_learned_has_an_interval_about_the_share_it_expects() -> None:
    found = adapt(known(), (), many)[0]

    assert found.interval is not None
    low, high = found.interval
    assert 0.5 < low < found.confidence < high < 1
    assert found.confidence == pytest.approx((18 + 1 / 3) / 21)


@pytest.mark.parametrize(
    "counts", [{}, {"compact": 3}, {"compact": 11, "spacious": 9}, {"compact": 10, "standard": 10}]
)
def test_nothing_is_learned_without_a_sure_majority(counts: dict[str, int]) -> None:
    assert learned("layout", [(COOK, counts)]) is None


@pytest.mark.parametrize(
    ("groups", "counts", "found"),
    [
        (1, {"compact": 6}, True),
        (1, {"compact": 5}, False),
        (1, {"compact": 15, "standard": 5}, True),
        (1, {"compact": 14, "standard": 6}, False),
        (7, {"compact": 9}, True),
        (7, {"compact": 8}, False),
        (7, {"compact": 17, "standard": 3}, True),
        (7, {"compact": 16, "standard": 4}, False),
    ],
)
def test_how_many_people_it_takes_depends_on_how_many_groups_are_asked(
    groups: int, counts: dict[str, int], found: bool
) -> None:
    others: Alike = [(COOK, {})] * (groups - 1)

    assert (learned("layout", [(COOK, counts), *others]) is not None) is found


def test_people_more_alike_decide_against_all_in_the_role() -> None:
    near = ({"role": "cook", "device": "ios"}, {"compact": 20})
    wide = (COOK, {"spacious": 900, "compact": 20})

    assert learned("layout", [near, wide])[0] == "compact"  # type: ignore[index]  # it is there


def test_what_surely_most_of_the_nearest_do_not_choose_is_not_taken_from_further_away() -> None:
    near = {"role": "cook", "device": "ios"}, {"compact": 20, "spacious": 20, "standard": 20}
    wide = COOK, {"spacious": 900, "compact": 20}

    assert learned("layout", [near, wide]) is None
    assert learned("layout", [wide]) is not None


def test_where_nobody_prefers_anything_something_is_learned_in_less_than_5_percent() -> None:
    rng = Random(7)
    found = 0
    for _ in range(1_000):
        alike: Alike = [
            (COOK, {value: counts[place] for place, value in enumerate(("compact", "spacious"))})
            for people in (6, 14, 40)
            if (counts := halves(rng, people))
        ]
        found += learned("layout", alike) is not None

    assert found < 50


def halves(rng: Random, people: int) -> tuple[int, int]:
    first = sum(rng.random() < 0.5 for _ in range(people))
    return first, people - first


def test_behaviour_is_told_as_weak_evidence_and_decides_nothing() -> None:
    quick = known(durations=[800.0, 900.0] * 20, expands=30, collapses=2)

    found = adapt(quick, (), nobody)

    assert [one.value for one in found] == [values[0] for values in SETTINGS.values()]
    assert [one.source for one in found] == ["default"] * 3
    assert [one.weak and one.weak.value for one in found] == ["compact", "high", "minimal"]
    assert found[0].reason == (
        "the default; weak evidence for 'compact': interactions take less than 1000 ms on average"
    )


def test_the_documented_way_lets_behaviour_decide_what_nobody_said() -> None:
    quick = known({"density": ("low", NOON)}, durations=[800.0, 900.0] * 20, expands=30)

    found = adapt(quick, (), many, DOCUMENTED)

    assert [(one.source, one.value) for one in found] == [
        ("inferred", "compact"),
        ("pin", "low"),
        ("inferred", "minimal"),
    ]


@pytest.mark.parametrize(
    ("setting", "person", "value"),
    [
        ("layout", known(durations=[500.0] * 19), None),
        ("layout", known(durations=[500.0] * 20), "compact"),
        ("layout", known(durations=[500.0, 1_800.0] * 10), None),
        ("layout", known(durations=[12_000.0, 13_000.0] * 10), "spacious"),
        ("animation", known(durations=[12_000.0, 13_000.0] * 10), None),
        ("density", known(expands=6, collapses=4), None),
        ("density", known(expands=2, collapses=30), "low"),
        ("density", known(), None),
    ],
)
def test_behaviour_hints_at_something_only_where_that_is_hardly_chance(
    setting: str, person: Known, value: str | None
) -> None:
    found = hint(setting, person)

    assert (found and found.value) == value
