from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from penchant.core.event import Event
from penchant.core.instant import HOUR, SECOND
from penchant.core.interface import TIERS
from penchant.profile.feature import Norms
from penchant.profile.features.expertise import (
    INDICATORS,
    OTHERS,
    SETTLED,
    UPDATE,
    Expertise,
    Skills,
)
from penchant.profile.fold import Fold
from penchant.profile.panel import Panel
from penchant.state.decay import HalfLives
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading

FOLD = Fold([Expertise()], KINDS)
CROWD = Fold([Panel([Skills(Expertise())])], KINDS, HalfLives.of())


def practised(user: str, skill: float, count: int = 5 * UPDATE) -> list[Event]:
    """A history: the more skill from 0 to 1, the quicker, the surer and the broader."""
    rng = Random(user)
    at = NOON
    made = []
    for number in range(count):
        at += round(SECOND * (20.0 - 15.0 * skill) * rng.uniform(0.5, 1.5))
        made.append(
            Event(
                id=f"{user}{number}",
                user=user,
                kind="command",
                at=at,
                text=f"word{rng.randrange(3 + round(20 * skill))}",
                duration_ms=(1_000.0 - 800.0 * skill) * rng.uniform(0.5, 1.5),
                success=rng.random() < 0.6 + 0.35 * skill,
            )
        )
    return made


def crowd(people: int = 40) -> Norms:
    """What is known of people of every skill."""
    folded = CROWD.zero()
    for number in range(people):
        for one in practised(f"u{number}", number / (people - 1)):
            CROWD.step(folded, folded.upto + 1, one, None)
    panel = CROWD.feature(Panel)
    panel._make_norms(folded.states[0])
    return panel.norms(folded.states[0])


NORMS = crowd()


def read(told: list[Event], norms: Norms | None = NORMS) -> Any:
    folded = FOLD.extend(FOLD.zero(), list(enumerate(told, start=1)), lambda id, at: None)
    return FOLD.read(folded, NOON, norms)["expertise"].value


def test_the_more_practised_somebody_is_the_higher_the_score() -> None:
    scores = [read(practised("ann", skill))["score"] for skill in (0.0, 0.25, 0.5, 0.75, 1.0)]

    assert scores == sorted(scores)
    assert scores[0] < 0.1
    assert scores[-1] > 0.9


def test_the_tier_is_a_fifth_of_the_scores() -> None:
    values = [read(practised(f"ann{skill}", skill)) for skill in (0.0, 0.3, 0.6, 1.0)]

    assert [one["tier"] for one in values] == [
        TIERS[min(int(one["score"] * 5), 4)] for one in values
    ]
    assert (values[0]["tier"], values[-1]["tier"]) == ("novice", "power_user")


def test_every_indicator_that_was_told_has_its_rank() -> None:
    ranks = read(practised("ann", 0.9))["indicators"]

    assert list(ranks) == list(INDICATORS)
    assert all(0.0 <= rank <= 1.0 for rank in ranks.values())


def test_what_is_not_told_has_no_say() -> None:
    silent = [
        Event(id=one.id, user="ann", kind="click", at=one.at, item=one.text)
        for one in practised("ann", 0.9)
    ]

    assert read(silent)["indicators"].keys() == {"pace", "steadiness", "breadth", "experience"}


@pytest.mark.parametrize("norms", [None, Norms()])
def test_with_nobody_to_compare_with_nothing_is_said(norms: Norms | None) -> None:
    value = read(practised("ann", 0.9), norms)

    assert (value["score"], value["interval"], value["tier"]) == (0.5, [0.0, 1.0], "novice")


def test_before_twenty_events_nothing_is_said() -> None:
    assert read(practised("ann", 0.9, UPDATE - 1))["interval"] == [0.0, 1.0]
    assert read(practised("ann", 0.9, UPDATE))["updates"] == 1


def test_the_score_lies_in_its_interval_which_narrows() -> None:
    few, many = (read(practised("ann", 0.5, count)) for count in (2 * UPDATE, 40 * UPDATE))

    for value in (few, many):
        low, high = value["interval"]
        assert low <= value["score"] <= high
    assert many["interval"][1] - many["interval"][0] < few["interval"][1] - few["interval"][0]


def test_a_pause_between_two_sessions_is_no_slowness() -> None:
    told = practised("ann", 0.5)
    torn = [
        Event(id=one.id, user="ann", kind=one.kind, at=one.at + number // 10 * HOUR, text=one.text,
              duration_ms=one.duration_ms, success=one.success)
        for number, one in enumerate(told)
    ]  # fmt: skip

    assert read(torn)["score"] == pytest.approx(read(told)["score"], abs=0.1)


def test_an_outlier_does_not_move_the_tier() -> None:
    steady = practised("ann", 0.9, 40 * UPDATE)
    last = steady[-1].at
    slow = [
        Event(
            id=f"s{number}",
            user="ann",
            kind="command",
            at=last + number * 90 * SECOND,
            text="word1",
        )
        for number in range(1, UPDATE + 1)
    ]

    assert read([*steady, *slow])["tier"] == read(steady)["tier"]


def test_a_late_event_counts_and_is_no_gap() -> None:
    value = reading(Expertise(), event(after=HOUR), event(after=0)).value

    assert value["updates"] == 0


def test_somebody_who_gets_better_comes_to_another_tier_since_the_first_step() -> None:
    feature = Expertise()
    slow, quick = practised("ann", 0.1, SETTLED * UPDATE), practised("ann", 1.0, 20 * UPDATE)
    later = [
        msgspec.structs.replace(one, at=one.at - quick[0].at + slow[-1].at + HOUR) for one in quick
    ]
    fold = Fold([feature], KINDS)
    before = fold.extend(fold.zero(), list(enumerate(slow, start=1)), lambda item, at: None)
    norm = NORMS.by_name["expertise"]
    assert feature.change(before.states[0], norm) is None

    after = fold.extend(before, list(enumerate(later, start=1_000)), lambda item, at: None)

    change = feature.change(after.states[0], norm)
    assert change is not None
    assert TIERS.index(change.before) < TIERS.index(change.tier)
    assert slow[-1].at < change.at < later[-1].at
    assert feature.change(after.states[0], None) is None


@pytest.mark.parametrize(("people", "known"), [(OTHERS - 1, False), (OTHERS, True)])
def test_a_rank_is_said_among_five_people_or_more(people: int, known: bool) -> None:
    everyone = CROWD.zero()
    events = [
        Event(id=f"{user} {number}", user=f"u{user}", kind="click", at=number * SECOND)
        for number in range(2 * UPDATE)
        for user in range(people)
    ]
    CROWD.extend(everyone, list(enumerate(events, start=1)), lambda item, at: None)

    norm = CROWD.feature(Panel).norms(everyone.states[0]).by_name["expertise"]

    assert bool(norm.scores) is known
