from __future__ import annotations

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.profile.features.searches import BOUND, LONGEST, Searches, State
from penchant.profile.fold import Fold
from tests.conftest import NOON
from tests.profile.told import KINDS

SEARCHES = Searches()
HALF = 13.513  # days


def searched(*texts: tuple[str | None, float], kind: str = "search") -> State:
    """The state after searches so many days ago."""
    fold = Fold([SEARCHES], KINDS)
    events = [
        Event(id=str(place), user="ann", kind=kind, at=NOON - round(ago * DAY), text=text)
        for place, (text, ago) in enumerate(texts)
    ]
    state: State = fold.extend(
        fold.zero(), list(enumerate(events, start=1)), lambda item, at: None
    ).states[0]
    return state


def weights(state: State) -> dict[str, float]:
    return {one["name"]: one["weight"] for one in SEARCHES.read(state, NOON).value}


def test_words_are_counted_once_a_search_and_fade_by_weeks() -> None:
    state = searched(("Red shoes red", HALF), ("red SHOES", 0), ("blue hat", 0))

    assert weights(state) == pytest.approx(
        {"red": 1.5, "shoes": 1.5, "blue": 1.0, "hat": 1.0}, 1e-4
    )
    assert SEARCHES.read(state, NOON).evidence == 3


def test_a_late_search_lands_at_its_own_time() -> None:
    assert weights(searched(("red", 0), ("blue", HALF))) == pytest.approx(
        {"red": 1.0, "blue": 0.5}, 1e-4
    )


@pytest.mark.parametrize("text", [None, "", "  ", "a ! ?", "x" * (LONGEST + 1)])
def test_a_search_without_words_says_nothing(text: str | None) -> None:
    assert searched((text, 0)) == State()


def test_other_kinds_are_no_searches() -> None:
    assert searched(("red shoes", 0), kind="command") == State()


def test_the_words_searched_most_and_the_latest_stay_within_the_bound() -> None:
    texts = [("often", 1.0)] * 5 + [(f"word{number}", 0.5) for number in range(40)]

    state = searched(*texts)

    assert len(state.words) <= BOUND.keys
    assert {"often", "word39"} <= state.words.keys()


def test_long_words_leave_room_for_fewer() -> None:
    state = searched(*((f"{number}" + "語" * 7, 0.0) for number in range(9)))

    assert sum(len(word.encode()) for word in state.words) <= BOUND.size


def test_years_later_only_what_is_new_has_weight() -> None:
    state = searched(("old", 30 * 365), ("new", 0))

    assert weights(state)["new"] == pytest.approx(1.0)
    assert weights(state)["old"] < 1e-100


def test_without_searches_nothing_is_read() -> None:
    assert SEARCHES.read(State(), NOON).value == []
