from __future__ import annotations

from random import Random

import pytest

from penchant.core.event import Event
from penchant.core.instant import MINUTE, SECOND
from penchant.measure.patterns import (
    DOCUMENTED,
    FAILING,
    REPEATED,
    SEQUENCE,
    WORKFLOW,
    Pattern,
    mine,
)
from penchant.profile.fold import Fold
from penchant.profile.successions import Role, Successions
from tests.conftest import NOON
from tests.profile.told import KINDS


def role(words: str, failing: str = "") -> Role:
    """What one person did, a command every ten seconds."""
    fold = Fold([Successions()], KINDS)
    events = [
        Event(
            id=str(place),
            user="ann",
            kind="command",
            at=NOON + 10 * place * SECOND,
            text=word,
            success=word not in failing.split(),
        )
        for place, word in enumerate(words.split())
    ]
    folded = fold.extend(fold.zero(), list(enumerate(events, 1)), lambda item, position: None)
    known: Role = folded.states[0].roles[""]
    return known


def chains(found: list[Pattern], kind: str) -> list[tuple[str, ...]]:
    return [one.actions for one in found if one.pattern_type == kind]


def noise(rng: Random, count: int) -> str:
    return " ".join(rng.choices("abcdefgh", [8, 7, 6, 5, 4, 3, 2, 1], k=count))


def test_what_always_follows_is_a_sequence() -> None:
    rng = Random(1)
    found = mine(role(" ".join(f"{noise(rng, 3)} make test" for _ in range(30))))

    first = found[0]
    assert (first.pattern_type, first.actions, first.frequency) == (SEQUENCE, ("make", "test"), 30)
    assert (first.last_seen - first.first_seen) == 29 * 50 * SECOND
    assert first.description == (
        "after 'make' comes 'test', 30 of 30 times, 10 s later on average; expected 20% of the time"
    )
    assert 0.9 < first.confidence < 1.0


def test_what_is_done_over_and_over_is_repeated() -> None:
    found = mine(role(" ".join("ls ls ls cd vi pwd make" for _ in range(20))))

    assert ("ls", "ls") in chains(found, REPEATED)


def test_what_follows_two_only_together_is_a_workflow() -> None:
    rng = Random(2)
    words = [rng.choice(("a x c", "b x d")) for _ in range(60)]

    found = mine(role(" ".join(words)))

    assert {("a", "x", "c"), ("b", "x", "d")} <= set(chains(found, WORKFLOW))


def test_what_the_later_of_two_explains_is_no_workflow() -> None:
    rng = Random(3)
    words = [f"{rng.choice('ab')} x c" for _ in range(60)]

    found = mine(role(" ".join(words)))

    assert ("x", "c") in chains(found, SEQUENCE)
    assert ("a", "x", "c") not in chains(found, WORKFLOW)


def test_what_fails_more_than_others_is_an_error_pattern() -> None:
    words = " ".join("ls cd vi make" for _ in range(20))

    found = mine(role(words, failing="make"))

    assert chains(found, FAILING) == [("make",)]
    assert chains(mine(role(words, failing=words)), FAILING) == []


def test_in_logs_without_order_hardly_anything_is_found() -> None:
    rng = Random(4)
    alarms = [len(mine(role(noise(rng, 300)))) for _ in range(200)]
    documented = [len(mine(role(noise(rng, 300)), rule=DOCUMENTED)) for _ in range(20)]

    assert sum(map(bool, alarms)) <= 0.06 * 200
    assert min(documented) > 30


def test_a_pattern_expires_when_it_holds_no_more() -> None:
    once = "make test ls cd " * 40
    since = "make vi ls cd " * 200

    assert ("make", "test") in chains(mine(role(once)), SEQUENCE)
    assert ("make", "test") not in chains(mine(role(once + since)), SEQUENCE)
    assert ("make", "vi") in chains(mine(role(once + since)), SEQUENCE)


def test_the_documented_rule_counts_to_three() -> None:
    found = mine(role("a b c a b d a b e"), rule=DOCUMENTED)

    assert [(one.actions, one.frequency, one.confidence) for one in found] == [(("a", "b"), 3, 1.0)]
    assert mine(role("a b c a b d a b e"), least=4, rule=DOCUMENTED) == []


def test_the_id_of_a_pattern_is_that_of_what_it_says() -> None:
    some, more = (mine(role("make test ls cd " * count)) for count in (20, 30))
    ids = {one.actions: one.pattern_id for one in some}

    assert {one.actions: one.pattern_id for one in more} == ids
    assert len(set(ids.values())) == len(some)
    other = mine(role("make test ls cd " * 20), name="cook")
    assert {one.pattern_id for one in other}.isdisjoint(ids.values())


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_actions_make_no_pattern(count: int) -> None:
    assert mine(role("a b " * count) if count else Role()) == []


def test_a_pattern_as_plain_data_has_the_documented_fields() -> None:
    told = mine(role("make test ls cd " * 20))[0].to_dict()

    assert set(told) == {
        "pattern_id",
        "pattern_type",
        "frequency",
        "first_seen",
        "last_seen",
        "confidence",
        "description",
        "actions",
        "examples",
    }
    assert told["first_seen"].startswith("2026-01-01T12:00:")
    assert told["examples"] == [" → ".join(told["actions"])]


def test_long_pauses_are_told_in_their_unit() -> None:
    fold = Fold([Successions()], KINDS)
    events = [
        Event(id=str(n), user="ann", kind="command", at=NOON + n * 20 * MINUTE, text="abc"[n % 3])
        for n in range(60)
    ]
    folded = fold.extend(fold.zero(), list(enumerate(events, 1)), lambda item, position: None)

    assert "20 min later" in mine(folded.states[0].roles[""])[0].description
