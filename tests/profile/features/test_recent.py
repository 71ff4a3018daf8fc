from __future__ import annotations

from penchant.core.instant import MINUTE
from penchant.profile.features.recent import LENGTH, SIZE, Recent
from penchant.profile.fold import Fold
from tests.profile.told import KINDS, event, reading


def items(found: object) -> list[str]:
    assert isinstance(found, list)
    return [touch["item"] for touch in found]


def test_the_newest_touch_comes_first_and_repeats_stay() -> None:
    events = [event(after=n, item=item) for n, item in enumerate("aba")]

    assert items(reading(Recent(), *events).value) == ["a", "b", "a"]


def test_touches_of_one_instant_stay_in_the_order_they_arrived() -> None:
    assert items(reading(Recent(), event(item="a"), event(item="b")).value) == ["b", "a"]


def test_a_late_event_goes_to_its_place() -> None:
    events = event(item="a"), event(after=2 * MINUTE, item="c"), event(after=MINUTE, item="b")

    assert items(reading(Recent(), *events).value) == ["c", "b", "a"]


def test_no_more_than_24_touches_are_read() -> None:
    found = reading(Recent(), *(event(after=n, item=f"i{n}") for n in range(100)))

    assert items(found.value) == [f"i{n}" for n in range(99, 99 - LENGTH, -1)]
    assert found.evidence == LENGTH


def test_long_names_are_bounded_in_bytes_and_the_newest_stays() -> None:
    events = [event(after=n, item=f"{n:03}" + "é" * 252) for n in range(20)]

    found = items(reading(Recent(), *events).value)

    assert found[0].startswith("019")
    assert sum(len(item.encode()) for item in found) <= SIZE


def test_what_was_shown_and_what_names_no_item_is_no_touch() -> None:
    assert reading(Recent(), event(), event("exposure", item="a")).value == []


def test_a_low_rating_was_chosen_and_a_dismissal_was_not() -> None:
    fold = Fold([Recent()], KINDS)
    events = event("rating", item="a", value=1.0), event("dismiss", item="b")

    folded = fold.extend(fold.zero(), list(enumerate(events, 1)), lambda item, position: None)

    assert [touch.chosen for touch in folded.states[0]] == [True, False]
