"""What people do again and again, on an opened store."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, HOUR, SECOND, moment
from penchant.measure.patterns import FAILING, HABIT, SEQUENCE
from penchant.serve.engine import Penchant
from tests.conftest import ManualClock


def do(p: Penchant, clock: ManualClock, user: str, words: str, **fields: Any) -> None:
    """One command every ten seconds."""
    for number, word in enumerate(words.split()):
        clock.advance(10 * SECOND)
        p.track(user, "command", text=f"{word} -{number}", **fields)
    p.flush()


def sequences(found: Any) -> list[tuple[str, ...]]:
    return [one.actions for one in found if one.pattern_type == SEQUENCE]


def test_the_patterns_of_a_person_come_with_what_they_typed_last(
    p: Penchant, clock: ManualClock
) -> None:
    do(p, clock, "ann", "make test ls cd " * 15)

    found = next(one for one in p.user("ann").patterns() if one.actions == ("make", "test"))

    assert found.frequency == 15
    assert found.examples == tuple(
        f"make -{4 * turn} → test -{4 * turn + 1}" for turn in (14, 13, 12)
    )
    assert p.user("bob").patterns() == []


def test_an_example_lies_within_one_run(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "ann", "make test ls cd " * 15)
    do(p, clock, "ann", "make")
    clock.advance(DAY)
    do(p, clock, "ann", "test")

    found = next(one for one in p.user("ann").patterns() if one.actions == ("make", "test"))

    assert found.examples[0] == "make -56 → test -57"


def test_patterns_of_a_role_are_those_of_its_people(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "ann", "make test ls cd " * 15, context={"role": "developer"})
    do(p, clock, "bob", "bake serve ls cd " * 15, context={"role": "cook"})

    assert ("make", "test") in sequences(p.patterns(role="developer"))
    assert ("make", "test") not in sequences(p.patterns(role="cook"))
    assert {("make", "test"), ("bake", "serve")} <= set(sequences(p.patterns()))
    assert p.patterns(role="nobody") == []


def test_what_everyone_does_shows_nobodys_texts(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "ann", "make test ls cd " * 15)

    assert {one.examples for one in p.patterns() if one.actions == ("make", "test")} == {
        ("make → test",)
    }


def test_a_failing_command_shows_how_it_failed(p: Penchant, clock: ManualClock) -> None:
    for number in range(10):
        do(p, clock, "ann", "ls cd vi", success=True)
        do(p, clock, "ann", f"push{number % 1}", success=False, error="denied")

    (found,) = [one for one in p.user("ann").patterns() if one.pattern_type == FAILING]

    assert (found.actions, found.frequency) == (("push0",), 10)
    assert found.examples == ("push0 -0", "push0 -0", "push0 -0")


def test_a_habit_has_the_hours_of_the_persons_zone(p: Penchant, clock: ManualClock) -> None:
    p.user("ann").set(zone="Asia/Tokyo")
    for _ in range(20):
        do(p, clock, "ann", "standup")
        clock.advance(5 * HOUR)
        do(p, clock, "ann", "ls")
        clock.advance(DAY - 5 * HOUR)

    found = {one.actions: one for one in p.user("ann").patterns() if one.pattern_type == HABIT}

    assert found["standup", "21"].frequency == 20
    assert found["standup", "21"].first_seen == p.user("ann").history(100)[-2].at
    assert found["standup", "21"].examples == ("standup -0",) * 3


def test_patterns_can_be_read_as_of_then(p: Penchant, clock: ManualClock) -> None:
    before = moment(clock.now)
    do(p, clock, "ann", "make test ls cd " * 15)

    assert p.user("ann", at=before).patterns() == []
    assert p.user("ann", at=moment(clock.now)).patterns() == p.user("ann").patterns() != []


def test_the_documented_rule_is_there_by_name(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "ann", "a b c a b d a b e")

    assert p.user("ann").patterns() == p.patterns() == []
    assert sequences(p.user("ann").patterns(rule="documented")) == [("a", "b")]
    assert sequences(p.patterns(rule="documented")) == [("a", "b")]
    assert p.patterns(rule="documented", min_frequency=4) == []


@pytest.mark.parametrize("least", [1, 0, -1, 2.0, True, "3"])
def test_a_frequency_below_two_is_refused(p: Penchant, least: Any) -> None:
    for ask in (p.patterns, p.user("ann").patterns):
        with pytest.raises(InvalidArgument, match="min_frequency: expected a whole number from 2"):
            ask(min_frequency=least)


def test_a_role_is_text(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="role: expected text, got 7"):
        p.patterns(role=7)  # type: ignore[arg-type]  # what is refused


def test_a_long_role_is_found_under_its_whole_name(p: Penchant, clock: ManualClock) -> None:
    role = "developer of the eastern region, on loan"
    do(p, clock, "ann", "make test ls cd " * 15, context={"role": role})
    p.user("bob").set(role=role)

    assert ("make", "test") in sequences(p.patterns(role=role))
    assert p.user("bob").next(1)[0].why[0].name == "others_after"


def test_a_rule_that_there_is_not_is_refused(p: Penchant) -> None:
    with pytest.raises(
        InvalidArgument, match="rule: expected one of tested, documented, got 'test"
    ):
        p.patterns(rule="testd")
