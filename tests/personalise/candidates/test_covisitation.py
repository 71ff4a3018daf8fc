"""Covisitation: pairs of items near each other in people's histories."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.instant import DAY, SECOND
from penchant.core.kinds import Kind, Kinds
from penchant.personalise.candidates.covisitation import Covisitation, State
from penchant.profile.fold import Fold

KINDS = Kinds(
    {
        "click": Kind(name="click", weight=1.0, group="interface"),
        "view": Kind(name="view", weight=0.1, group="consume"),
        "rating": Kind(name="rating", weight=1.0, group="outcome", scale=(1, 5)),
        "return": Kind(name="return", weight=-0.5, group="negative"),
        "exposure": Kind(name="exposure", weight=0.5, group="slate"),
    }
)
T0 = 20_000 * DAY
BLOCK_OF = 512 * 60 * DAY  # instants that share a block at the default half-life


def click(user: str, item: str | None, at: int = 0, **fields: Any) -> Event:
    told = {"kind": "click", **fields}
    return Event(id=f"{user}/{item}/{at}", user=user, item=item, at=T0 + at * SECOND, **told)


def folded(feature: Covisitation, *events: Event) -> State:
    fold = Fold((feature,), KINDS)
    states = fold.zero()
    for position, event in enumerate(events, 1):
        fold.step(states, position, event, None)
    state: State = states.states[0]
    return state


def scores(feature: Covisitation, state: State, history: list[str]) -> dict[str, float]:
    return feature.scores(state, feature.query(state, history))


def rows(feature: Covisitation, *events: Event) -> dict[str, dict[str, Any]]:
    """Pair weights as they stand at the latest event."""
    state = folded(feature, *events)
    fade = feature.half_lives.fade(0, state.block, state.latest)
    return {
        name: {other: pytest.approx(weight * fade, rel=1e-4) for other, weight in row.items()}
        for name, row in state.rows.items()
        if row
    }


def test_nothing_is_near_an_empty_history() -> None:
    feature = Covisitation()

    assert scores(feature, feature.zero(), ["a"]) == {}
    assert scores(feature, folded(feature, click("ann", "a")), []) == {}
    assert scores(feature, folded(feature, click("ann", "a")), ["a"]) == {}


def test_a_pair_is_directed_and_fades_with_the_places_between() -> None:
    found = rows(
        Covisitation(power=1.0), click("ann", "a"), click("ann", "b", 1), click("ann", "c", 2)
    )

    assert found == {"a": {"b": 1.0, "c": 0.5}, "b": {"c": 1.0}}


def test_touches_of_one_instant_pair_both_ways() -> None:
    found = rows(Covisitation(), click("ann", "a"), click("ann", "b"))

    assert found == {"a": {"b": 1.0}, "b": {"a": 1.0}}


def test_people_do_not_pair_with_each_other() -> None:
    assert rows(Covisitation(), click("ann", "a"), click("bob", "b", 1)) == {}


def test_repeats_stand_on_the_diagonal_and_are_scored() -> None:
    feature = Covisitation()
    state = folded(feature, click("ann", "a"), click("ann", "a", 1))

    assert list(state.rows["a"]) == ["a"]
    assert scores(feature, state, ["a"])["a"] > 0


def test_a_low_rating_is_a_choice_like_a_high_one() -> None:
    low = rows(Covisitation(), click("ann", "a"), click("ann", "b", 1, kind="rating", value=1))
    high = rows(Covisitation(), click("ann", "a"), click("ann", "b", 1, kind="rating", value=5))

    assert low == {"a": {"b": 1.0}}
    assert high == {"a": {"b": 1.0}}


def test_a_pair_weighs_what_its_kind_weighs() -> None:
    assert rows(Covisitation(), click("ann", "a"), click("ann", "b", 1, kind="view")) == {
        "a": {"b": 0.1}
    }


@pytest.mark.parametrize("kind", ["return", "exposure"])
def test_kinds_of_no_choice_are_left_out(kind: str) -> None:
    assert rows(Covisitation(), click("ann", "a"), click("ann", "b", 1, kind=kind)) == {}


def test_an_event_without_an_item_changes_nothing() -> None:
    feature = Covisitation()

    assert folded(feature, click("ann", None)) == feature.zero()


def test_a_late_event_takes_its_place_in_time() -> None:
    feature = Covisitation(power=1.0)

    found = rows(feature, click("ann", "a"), click("ann", "c", 2), click("ann", "b", 1))

    assert found["a"]["b"] == 1.0
    assert found["b"] == {"c": 1.0}


def test_an_event_older_than_a_full_window_is_not_paired() -> None:
    feature = Covisitation(window=2)

    state = folded(feature, click("ann", "a", 5), click("ann", "b", 6), click("ann", "z", 0))

    assert "z" not in state.rows
    assert state.windows["ann"].items == ["a", "b"]


def test_only_the_window_is_paired() -> None:
    feature = Covisitation(window=2)
    state = folded(feature, *(click("ann", item, at) for at, item in enumerate("abcd")))

    assert set(state.rows["a"]) == {"b", "c"}


def test_old_pairs_weigh_half_after_a_half_life() -> None:
    day = 86_400
    found = rows(
        Covisitation(timedelta(days=1)),
        click("ann", "a"),
        click("ann", "b", 1),
        click("bob", "a", day),
        click("bob", "c", day + 1),
    )

    assert found["a"] == {"b": 0.5, "c": 1.0}


def test_weights_survive_the_move_to_a_later_block() -> None:
    feature = Covisitation()
    border = BLOCK_OF * (T0 // BLOCK_OF + 1)
    before = [click("ann", "a"), click("ann", "b", 1)]
    early, late = (
        Event(id=str(n), user="bob", kind="click", item=item, at=border + n * SECOND)
        for n, item in ((-1, "a"), (1, "b"))
    )

    state = folded(feature, *before, early, late)

    assert state.block == border // BLOCK_OF
    fade = feature.half_lives.fade(0, state.block, state.latest)
    assert state.rows["a"]["b"] * fade == pytest.approx(
        1.0 + 2.0 ** ((T0 - border) / (60 * DAY)), rel=1e-4
    )


def test_an_event_of_an_earlier_block_weighs_next_to_nothing() -> None:
    feature = Covisitation()
    later = Event(id="1", user="bob", kind="click", item="x", at=T0 + BLOCK_OF)

    state = folded(feature, later, click("ann", "a"), click("ann", "b", 1))

    fade = feature.half_lives.fade(0, state.block, state.latest)
    assert 0 < state.rows["a"]["b"] * fade < 1e-100
    assert state.block == later.at // BLOCK_OF


def test_a_row_keeps_its_strongest_pairs() -> None:
    feature = Covisitation(row=8, window=1)
    often = [
        event for n in range(3) for event in (click(f"u{n}", "a", 0), click(f"u{n}", "best", 1))
    ]
    rare = [
        event
        for n in range(40)
        for event in (click(f"r{n}", "a", 2), click(f"r{n}", f"rare{n}", 3))
    ]

    state = folded(feature, *often, *rare)

    assert len(state.rows["a"]) <= 8
    assert "best" in state.rows["a"]


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.integers(0, 30), st.integers(0, 50)), max_size=150
    )
)
def test_all_bounds_hold_and_pairs_are_counted(told: list[tuple[str, int, int]]) -> None:
    feature = Covisitation(row=6, pairs=40, items=12)

    state = folded(feature, *(click(user, f"i{item}", at) for user, item, at in told))

    assert state.pairs == sum(map(len, state.rows.values()))
    assert state.pairs <= 40
    assert len(state.totals) <= 12
    assert len(state.rows) <= 12
    assert all(len(row) <= 6 for row in state.rows.values())
    assert all(len(window.items) <= len(feature.near) for window in state.windows.values())


def test_rows_give_way_in_turn_and_keep_their_strongest_pair() -> None:
    feature = Covisitation(window=2, pairs=12, items=6)
    often = [click("ann", f"i{place % 4}", place) for place in range(40)]
    seldom = [click("bob", f"i{place * 7 % 5}", 40 + place) for place in range(15)]

    strongest = {
        name: max(row, key=row.__getitem__) for name, row in folded(feature, *often).rows.items()
    }
    state = folded(feature, *often, *seldom)

    assert state.pairs <= 12
    assert all(state.rows.values())
    assert all(near in state.rows[name] for name, near in strongest.items())


def test_fewer_pairs_than_items_are_refused() -> None:
    with pytest.raises(ValueError, match="at least twice the items 9"):
        Covisitation(pairs=17, items=9)


def test_merging_two_folds_adds_their_pairs() -> None:
    feature = Covisitation()
    left = [click("ann", "a"), click("ann", "b", 1)]
    right = [click("bob", "a", 2), click("bob", "b", 3), click("bob", "c", 4)]

    merged = feature.merge(folded(feature, *left), folded(feature, *right))
    whole = folded(feature, *left, *right)

    assert merged.pairs == whole.pairs
    assert merged.windows == whole.windows
    for name, row in whole.rows.items():
        assert merged.rows.get(name, {}) == pytest.approx(row)
    assert merged.totals == pytest.approx(whole.totals)


def test_merging_with_nothing_changes_nothing() -> None:
    feature = Covisitation()
    state = folded(feature, click("ann", "a"), click("ann", "b", 1))

    assert feature.merge(state, feature.zero()).rows == state.rows
    assert feature.merge(feature.zero(), state).rows == state.rows


def test_what_is_near_everything_scores_less_than_what_is_near_this() -> None:
    feature = Covisitation()
    crowd = [
        event for n in range(20) for event in (click(f"u{n}", f"x{n}", 0), click(f"u{n}", "hit", 1))
    ]
    both = [click("ann", "a", 2), click("ann", "rare", 3), click("bob", "a", 2)]

    found = scores(feature, folded(feature, *crowd, *both, click("bob", "hit", 3)), ["a"])

    assert found["rare"] > found["hit"] > 0


def test_newer_touches_of_the_query_count_more() -> None:
    feature = Covisitation()
    state = folded(
        feature, click("ann", "a"), click("ann", "x", 1), click("bob", "b"), click("bob", "y", 1)
    )

    assert scores(feature, state, ["a", "b"])["x"] > scores(feature, state, ["b", "a"])["x"]


def test_the_reason_names_the_touch_that_adds_most() -> None:
    feature = Covisitation()
    state = folded(
        feature, click("ann", "a"), click("ann", "x", 1), click("bob", "b"), click("bob", "x", 1)
    )

    assert feature.because(state, feature.query(state, ["b", "a", "other"]), "x") == ["b", "a"]
    assert feature.because(state, feature.query(state, ["a"]), "unknown") == []


def test_options_that_change_the_state_change_the_identity() -> None:
    assert Covisitation(row=8).identity() != Covisitation().identity()
    assert Covisitation(timedelta(days=1)).identity() != Covisitation().identity()
    assert Covisitation(tau=9.0).identity() == Covisitation().identity()


def test_around_an_item_is_what_comes_before_and_after_it() -> None:
    feature = Covisitation(q=0.0)
    state = folded(feature, *(click("ann", item, at) for at, item in enumerate("abc")))

    around = feature.around(state, "b")

    assert around == {"a": pytest.approx(1.0), "c": pytest.approx(1.0)}
    assert feature.around(state, "unknown") == {}
