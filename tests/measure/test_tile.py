"""A tile: the sums of one span of time."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.kinds import Kind
from penchant.measure.tile import Tile

DOES = Kind(name="command", group="outcome")


def tile(*told: dict[str, Any], kind: Kind = DOES) -> Tile:
    made = Tile()
    for one in told:
        made.add(Event(**{"id": "e", "user": "ann", "kind": kind.name, "at": 0, **one}), kind)
    return made


@pytest.mark.parametrize(
    ("told", "succeeded", "failed"),
    [
        ({"success": True}, 1, 0),
        ({"success": False}, 0, 1),
        ({"error": "no"}, 0, 1),
        ({"success": True, "error": "no"}, 0, 1),
        ({"error": ""}, 0, 1),
        ({}, 0, 0),
    ],
)
def test_an_event_succeeds_fails_or_tells_neither(
    told: dict[str, Any], succeeded: int, failed: int
) -> None:
    made = tile(told)

    assert (made.events, made.succeeded, made.failed) == (1, succeeded, failed)


def test_a_command_is_the_first_word_of_its_text() -> None:
    made = tile({"text": " ls -l"}, {"text": "ls\tx"}, {"text": "  "}, {"text": "x" * 99}, {})

    assert made.commands.counts == {"ls": 2, "x" * 40: 1}


def test_the_text_of_another_kind_is_no_command() -> None:
    assert tile({"text": "ls -l"}, kind=Kind(name="search", group="query")).commands.total() == 0


def test_errors_that_differ_in_numbers_alone_are_counted_together() -> None:
    assert tile({"error": "2 tests failed"}, {"error": "13 tests failed"}).errors.counts == {
        "<number> tests failed": 2
    }


def test_an_error_is_one_line_of_eighty_characters() -> None:
    made = tile({"error": "no\n  such\tfile"}, {"error": "é" * 9_000}, {"error": " "})

    assert made.errors.counts == {"no such file": 1, "é" * 80: 1}


def test_durations_have_a_mean() -> None:
    assert tile({"duration_ms": 10.0}, {}, {"duration_ms": 30.0}).durations.mean == 20.0


@pytest.mark.parametrize(("group", "people"), [("outcome", 2), ("slate", 0), ("system", 0)])
def test_people_are_those_who_did_something(group: str, people: int) -> None:
    made = tile({"user": "ann"}, {"user": "bob"}, kind=Kind(name="any", group=group))

    assert (made.events, made.people.count()) == (2, people)


def test_names_beyond_the_bound_are_counted_together() -> None:
    made = tile(*({"text": f"c{n}", "error": f"e{n}"} for n in range(500)))

    assert len(made.commands.counts) <= 64
    assert len(made.errors.counts) <= 32
    assert made.commands.total() == made.errors.total() == 500


def test_absorbing_adds_everything() -> None:
    one = {"text": "ls", "success": True, "duration_ms": 10.0}
    two = {"text": "ls", "error": "no", "duration_ms": 30.0, "user": "bob"}

    both = tile(one)
    both.absorb(tile(two))

    assert both == tile(one, two)


def test_absorbing_keeps_the_bounds_unless_told_otherwise() -> None:
    left = tile(*({"text": f"a{n}"} for n in range(60)))
    right = tile(*({"text": f"b{n}"} for n in range(60)))

    left.absorb(right)
    unbounded = Tile()
    unbounded.absorb(right, bounded=False)
    unbounded.absorb(tile(*({"text": f"a{n}"} for n in range(60))), bounded=False)

    assert len(left.commands.counts) == 32
    assert len(unbounded.commands.counts) == 120
