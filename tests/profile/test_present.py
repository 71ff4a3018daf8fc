from __future__ import annotations

from penchant.core.event import Event
from penchant.core.instant import HOUR, Instant
from penchant.profile.fold import Fold
from penchant.profile.present import PEOPLE, Present
from tests.conftest import NOON
from tests.profile.told import KINDS


def state(*told: tuple[str, Instant]) -> dict[str, Instant]:
    fold = Fold([Present()], KINDS)
    made = [
        (place, Event(id=f"e{place}", user=user, kind="click", at=NOON + after))
        for place, (user, after) in enumerate(told, start=1)
    ]
    found: dict[str, Instant] = fold.extend(fold.zero(), made, lambda item, at: None).states[0]
    return found


def test_who_arrived_last_stands_first_and_only_who_did_something_since() -> None:
    known = state(("ann", 0), ("bob", 2 * HOUR), ("cyd", 3 * HOUR), ("bob", 4 * HOUR))

    assert Present().since(known, NOON) == ["bob", "cyd"]
    assert Present().since(known, NOON + 3 * HOUR) == ["bob"]


def test_within_an_hour_and_late_somebody_keeps_their_place() -> None:
    known = state(("ann", 0), ("bob", 0), ("ann", HOUR - 1), ("ann", -HOUR))

    assert list(known.items()) == [("ann", NOON), ("bob", NOON)]


def test_of_more_than_a_thousand_people_those_who_came_last_are_told() -> None:
    known = state(*[(f"user-{number}", number + 1) for number in range(2 * PEOPLE + 5)])

    found = Present().since(known, NOON)

    assert len(found) == PEOPLE
    assert found[0] == f"user-{2 * PEOPLE + 4}"
    assert found[-1] == f"user-{PEOPLE + 5}"
    assert len(known) == PEOPLE + 5


def test_the_people_of_two_folds_are_those_of_the_whole() -> None:
    one, other = state(("ann", HOUR), ("bob", 0)), state(("ann", 0), ("cyd", 0))

    merged = Present().merge(one, other)

    assert list(merged.items()) == [("bob", NOON), ("ann", NOON + HOUR), ("cyd", NOON)]
