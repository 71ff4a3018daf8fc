from __future__ import annotations

from math import isfinite
from random import Random
from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, Instant
from penchant.core.item import Item
from penchant.profile.feature import HALF_LIVES, Signal
from penchant.profile.features.interests import Categories, Norm
from penchant.profile.fold import Fold
from penchant.profile.panel import Panel
from penchant.profile.tastes import NAMES, OFTEN, STRENGTHS, Tastes
from penchant.state.decay import HalfLives
from tests.conftest import NOON
from tests.profile.told import KINDS

TASTES = Tastes(Categories())
FOLD = Fold([Panel([TASTES])], KINDS, HalfLives.of())
NAMED = [f"c{number}" for number in range(8)]


def norm(told: list[tuple[str, str, Instant]], kind: str = "click") -> Norm:
    """What is said of people at large after (user, category, instant) of each event."""
    logged = [
        (place, Event(id=f"e{place}", user=user, kind=kind, at=at, item=category))
        for place, (user, category, at) in enumerate(told, start=1)
    ]
    folded = FOLD.extend(FOLD.zero(), logged, lambda id, at: Item(id=id, category=id))
    panel = FOLD.feature(Panel)
    panel._make_norms(folded.states[0])
    said: Norm = panel.norms(folded.states[0]).by_name["categories"]
    return said


def people(likes: Any, events: int = 60, count: int = 60) -> list[tuple[str, str, Instant]]:
    """Each person turns to what ``likes`` says of (rng, person, number of the event)."""
    rng = Random(5)
    return [
        (f"u{person}", likes(rng, person, number), NOON + number * 5 * DAY + person * HOUR)
        for number in range(events)
        for person in range(count)
    ]


def test_people_who_are_alike_are_expected_to_do_what_everybody_does() -> None:
    alike = norm(people(lambda rng, person, number: rng.choice(NAMED)))
    different = norm(people(lambda rng, person, number: NAMED[person % 8]))

    assert alike.strength == STRENGTHS[-1]
    assert different.strength == STRENGTHS[0]


def test_where_people_stay_as_they_are_nothing_is_forgotten() -> None:
    told = norm(people(lambda rng, person, number: NAMED[(person + (rng.random() < 0.4)) % 8]))

    assert told.memory == "always"


def test_where_people_turn_to_something_else_soon_what_was_long_ago_is_forgotten() -> None:
    told = norm(people(lambda rng, person, number: NAMED[(person + number // 10) % 8]))

    assert told.memory == "weeks"


def test_as_long_as_little_was_foretold_the_memory_is_that_of_months() -> None:
    assert norm(people(lambda rng, person, number: NAMED[number % 8], events=1)).memory == "months"


def test_what_people_turn_away_from_does_not_count() -> None:
    told = people(lambda rng, person, number: rng.choice(NAMED))

    assert norm(told, "dislike").shares == {}


def test_what_nobody_turned_to_is_expected_a_little() -> None:
    told = norm(people(lambda rng, person, number: rng.choice(NAMED)))

    assert sum(told.shares.values()) + told.unseen == pytest.approx(1.0)
    assert 0.0 < told.unseen < 0.001


def test_of_too_many_names_the_commonest_are_counted() -> None:
    shares = norm(
        people(lambda rng, person, number: "often" if rng.random() < 0.5 else f"{rng.random()}")
    ).shares

    assert len(shares) <= NAMES
    assert "often" in shares


def test_an_event_that_comes_decades_late_leaves_everything_finite() -> None:
    told = people(lambda rng, person, number: rng.choice(NAMED), count=1, events=OFTEN - 1)
    shared, own = TASTES.zero(), TASTES.own_zero()

    for place, (user, category, at) in enumerate([*told, ("u0", "c1", 0)]):
        late = Event(id=f"e{place}", user=user, kind="click", at=at, item=category)
        signal = Signal(late, KINDS.of("click"), 0.3, HALF_LIVES.at(at))
        TASTES.step(shared, own, signal, Item(id=category, category=category))

    assert shared.foretold == 1
    assert all(isfinite(one) for bits in shared.bits for one in bits)
    assert all(map(isfinite, shared.squares))
