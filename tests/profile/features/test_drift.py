from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import HOUR
from penchant.core.item import Item
from penchant.profile.features.drift import Drift
from tests.profile.told import event, reading

ITEMS = {name: Item(id=name, category=name) for name in ("tea", "run", "art")}
UNKNOWN = {"drifting": False, "since": None, "window": None, "p": None, "kl": None, "js": None}


def told(*items: str, kind: str = "click") -> list[Event]:
    return [event(kind, after=n * HOUR, item=item) for n, item in enumerate(items)]


def drift(*events: Event) -> dict[str, Any]:
    value: dict[str, Any] = reading(Drift(), *events, items=ITEMS).value
    return value


def test_of_few_events_nothing_is_said() -> None:
    assert drift(*told("tea", "run")) == UNKNOWN


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
