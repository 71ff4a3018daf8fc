"""Popularity: decayed counts by item, with leaders."""

from __future__ import annotations

from datetime import timedelta

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.core.item import Item
from penchant.core.kinds import Kind, Kinds
from penchant.personalise.candidates.popularity import Popularity, State
from penchant.profile.fold import Fold

KINDS = Kinds(
    {
        "click": Kind(name="click", weight=1.0, group="interface"),
        "dislike": Kind(name="dislike", weight=-0.5, group="negative"),
        "exposure": Kind(name="exposure", weight=0.5, group="slate"),
    }
)
T0 = 20_000 * DAY


def event(item: str | None, day: float = 0.0, kind: str = "click") -> Event:
    return Event(id=f"{item}{day}{kind}", user="ann", kind=kind, at=T0 + int(day * DAY), item=item)


def folded(feature: Popularity, *events: Event, category: str | None = None) -> State:
    fold = Fold((feature,), KINDS)
    states = fold.zero()
    for position, one in enumerate(events, 1):
        item = None if one.item is None else Item(id=one.item, category=category)
        fold.step(states, position, one, item)
    state: State = states.states[0]
    return state


def test_nothing_is_popular_before_the_first_event() -> None:
    feature = Popularity()

    assert feature.top(feature.zero(), 10) == []


def test_recent_counts_beat_more_of_the_past() -> None:
    feature = Popularity(timedelta(days=1))

    state = folded(feature, *[event("old")] * 3, event("new", 2.0))

    assert [item for item, _ in feature.top(state, 2)] == ["new", "old"]


def test_reading_shows_decayed_counts() -> None:
    feature = Popularity(timedelta(days=1))

    reading = feature.read(folded(feature, event("a")), T0 + DAY)

    assert reading.value == {"a": pytest.approx(0.5)}


def test_a_late_event_counts_as_of_its_own_time() -> None:
    feature = Popularity()
    events = [event("a"), event("b", 3.0), event("a", 1.0)]

    assert folded(feature, *events).weights == pytest.approx(
        folded(feature, *reversed(events)).weights
    )


def test_dislikes_take_away_and_exposures_do_not_count() -> None:
    feature = Popularity()

    state = folded(feature, event("a"), event("a", kind="dislike"), event("b", kind="exposure"))

    assert feature.read(state, T0).value == {"a": pytest.approx(0.5)}


def test_an_item_only_disliked_is_no_leader() -> None:
    feature = Popularity()

    assert feature.top(folded(feature, event("a", kind="dislike")), 5) == []


def test_among_some_items_only_the_liked_are_told() -> None:
    feature = Popularity()
    state = folded(feature, event("a"), event("b", kind="dislike"), event("c"))

    assert list(feature.among(state, ["a", "b", "unknown"])) == ["a"]


def test_weights_survive_the_move_to_a_later_block() -> None:
    feature = Popularity(timedelta(days=1))
    border = 512 * (T0 // DAY // 512 + 1) - T0 // DAY

    state = folded(feature, event("a", border - 0.5), event("a", border + 0.5), category="run")

    now = T0 + int((border + 0.5) * DAY)
    assert feature.read(state, now).value == {"a": pytest.approx(1.5)}
    fade = feature.half_lives.fade(0, state.block, now)
    assert feature.top(state, 1)[0][1] * fade == pytest.approx(1.5)


def test_an_event_of_a_block_long_past_does_not_matter() -> None:
    feature = Popularity(timedelta(days=1))

    state = folded(feature, event("a", 1_600.0), event("b"))

    assert feature.read(state, T0 + 1_600 * DAY).value.get("b", 0.0) < 1e-100


def test_merging_two_folds_is_the_fold_of_both() -> None:
    feature = Popularity()
    left, right = [event("a"), event("b", 1.0)], [event("a", 2.0), event("c", 3.0)]

    merged = feature.merge(folded(feature, *left), folded(feature, *right))
    whole = folded(feature, *left, *right)

    assert merged.weights == pytest.approx(whole.weights)
    assert [item for item, _ in feature.top(merged, 9)] == [
        item for item, _ in feature.top(whole, 9)
    ]
