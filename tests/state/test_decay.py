from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.instant import DAY, HOUR, Instant
from penchant.state.decay import BLOCK, HalfLives, shift
from penchant.state.tally import ROW, Bound, Tally

WIDE = Bound(1_000, 100_000)
LIVES = HalfLives.of(timedelta(hours=12), timedelta(days=14))
INSTANTS = st.integers(-40 * 365 * DAY, 60 * 365 * DAY)


def tally(*events: tuple[str, float, Instant]) -> Tally:
    made = Tally()
    for key, weight, at in events:
        made.add(key, weight, LIVES.at(at), WIDE)
    return made


@given(at=INSTANTS, age=st.integers(0, 1_000 * HOUR))
def test_a_lone_event_halves_every_half_life(at: Instant, age: Instant) -> None:
    weights = tally(("a", 1.0, at)).weights(LIVES, 0, at + age)

    assert weights["a"] == pytest.approx(2.0 ** -(age / (12 * HOUR)), rel=1e-9)


@given(at=INSTANTS, first=st.integers(0, 90 * DAY), second=st.integers(0, 90 * DAY))
def test_decay_in_two_stages_equals_decay_in_one(at: Instant, first: int, second: int) -> None:
    made = tally(("a", 1.0, at))
    once = made.weights(LIVES, 1, at + first + second)["a"]

    staged = made.weights(LIVES, 1, at + first)["a"] * 2.0 ** -(second / (14 * DAY))

    assert staged == pytest.approx(once, rel=1e-9)


@given(events=st.lists(st.tuples(st.sampled_from("ab"), st.floats(-1, 1), INSTANTS), max_size=8))
def test_the_order_of_arrival_does_not_matter(events: list[tuple[str, float, Instant]]) -> None:
    now = 61 * 365 * DAY
    forward, backward = tally(*events), tally(*reversed(events))

    for index in (0, 1):
        assert forward.weights(LIVES, index, now) == pytest.approx(
            backward.weights(LIVES, index, now), rel=1e-9, abs=1e-300
        )


def test_moving_to_the_next_block_is_exact() -> None:
    block = BLOCK * 12 * HOUR
    before, after = block - HOUR, block + HOUR

    across = tally(("a", 0.3, before), ("b", 0.1, after))

    assert across.blocks[0] == 1
    assert across.weights(LIVES, 0, after)["a"] == pytest.approx(0.3 * 2.0 ** (-2 / 12))


def test_an_event_of_an_earlier_block_is_scaled_down() -> None:
    late = tally(("new", 1.0, 1_000 * DAY), ("old", 1.0, 700 * DAY))

    assert late.weights(LIVES, 1, 1_000 * DAY)["old"] == pytest.approx(2.0 ** -(300 / 14))


def test_what_is_blocks_older_is_gone() -> None:
    assert shift(0, 3) == 0.0
    ancient = tally(("old", 1.0, 0), ("new", 1.0, 20_000 * DAY))
    assert ancient.weights(LIVES, 0, 20_000 * DAY)["old"] == 0.0


def test_reading_before_the_events_shows_them_larger() -> None:
    assert tally(("a", 1.0, DAY)).weights(LIVES, 0, 0)["a"] == pytest.approx(4.0)


def test_an_empty_tally_weighs_nothing() -> None:
    assert Tally().weights(LIVES, 0, 0) == {}
    assert Tally().evidence() == 0


def test_beyond_its_bound_a_tally_keeps_the_strongest_and_the_newcomer() -> None:
    bound = Bound(keys=4, size=1_000)
    made = Tally()
    for key, weight in (("a", 5.0), ("b", 4.0), ("c", 3.0), ("d", 2.0), ("new", 0.1)):
        made.add(key, weight, LIVES.at(0), bound)

    assert list(made.rows) == ["a", "b", "new"]


def test_names_are_bounded_in_bytes_as_well() -> None:
    bound = Bound(keys=100, size=200)
    made = Tally()
    for number in range(30):
        made.add(f"{'é' * 9}{number:02}", 1.0, LIVES.at(0), bound)

    assert 2 <= len(made.rows) <= 3
    assert made.size == sum(ROW + len(key.encode()) for key in made.rows)
    assert len(msgspec.msgpack.encode(made.rows)) <= bound.size


def test_a_name_larger_than_the_bound_is_not_remembered_and_takes_nobodys_place() -> None:
    bound = Bound(keys=10, size=140)
    made = Tally()
    for key in ("a", "é" * 51, "b"):
        made.add(key, 1.0, LIVES.at(0), bound)

    assert list(made.rows) == ["a", "b"]
