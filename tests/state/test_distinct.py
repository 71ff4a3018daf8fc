"""Distinct: how many different names, within the stated error."""

from __future__ import annotations

from math import sqrt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.state.distinct import REGISTERS, Distinct, _larger, placed

NAMES = st.lists(st.text(max_size=8), max_size=60)


def seen(*names: str) -> Distinct:
    people = Distinct()
    for name in names:
        people.add(name)
    return people


def test_nobody_was_seen_at_first() -> None:
    assert Distinct().count() == 0


@pytest.mark.parametrize(
    ("count", "error"), [(10, 0.03), (1_000, 0.026), (5_000, 0.026), (20_000, 0.026)]
)
def test_the_error_is_what_is_stated(count: int, error: float) -> None:
    """Root mean square of the relative errors of sixty crowds; 2.3 % is stated, 1 in 10 is chance."""
    squares = 0.0
    for crowd in range(60):
        people = Distinct()
        for number in range(count):
            people.add(f"{crowd}/{number}")
        squares += (people.count() / count - 1) ** 2

    assert sqrt(squares / 60) <= error


def test_few_names_are_off_by_one_at_most() -> None:
    off = [abs(seen(*(f"{crowd}-{n}" for n in range(100))).count() - 100) for crowd in range(100)]

    assert sum(one > 1 for one in off) <= 45
    assert max(off) <= 6


@given(NAMES, st.randoms(use_true_random=False))
def test_order_and_repetition_change_no_bit(names: list[str], rng: object) -> None:
    again = [*names, *names]
    rng.shuffle(again)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert seen(*again) == seen(*names)


@given(NAMES, NAMES)
def test_absorbing_is_seeing_what_the_other_saw(left: list[str], right: list[str]) -> None:
    both = seen(*left)
    both.absorb(seen(*right))

    assert both == seen(*left, *right)


@given(
    st.binary(min_size=REGISTERS, max_size=REGISTERS),
    st.binary(min_size=REGISTERS, max_size=REGISTERS),
)
def test_the_larger_of_all_bytes_at_once_is_the_larger_of_each(one: bytes, two: bytes) -> None:
    one, two = (bytes(byte & 0x7F for byte in row) for row in (one, two))

    larger = _larger(int.from_bytes(one), int.from_bytes(two)).to_bytes(REGISTERS)

    assert larger == bytes(map(max, one, two))


def test_a_hash_without_a_one_has_the_last_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def digest(self) -> bytes:
            return bytes(8)

    monkeypatch.setattr("penchant.state.distinct.blake2b", lambda name, digest_size: Nothing())

    assert placed.__wrapped__("ann") == (0, 53)


def test_it_takes_two_kibibytes_and_survives_encoding() -> None:
    people = seen("ann", "bob")

    body = msgspec.msgpack.encode(people)

    assert len(body) <= 2_060
    assert msgspec.msgpack.decode(body, type=Distinct) == people
