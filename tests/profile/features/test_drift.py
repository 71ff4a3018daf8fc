from __future__ import annotations

from math import log
from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR
from penchant.core.item import Item
from penchant.profile.features.drift import Drift, documented
from penchant.profile.features.evolution import Evolution
from penchant.profile.fold import Fold
from penchant.state.tiles import Tiles
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading

ITEMS = {name: Item(id=name, category=name) for name in ("tea", "run", "art")}
NOT_FOUND = {"drifting": False, "since": None, "window": None, "p": None}
NOT_SAID = {"kl": None, "js": None, "documented": None}


def told(*items: str, kind: str = "click") -> list[Event]:
    return [event(kind, after=n * HOUR, item=item) for n, item in enumerate(items)]


def drift(*events: Event) -> dict[str, Any]:
    value: dict[str, Any] = reading(Drift(), *events, items=ITEMS).value
    return value


def test_of_few_events_nothing_is_said() -> None:
    assert drift(*told("tea", "run")) == NOT_FOUND | NOT_SAID


def test_who_turns_to_something_else_drifts_since_the_event_that_showed_it() -> None:
    value = drift(*told(*["tea", "run"] * 50, *["art"] * 10))

    assert value["drifting"]
    assert (value["since"], value["window"]) == ("2026-01-06T01:00:00Z", 20)  # the 110th, 109 h on
    assert value["p"] < 1e-6


def test_who_keeps_to_their_tastes_does_not_and_both_sides_are_alike() -> None:
    value = drift(*told(*["tea", "run"] * 50))

    assert not value["drifting"]
    assert value["kl"] == pytest.approx(0.0, abs=0.001)
    assert value["js"] == pytest.approx(0.0, abs=0.001)


def test_the_sides_are_what_came_since_the_change_and_what_came_before() -> None:
    value = drift(*told(*["tea"] * 20, *["art"] * 30))

    assert value["js"] == 1.0
    assert 2.0 < value["kl"] < 4.0


def test_what_is_turned_away_from_is_no_turn() -> None:
    disliked = told(*["art"] * 20, kind="dislike")

    assert not drift(*told(*["tea"] * 40), *disliked)["drifting"]


def test_what_has_no_category_is_no_turn_and_what_the_event_tells_is_one() -> None:
    bare = told(*["new"] * 40)
    own = [event(item="new", data={"category": "tea"}) for _ in range(40)]

    assert reading(Drift(), *bare, items=ITEMS).evidence == 0
    assert reading(Drift(), *own, items=ITEMS).evidence == 40


def by_day(**told: list[int]) -> Tiles:
    """Tiles after each name came so many days ago."""
    tiles = Tiles()
    for name, days in told.items():
        for ago in days:
            tiles.add(name, NOON // DAY - ago)
    return tiles


def test_the_documented_rule_compares_the_last_30_days_with_the_60_before() -> None:
    value = documented(by_day(tea=[*range(20)], run=[*range(35, 75)]), NOON)

    assert value["drifting"]
    assert (value["recent"], value["historical"]) == (20, 40)
    assert value["kl"] == pytest.approx(21 / 22 * log(21 / 22 * 42) + 1 / 22 * log(42 / 41 / 22))


def test_the_documented_rule_calls_the_same_shares_none() -> None:
    value = documented(by_day(tea=[*range(80)], run=[*range(80)]), NOON)

    assert (value["drifting"], value["kl"]) == (False, pytest.approx(0.0, abs=0.01))


@pytest.mark.parametrize("days", [range(20), range(35, 75)])
def test_the_documented_rule_says_nothing_without_evidence_on_both_sides(days: range) -> None:
    value = documented(by_day(tea=[*days]), NOON)

    assert (value["drifting"], value["kl"]) == (None, None)


def test_in_a_profile_drift_tells_what_the_documented_rule_says_of_the_tiles() -> None:
    fold = Fold([Drift(), Evolution()], KINDS)
    events = [event(after=-n * DAY, item="tea" if n < 25 else "run") for n in range(80)]
    folded = fold.extend(fold.zero(), list(enumerate(events, 1)), lambda id, at: ITEMS[id])

    value = fold.read(folded, NOON)["drift"].value

    assert value["documented"]["drifting"]
    assert value["documented"] == documented(fold.state(folded, "evolution"), NOON)
