"""The decorator: what it records of a call, and that the call does not notice."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from penchant.capture.hooks import Tracking, acting_as, identify
from penchant.core.errors import InvalidArgument
from tests.capture.hooks.told import Ticks, Told


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def tracked(told: Told, ticks: Ticks) -> Tracking:
    return Tracking(told.recorder, user="ann", clock=ticks)


def test_a_call_is_recorded_with_its_name_outcome_and_duration(
    tracked: Tracking, told: Told, ticks: Ticks
) -> None:
    @tracked
    def export(count: int) -> int:
        ticks.advance(0.25)
        return count + 1

    assert export(1) == 2
    assert told.events == [
        {"user": "ann", "kind": "command", "item": "export", "success": True, "duration_ms": 250.0}
    ]


def test_an_exception_goes_on_untouched_and_its_text_stays_at_home(
    tracked: Tracking, told: Told
) -> None:
    problem = LookupError("ann@example.org")

    @tracked
    def export() -> None:
        raise problem

    with pytest.raises(LookupError) as caught:
        export()

    assert caught.value is problem
    assert told.only("success", "error") == [(False, "LookupError")]
    assert "example.org" not in str(told.events)


def test_options_are_constants_or_functions_of_arguments(told: Told) -> None:
    tracked = Tracking(told.recorder, user=lambda user: user, context={"app": "shop"})

    @tracked(kind="view", item=lambda sku: sku, context=lambda zoom: {"zoom": zoom})
    def show(user: str, sku: str, zoom: int = 1) -> None: ...

    @tracked(item="cart")
    def cart(user: str) -> None: ...

    show("ann", sku="tea")
    cart("bob")

    assert told.only("user", "kind", "item", "context") == [
        ("ann", "view", "tea", {"zoom": 1}),
        ("bob", "command", "cart", {"app": "shop"}),
    ]


def test_arguments_are_seen_as_they_were_before_the_call(tracked: Tracking, told: Told) -> None:
    @tracked(item=lambda cart: cart[0])
    def empty(cart: list[str]) -> None:
        cart.clear()

    empty(["tea"])

    assert told.only("item", "success") == [("tea", True)]


def test_a_coroutine_is_recorded_when_it_was_awaited(
    tracked: Tracking, told: Told, ticks: Ticks
) -> None:
    @tracked
    async def export() -> str:
        await asyncio.sleep(0)
        ticks.advance(2)
        return "done"

    assert inspect.iscoroutinefunction(export)
    assert asyncio.run(export()) == "done"
    assert told.only("item", "duration_ms") == [("export", 2_000.0)]


def test_a_coroutine_that_is_cancelled_failed(tracked: Tracking, told: Told) -> None:
    @tracked
    async def export() -> None:
        await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(export())
        await asyncio.sleep(0)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert told.only("success", "error") == [(False, "CancelledError")]


def test_a_generator_is_recorded_when_it_is_exhausted(
    tracked: Tracking, told: Told, ticks: Ticks
) -> None:
    @tracked
    def rows() -> Iterator[int]:
        for row in range(3):
            ticks.advance(1)
            yield row

    assert inspect.isgeneratorfunction(rows)
    for row in rows():
        assert (row, told.recorder.counts.captured) == (row, 0)
    assert told.only("success", "duration_ms") == [(True, 3_000.0)]


def test_a_generator_that_is_closed_early_has_not_failed(tracked: Tracking, told: Told) -> None:
    @tracked
    def rows() -> Iterator[int]:
        yield from range(3)

    going: Any = rows()
    next(going)
    going.close()

    assert told.only("success", "error") == [(True, None)]


def test_what_is_sent_and_thrown_into_a_generator_reaches_it(tracked: Tracking, told: Told) -> None:
    @tracked
    def echo() -> Any:
        heard = yield "ready"
        try:
            yield heard
        except KeyError:
            return "over"

    going = echo()

    assert (next(going), going.send("hello")) == ("ready", "hello")
    with pytest.raises(StopIteration, match="over"):
        going.throw(KeyError())
    assert told.only("success") == [(True,)]


def test_an_asynchronous_generator_hears_what_is_sent_and_thrown(
    tracked: Tracking, told: Told
) -> None:
    @tracked
    async def echo() -> Any:
        heard = yield "ready"
        try:
            yield heard
        except KeyError:
            yield "caught"

    async def talk() -> list[str]:
        going = echo()
        said = [await anext(going), await going.asend("hello"), await going.athrow(KeyError())]
        async for more in going:
            said.append(more)
        return said

    assert inspect.isasyncgenfunction(echo)
    assert asyncio.run(talk()) == ["ready", "hello", "caught"]
    assert told.only("success", "error") == [(True, None)]


def test_closing_an_asynchronous_generator_closes_what_it_has_open(
    tracked: Tracking, told: Told
) -> None:
    closed = []

    @tracked
    async def rows() -> AsyncIterator[int]:
        try:
            yield 1
        finally:
            closed.append(True)

    async def first() -> None:
        going: Any = rows()
        await anext(going)
        await going.aclose()

    asyncio.run(first())

    assert closed == [True]
    assert told.only("success") == [(True,)]


def test_methods_of_every_sort_are_recorded_with_their_class(tracked: Tracking, told: Told) -> None:
    class Shop:
        name = "corner"

        @tracked(context=lambda self: {"shop": self.name})
        def open(self) -> str:
            return self.name

        @classmethod
        @tracked
        def made(cls) -> type:
            return cls

        @staticmethod
        @tracked
        def hours() -> int:
            return 8

    assert (Shop().open(), Shop.made(), Shop.hours()) == ("corner", Shop, 8)
    assert told.only("item", "context") == [
        ("Shop.open", {"shop": "corner"}),
        ("Shop.made", None),
        ("Shop.hours", None),
    ]


def test_name_documentation_and_signature_stay(tracked: Tracking) -> None:
    def export(count: int, *, quick: bool = False) -> str:
        """Export."""
        return ""

    same = tracked(export)

    assert (same.__name__, same.__doc__) == ("export", "Export.")
    assert inspect.signature(same) == inspect.signature(export)


@pytest.mark.parametrize("function", [staticmethod(print), dict, "export"])
def test_what_is_no_function_is_refused(tracked: Tracking, function: Any) -> None:
    with pytest.raises(InvalidArgument, match="expected a function"):
        tracked(function)


@pytest.mark.parametrize("kind", ["", "k" * 65, "a\0b"])
def test_a_kind_that_no_event_can_carry_is_refused(tracked: Tracking, kind: str) -> None:
    with pytest.raises(InvalidArgument, match="kind"):
        tracked(kind=kind)
    with pytest.raises(InvalidArgument, match="kind"):
        Tracking(None, kind=kind)  # type: ignore[arg-type]  # it does not come to that


def test_without_a_user_it_is_the_current_one(told: Told) -> None:
    tracked = Tracking(told.recorder)

    @tracked
    def export() -> None: ...

    @tracked
    def login() -> None:
        identify("bob")

    with acting_as("ann"):
        export()
    with acting_as(None):
        login()

    assert told.only("user", "item") == [("ann", "export"), ("bob", "login")]


def test_where_nobody_is_known_nothing_is_recorded_and_that_is_said_once(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    @Tracking(told.recorder)
    def export() -> int:
        return 1

    with caplog.at_level(logging.WARNING, "penchant.capture"):
        assert [export(), export()] == [1, 1]

    assert told.events == []
    assert [record.getMessage() for record in caplog.records] == [
        "calls of export are not recorded while no user is known: tell 'user', or use acting_as() or "
        "identify() around them"
    ]


def test_a_user_function_that_says_none_skips_silently(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    @Tracking(told.recorder, user=lambda: None)
    def export() -> int:
        return 1

    with caplog.at_level(logging.WARNING, "penchant.capture"):
        assert export() == 1

    assert (told.events, caplog.records) == ([], [])


def test_an_option_that_fails_does_not_fail_the_call(tracked: Tracking, told: Told) -> None:
    @tracked(item=lambda sku: sku.upper())
    def show(sku: Any) -> Any:
        return sku

    assert show(3) == 3
    assert told.only("item", "success") == [(None, True)]


@pytest.mark.parametrize(("code", "success"), [(None, True), (0, True), (2, False), ("no", False)])
def test_an_exit_is_a_failure_unless_its_code_is_zero(
    tracked: Tracking, told: Told, code: Any, success: bool
) -> None:
    @tracked
    def leave() -> None:
        raise SystemExit(code)

    with pytest.raises(SystemExit):
        leave()

    assert told.only("success") == [(success,)]
