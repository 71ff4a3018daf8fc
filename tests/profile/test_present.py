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
    known = state(("ann", 0), ("bob", 2 * HOUR), ("cyd", 3 * HOUR), ("bob", HOUR))

    assert Present().since(known, NOON) == ["bob", "cyd"]
    assert Present().since(known, NOON + 2 * HOUR) == ["cyd"]


def test_of_more_than_a_thousand_people_those_who_came_last_are_kept() -> None:
    known = state(*[(f"user-{number}", number) for number in range(PEOPLE + 5)])

    assert len(known) == PEOPLE
    assert "user-4" not in known
    assert "user-5" in known


def test_the_people_of_two_folds_are_those_of_the_whole() -> None:
    one, other = state(("ann", HOUR), ("bob", 0)), state(("ann", 0), ("cyd", 0))

    merged = Present().merge(one, other)

    assert list(merged.items()) == [("bob", NOON), ("ann", NOON + HOUR), ("cyd", NOON)]
