from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.core.settings import Settings
from penchant.profile.explanation import Because, explain
from penchant.profile.feature import Norms, Reading
from penchant.serve.folds import person_fold
from tests.conftest import NOON
from tests.profile.told import KINDS

FOLD = person_fold(Settings(), KINDS)
DAYS = 150


def click(number: int, ago: int = 0, category: str = "run", **fields: Any) -> Event:
    told = {"data": {"category": category}, **fields}
    return Event(
        id=f"e{number}", user="ann", kind="click", at=NOON - ago * DAY, item=f"i{number}", **told
    )


def _again(number: int) -> dict[str, Any]:
    return {"id": "again", "user": "ann", "kind": "click", "at": NOON - DAY, "item": f"i{number}"}


def explained(
    name: str, *events: Event, limit: int = 10
) -> tuple[Reading, dict[str, Because], int]:
    tail = list(enumerate(events, start=1))
    reading, because, changing = explain(
        FOLD, FOLD.zero(), tail, lambda item, at: None, name, NOON, Norms(), limit
    )
    return reading, {one.event.id: one for one in because}, changing


def test_the_weights_of_the_events_sum_to_the_weight_that_is_read() -> None:
    reading, because, _ = explained("categories", click(1, ago=DAYS), click(2), click(3, ago=3))

    assert sum(one.weight for one in because.values()) == pytest.approx(reading.value[0]["weight"])
    assert because["e1"].weight == pytest.approx(because["e2"].weight / 2)


def test_what_an_event_changed_is_told_from_what_to_what() -> None:
    _, because, _ = explained("categories", click(1), click(2, category="swim"), click(3))

    [(part, (before, after))] = because["e2"].changed.items()
    assert (part, before) == ("swim", None)
    assert after == pytest.approx(0.3)
    assert because["e3"].changed["run"] == (pytest.approx(0.3), pytest.approx(0.6))


def test_events_that_change_nothing_of_a_reading_are_not_behind_it() -> None:
    told = Event(id="t", user="ann", kind="traits", at=NOON, data={"role": "cook"})

    _, because, changing = explained("traits", click(1), told, click(2))

    assert (list(because), changing) == (["t"], 1)
    assert because["t"].changed == {"role": (None, "cook")}


def test_the_heaviest_events_come_first_and_the_others_are_counted() -> None:
    events = [click(number, ago=10 * number) for number in range(5)]

    _, because, changing = explained("items", *events, limit=2)

    assert (list(because), changing) == (["e0", "e1"], 5)


def test_in_words_an_event_says_when_what_and_how_much() -> None:
    _, because, _ = explained("categories", click(1))

    assert str(because["e1"]) == (
        "2026-01-01T12:00:00Z: click of i1, weight 0.3: run nothing -> 0.3"
    )


def test_a_repeated_touch_changes_what_is_recent() -> None:
    _, because, changing = explained("recent", click(1, ago=2), Event(**_again(1)), click(2))

    assert changing == 3
    [(part, (before, after))] = because["again"].changed.items()
    assert (part, before, after) == ("i1", "2025-12-30T12:00:00Z", "2025-12-31T12:00:00Z")


def test_a_tile_keeps_its_name_when_another_one_begins() -> None:
    _, because, _ = explained("evolution", click(1, ago=30), click(2))

    changed = because["e2"].changed
    began = [part for part, (before, _) in changed.items() if part.startswith("ten_days")]
    assert began
    assert all(before is None for part, (before, _) in changed.items() if part in began)


def test_a_sign_of_an_unusual_day_is_told_by_what_it_is_and_the_day() -> None:
    events = [click(10 * ago + number, ago=ago) for ago in range(9, -1, -1) for number in range(3)]

    _, because, _ = explained("anomaly", *events)

    assert because["e2"].changed["signals.volume of 2026-01-01.value"] == (2, 3)


@pytest.mark.parametrize("name", [feature.name for feature in FOLD.features])
def test_every_reading_can_be_explained(name: str) -> None:
    events = [click(number, ago=20 - number, success=number % 3 > 0) for number in range(20)]

    reading, because, changing = explained(name, *events)

    assert bool(changing) == bool(because)
    whole = FOLD.extend(FOLD.zero(), list(enumerate(events, start=1)), lambda item, at: None)
    assert reading == FOLD.read(whole, NOON)[name]


def test_a_name_that_no_feature_has_is_refused() -> None:
    with pytest.raises(LookupError, match="no feature is called 'taste'"):
        explained("taste", click(1))


@pytest.mark.parametrize("feature", FOLD.features, ids=lambda feature: feature.name)
def test_every_feature_says_what_it_learns_from(feature: Any) -> None:
    assert "needs" in vars(type(feature))
