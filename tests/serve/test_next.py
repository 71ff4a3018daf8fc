"""What a person is about to do, on an opened store."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, MINUTE
from penchant.serve.engine import Penchant
from tests.conftest import ManualClock


def do(p: Penchant, clock: ManualClock, user: str, words: str, **fields: Any) -> None:
    """One command a minute."""
    for word in words.split():
        clock.advance(MINUTE)
        p.track(user, "command", text=f"{word} --fast", **fields)
    p.flush()


def names(found: Any) -> list[str]:
    return [one.action for one in found]


def test_the_very_next_call_knows_the_action_before(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "ann", "make test commit push make test commit push make")
    assert names(p.user("ann").next(1)) == ["test"]

    do(p, clock, "ann", "test")
    assert names(p.user("ann").next(1)) == ["commit"]


def test_who_comes_back_after_long_starts_as_they_did_before(
    p: Penchant, clock: ManualClock
) -> None:
    for _ in range(3):
        do(p, clock, "ann", "login make test")
        clock.advance(DAY)

    assert names(p.user("ann").next(1)) == ["login"]


def test_pages_are_foreseen_by_name_and_clicks_by_the_category_they_tell(
    p: Penchant, clock: ManualClock
) -> None:
    for _ in range(3):
        clock.advance(MINUTE)
        p.track("ann", "page", "/events")
        p.track("ann", "click", "run-5k", data={"category": "sport"})

    assert names(p.user("ann").next(1)) == ["/events"]
    p.track("ann", "page", "/events")
    assert names(p.user("ann").next(1)) == ["click sport"]


def test_somebody_new_does_what_their_role_does(p: Penchant, clock: ManualClock) -> None:
    for number in range(5):
        do(p, clock, f"cook{number}", "login bake", context={"role": "cook"})
        do(p, clock, f"waiter{number}", "login serve", context={"role": "waiter"})
    do(p, clock, "ann", "login", context={"role": "waiter"})
    p.user("bob").set(role="cook")
    do(p, clock, "bob", "login")

    assert names(p.user("ann").next(1)) == ["serve"]
    assert names(p.user("bob").next(1)) == ["bake"]


def test_a_role_that_never_went_on_from_there_asks_everyone(
    p: Penchant, clock: ManualClock
) -> None:
    do(p, clock, "bob", "login bake serve login bake serve login bake serve")
    do(p, clock, "ann", "sleep login", context={"role": "guest"})

    first = p.user("ann").next()[0]

    assert first.action == "bake"
    assert [reason.name for reason in first.why] == ["others_after"]


def test_nobody_is_about_to_do_what_nobody_ever_did(p: Penchant) -> None:
    assert p.user("ann").next() == ()


def test_as_many_actions_come_as_are_asked_for_and_known(p: Penchant, clock: ManualClock) -> None:
    do(p, clock, "bob", "a b c d e f g h")

    assert len(p.user("ann").next()) == 5
    assert len(p.user("ann").next(7)) == 7
    assert sorted(names(p.user("ann").next(500))) == list("abcdefgh")


def test_the_past_does_not_foresee(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match="at: what everyone did is known as of now only"):
        p.user("ann", at="2026-01-01").next()
