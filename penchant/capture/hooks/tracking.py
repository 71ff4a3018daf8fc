"""Tracking: a decorator that records the calls of a function."""

from __future__ import annotations

import inspect
import time
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import aclosing
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from penchant.capture.episodes import Episodes
from penchant.capture.hooks.actor import current_user
from penchant.capture.hooks.arguments import Picked
from penchant.capture.hooks.outcome import failure_of
from penchant.core.errors import InvalidArgument
from penchant.core.names import KIND_LONGEST, check_name

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

Function = TypeVar("Function", bound=Callable[..., Any])
Text = str | Callable[..., str | None] | None
Context = Mapping[str, Any] | Callable[..., Mapping[str, Any] | None] | None


class Tracking:
    """Makes decorators that record every call: when it ended, how long it took, whether it failed.

    ``recorder`` is where events go, and the options are what every decorator starts with: see
    :meth:`__call__`. Call it ``tracked`` and use it bare or with options of its own.

    >>> import penchant, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with penchant.Recorder(folder) as recorder:
    ...         tracked = Tracking(recorder, user=lambda user: user)
    ...         @tracked(kind="view", item=lambda sku: sku)
    ...         def show(user, sku, zoom=1):
    ...             return f"{sku} x{zoom}"
    ...         show("ann", "tea", zoom=2)
    ...     recorder.counts.stored
    'tea x2'
    1
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        user: Text = None,
        kind: str = "command",
        item: Text = None,
        context: Context = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._recorder = recorder
        self._clock = clock
        self._options = {
            "user": user,
            "kind": check_name("kind", kind, KIND_LONGEST),
            "item": item,
            "context": context,
        }

    @overload
    def __call__(self, function: Function, /) -> Function: ...

    @overload
    def __call__(
        self,
        *,
        user: Text = None,
        kind: str | None = None,
        item: Text = None,
        context: Context = None,
    ) -> Callable[[Function], Function]: ...

    def __call__(
        self,
        function: Any = None,
        *,
        user: Text = None,
        kind: str | None = None,
        item: Text = None,
        context: Context = None,
    ) -> Any:
        """Decorate a function, coroutine function, generator function, or a method of these kinds.

        ``user``, ``item`` and ``context`` are what they say, or functions of some of the arguments of
        the call, which they take by their names. They see the arguments before the call; one that
        raises counts as ``None`` and is said once in the log. Without a ``user`` it is
        ``current_user()`` at the end of the call; where nobody is known nothing is recorded. Without an
        ``item`` it is the name of the function, for a method with that of its class.

        ``duration_ms`` ends when the call returns, for a coroutine when it was awaited, for a generator
        when it is exhausted or closed, the time of whoever goes through it included. ``error`` is the
        name of the exception's type, which goes on as if nothing were there. Signature, name and sort
        of the function stay. Raises ``InvalidArgument`` for what is no function, and for a name that is
        no argument of it.
        """
        if function is not None:
            return self._decorate(function, self._options)
        if kind is not None:
            check_name("kind", kind, KIND_LONGEST)
        own = {"user": user, "kind": kind, "item": item, "context": context}
        told = {name: value for name, value in own.items() if value is not None}
        return lambda function: self._decorate(function, {**self._options, **told})

    def _decorate(self, function: Any, options: Mapping[str, Any]) -> Any:
        if isinstance(function, type | staticmethod | classmethod) or not callable(function):
            raise InvalidArgument(
                "function",
                f"expected a function, got {type(function).__name__}; decorate the methods of a class, "
                f"beneath @staticmethod and @classmethod",
            )
        tracked = _Tracked(self._recorder, self._clock, function, options)
        if inspect.isasyncgenfunction(function):
            return _async_generator(function, tracked)
        if inspect.isgeneratorfunction(function):
            return _generator(function, tracked)
        if inspect.iscoroutinefunction(function):
            return _coroutine(function, tracked)
        return _function(function, tracked)


def _function(function: Any, tracked: _Tracked) -> Any:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with _Call(tracked, args, kwargs):
            return function(*args, **kwargs)

    return call


def _coroutine(function: Any, tracked: _Tracked) -> Any:
    @wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Any:
        with _Call(tracked, args, kwargs):
            return await function(*args, **kwargs)

    return call


def _generator(function: Any, tracked: _Tracked) -> Any:
    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with _Call(tracked, args, kwargs):
            return (yield from function(*args, **kwargs))

    return call


def _async_generator(function: Any, tracked: _Tracked) -> Any:
    @wraps(function)
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
        with _Call(tracked, args, kwargs):
            async with aclosing(function(*args, **kwargs)) as inner:
                step = anext(inner)
                while True:
                    try:
                        value = await step
                    except StopAsyncIteration:
                        return
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001  # thrown in: it is the generator's
                        step = inner.athrow(error)
                    else:
                        step = inner.asend(sent)

    return call


class _Tracked:
    """What is recorded of the calls of one function."""

    __slots__ = ("clock", "context", "item", "kind", "record", "said", "user", "wanted")

    def __init__(
        self,
        recorder: Recorder,
        clock: Callable[[], float],
        function: Any,
        options: Mapping[str, Any],
    ) -> None:
        self.clock = clock
        self.record = recorder.record
        self.said = Episodes()
        self.kind = options["kind"]
        name = getattr(function, "__qualname__", type(function).__name__)
        item = name.rpartition("<locals>.")[2] if options["item"] is None else options["item"]
        self.wanted = options["user"] is None
        self.user = self._picked("user", options["user"], function)
        self.item = self._picked("item", item, function)
        self.context = self._picked("context", options["context"], function)

    def _picked(self, name: str, told: Any, function: Any) -> Any:
        return Picked(name, told, function, self.said) if callable(told) else told


class _Call:
    """One call, from its arguments to its end."""

    __slots__ = ("_begun", "_context", "_item", "_tracked", "_user")

    def __init__(self, tracked: _Tracked, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._tracked = tracked
        user, item, context = tracked.user, tracked.item, tracked.context
        self._user = user.of(args, kwargs) if user.__class__ is Picked else user
        self._item = item.of(args, kwargs) if item.__class__ is Picked else item
        self._context = context.of(args, kwargs) if context.__class__ is Picked else context

    def __enter__(self) -> None:
        self._begun = self._tracked.clock()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tracked = self._tracked
        duration_ms = (tracked.clock() - self._begun) * 1_000
        user = self._user
        if user is None and tracked.wanted:
            user = current_user()
            if user is None:
                tracked.said.begin(
                    "user",
                    "calls of %s are not recorded while no user is known: tell 'user', or use "
                    "acting_as() or identify() around them",
                    self._item,
                )
        if user is None:
            return
        failure = None if error is None else failure_of(error)
        tracked.record(
            user,
            tracked.kind,
            self._item,
            success=failure is None,
            error=failure,
            duration_ms=duration_ms,
            context=self._context,
        )
