from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import log
from random import Random
from statistics import fmean, pvariance

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from penchant.state.turns import (
    KEPT,
    LASTING,
    LIMIT,
    LOOKS,
    Turns,
    chance,
    distance,
    divergence,
    moments,
    sign,
)

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 50), min_size=1)
FLAT = "abcdefgh"


def turned(names: str) -> Turns:
    """Turns to names of one letter each, at one instant after the other."""
    turns = Turns()
    for at, name in enumerate(names, start=1):
        turns.add(name, at)
    return turns


def drawn(names: str, count: int, seed: int = 1) -> str:
    return "".join(Random(seed).choices(names, k=count))


def pearson(late: str, before: str) -> float:
    """The statistic as the books have it: sum over both rows of (seen - expected)^2 / expected."""
    both, total = Counter(late + before), len(late + before)
    return sum(
        (row.count(name) - count * len(row) / total) ** 2 / (count * len(row) / total)
        for row in (late, before)
        for name, count in both.items()
    )


@given(columns=st.lists(st.integers(1, 4), min_size=2, max_size=4), row=st.integers(1, 8))
def test_mean_and_variance_are_those_over_every_order(columns: list[int], row: int) -> None:
    pool = "".join(name * count for name, count in zip("abcd", columns, strict=False))
    assume(row < len(pool) >= 4)
    places = range(len(pool))
    statistics = [
        pearson(
            "".join(pool[one] for one in chosen),
            "".join(pool[one] for one in places if one not in chosen),
        )
        for chosen in combinations(places, row)
    ]

    mean, variance = moments((row, len(pool) - row), columns)

    assert mean == pytest.approx(fmean(statistics))
    assert variance == pytest.approx(pvariance(statistics), abs=1e-9)


@pytest.mark.parametrize("names", [FLAT, "aaaaaaaabbbbcd", "aaaaaaaaaaaaaaaaaaab"])
@pytest.mark.parametrize(("window", "before"), [(20, 80), (40, 160), (80, 120)])
def test_the_chance_is_that_of_shuffled_names(names: str, window: int, before: int) -> None:
    rng = Random(f"{names} {window}")
    pool = [sign(name) for name in rng.choices(names, k=window + before)]
    shuffles = 4_000

    surprising = 0
    for _ in range(shuffles):
        rng.shuffle(pool)
        surprising += chance("".join(pool[:window]), "".join(pool[window:])) <= 0.002

    assert surprising <= 0.004 * shuffles  # twice as many as the chance says, at most


def test_nothing_is_said_where_every_order_of_the_names_is_alike() -> None:
    each_once = [sign(f"name {number}") for number in range(40)]

    assert chance("".join(each_once[:20]), "".join(each_once[20:])) == 1.0


def test_a_look_is_at_20_40_and_80_names_and_those_before() -> None:
    assert [window for window, _ in LOOKS] == [20, 40, 80]
    assert sum(300 // every for _, every in LOOKS) * LIMIT <= 0.05


def test_who_turns_to_the_same_names_does_not_drift() -> None:
    turns = turned(drawn(FLAT, 300))

    assert (turns.found, turns.drifting()) == (0, False)


def test_who_turns_to_other_names_is_found_drifting_at_the_next_look() -> None:
    turns = turned(drawn(FLAT, 200) + drawn("uvwxyz", 10))

    assert turns.drifting()
    assert (turns.found, turns.since, turns.window) == (210, 210, 20)
    assert turns.p <= LIMIT


def test_of_fewer_than_40_names_nothing_is_said() -> None:
    assert not turned("a" * 20 + "b" * 19).drifting()
    assert turned("a" * 20 + "b" * 20).drifting()


def test_a_change_is_over_80_names_after_it_was_found_last() -> None:
    story = "a" * 20 + "b" * 20

    assert turned(story + "b" * (LASTING - 1)).drifting()
    assert not turned(story + "b" * LASTING).drifting()


def test_a_change_found_by_names_of_both_sides_is_set_to_its_place_by_the_next_looks() -> None:
    early, later = turned("a" * 100 + "b" * 10), turned("a" * 100 + "b" * 50)

    assert early.lately() == sign("a") * 10 + sign("b") * 10
    assert later.lately() == sign("b") * 40
    assert early.since == later.since == 110


def test_a_further_change_is_found_as_the_first_one_was() -> None:
    turns = turned("a" * 100 + "b" * 120 + "c" * 10)

    assert turns.drifting()
    assert (turns.found, turns.since) == (230, 230)


def test_what_is_of_late_and_what_was_before_are_all_that_is_kept() -> None:
    turns = turned("a" * 20 + "b" * 20 + "c" * 7)

    late, before = turns.parts()

    assert late == turns.lately() == sign("b") * 20 + sign("c") * 7
    assert before == sign("a") * 20


def test_without_a_change_what_is_of_late_are_the_last_40() -> None:
    late, before = turned("a" * 60).parts()

    assert (len(late), len(before)) == (40, 20)


def test_no_more_than_199_names_are_kept() -> None:
    sizes = [len(turned("ab" * half).names) for half in range(0, 400, 7)]

    assert max(sizes) < KEPT + 10
    assert sizes[-1] >= KEPT


def test_later_turns_follow_those_before() -> None:
    one, other = turned("a" * 30), turned("b" * 5)

    merged = one.merge(other)

    assert merged == turned("a" * 30 + "b" * 5)


def test_what_was_found_in_either_half_stays_found() -> None:
    calm, changed = turned(drawn(FLAT, 130)), turned("a" * 20 + "b" * 50)

    assert changed.merge(turned("b" * 20)).found == 40
    assert calm.merge(changed).found == 170
    assert calm.merge(changed).lately() == changed.lately()


def test_a_change_where_two_halves_meet_is_found_at_the_next_look() -> None:
    merged = turned("a" * 100).merge(turned("b" * 25))
    assert not merged.drifting()

    for at in range(5):
        merged.add("b", at)

    assert merged.drifting()


def test_a_name_has_one_sign_of_two_bytes_at_most() -> None:
    signs = {sign(f"name {number}") for number in range(20_000)}

    assert len(signs) == 2_048
    assert max(len(one.encode()) for one in signs) == 2
    assert msgspec.msgpack.decode(msgspec.msgpack.encode("".join(sorted(signs))))


@given(late=COUNTS, before=COUNTS)
def test_divergences_are_not_negative_and_bounded_where_they_should_be(
    late: dict[str, int], before: dict[str, int]
) -> None:
    assert divergence(late, before) >= -1e-12
    assert 0.0 <= distance(late, before) <= 1.0
    assert distance(late, before) == pytest.approx(distance(before, late))


@given(counts=COUNTS)
def test_the_same_shares_are_not_apart(counts: dict[str, int]) -> None:
    double = {name: 2 * count for name, count in counts.items()}

    assert divergence(counts, counts) == 0.0
    assert distance(counts, double) == pytest.approx(0.0, abs=1e-12)


def test_the_divergence_is_that_of_shares_with_one_added() -> None:
    p, q = (4 / 6, 2 / 6), (1 / 5, 4 / 5)

    expected = sum(a * log(a / b) for a, b in zip(p, q, strict=True))

    assert divergence({"a": 3, "b": 1}, {"b": 3}) == pytest.approx(expected)
