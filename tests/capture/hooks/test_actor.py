"""The current user: named, found, shared with threads, and forgotten at the end."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from penchant.capture.hooks import acting_as, current_user, identify
from penchant.capture.hooks.actor import Actor, acting


def test_nobody_is_known_until_somebody_is_named() -> None:
    assert copy_context().run(current_user) is None


def test_blocks_within_blocks_have_their_own_user() -> None:
    with acting_as("ann"):
        with acting_as("bob"):
            assert current_user() == "bob"
        assert current_user() == "ann"
    assert current_user() is None


def test_the_user_is_forgotten_after_a_block_that_fails() -> None:
    with pytest.raises(KeyError), acting_as("ann"):
        raise KeyError

    assert current_user() is None


def test_who_is_named_in_a_thread_is_known_to_the_block_around() -> None:
    with acting_as(None), ThreadPoolExecutor() as pool:
        pool.submit(copy_context().run, identify, "ann").result()

        assert current_user() == "ann"


def test_who_is_named_outside_of_a_block_holds_in_this_context_only() -> None:
    context = copy_context()

    context.run(identify, "ann")

    assert context.run(current_user) == "ann"
    assert current_user() is None


def test_tasks_that_run_at_once_do_not_mix() -> None:
    async def one(user: str, meeting: asyncio.Barrier) -> str | None:
        with acting_as(user):
            await meeting.wait()
            return current_user()

    async def both() -> tuple[str | None, str | None]:
        meeting = asyncio.Barrier(2)
        first, second = await asyncio.gather(one("ann", meeting), one("bob", meeting))
        return first, second

    assert asyncio.run(both()) == ("ann", "bob")


def test_whoever_is_asked_may_ask_for_the_current_user() -> None:
    class Asking(Actor):
        def ask(self) -> str | None:
            return current_user() or "ann"

    with acting(Asking()):
        assert current_user() == "ann"
