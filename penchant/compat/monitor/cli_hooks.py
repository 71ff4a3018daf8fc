"""Command lines: a decorator, a pair of calls around a command, and one call for all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from penchant.capture.hooks.outcome import failure_of
from penchant.capture.hooks.tracking import Tracking
from penchant.capture.recorder import Recorder
from penchant.compat.monitor.current import get_monitor
from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.records import UNKNOWN, InteractionStatus, InteractionType
from penchant.core.errors import InvalidArgument

Function = TypeVar("Function", bound=Callable[..., Any])
TIMEOUT = "TimeoutError"


def track_cli_command(
    command: str,
    *,
    monitor: InteractionMonitor | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Callable[[Function], Function]:
    """Makes a decorator that records each call of a function as the command of that name.

    Functions, coroutines, generators and methods, as ``penchant.capture.hooks.Tracking`` has them: an
    exception makes it an error of that type, a ``TimeoutError`` a timeout, and goes on. Without a
    ``monitor`` it is that of the process, asked for at the call.
    """
    if not isinstance(command, str) or not command:
        raise InvalidArgument(
            "command", f"expected its name, as in @track_cli_command('status'), got {command!r:.60}"
        )
    tracking = Tracking(cast(Recorder, _Calls(monitor)), user=UNKNOWN, item=command, clock=clock)
    return lambda function: tracking()(function)


class CLIMonitoringMiddleware:
    """Two calls around a command: what the first returns goes to the second.

    ``parameters`` names the options of commands that are kept, in ``metadata``; nothing else of the
    arguments is. Without a ``monitor`` it is that of the process.
    """

    def __init__(
        self,
        monitor: InteractionMonitor | None = None,
        *,
        parameters: Collection[str] = (),
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if isinstance(parameters, str):
            raise InvalidArgument("parameters", f"expected a list of names, got {parameters!r:.60}")
        self._monitor = monitor
        self._parameters = frozenset(parameters)
        self._clock = clock

    def before_command(
        self, command: str, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> CommandContext:
        """A command begins; what is returned is for :meth:`after_command`."""
        told = kwargs or {}
        kept = {name: told[name] for name in told if name in self._parameters}
        return CommandContext(command=command, begun=self._clock(), metadata=kept)

    def after_command(
        self,
        context: CommandContext,
        success: bool = True,
        error: BaseException | str | None = None,
    ) -> str:
        """A command has ended; returns the timestamp. An ``error`` is no success, whatever is said."""
        return record_cli_interaction(
            context.command,
            success,
            (self._clock() - context.begun) * 1_000,
            error,
            context.metadata,
            monitor=self._monitor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """A command that has begun, at ``begun`` seconds of the clock of its middleware."""

    command: str
    begun: float
    metadata: Mapping[str, Any] = field(default_factory=dict)


def record_cli_interaction(
    command: str,
    success: bool,
    duration_ms: float | None = None,
    error: BaseException | str | None = None,
    metadata: Mapping[str, Any] | None = None,
    *,
    user_id: str | int | None = None,
    monitor: InteractionMonitor | None = None,
) -> str:
    """Record a command that has ended; returns the timestamp.

    Of an exception the name of its type is kept, never what it says. Without a ``monitor`` it is
    that of the process.
    """
    message = failure_of(error) if isinstance(error, BaseException) else error
    return (monitor or get_monitor()).record_interaction(
        InteractionType.CLI_COMMAND,
        command,
        _status(success, message),
        duration_ms,
        user_id,
        message,
        metadata or None,
    )


def _status(success: bool, error: str | None) -> InteractionStatus:
    if error == TIMEOUT:
        return InteractionStatus.TIMEOUT
    if error is not None:
        return InteractionStatus.ERROR
    return InteractionStatus.SUCCESS if success else InteractionStatus.FAILURE


class _Calls:
    """What ``Tracking`` takes for a recorder: its calls are commands of the monitor."""

    def __init__(self, monitor: InteractionMonitor | None) -> None:
        self._monitor = monitor

    def record(
        self,
        user: str,
        kind: str,
        item: str,
        *,
        success: bool,
        error: str | None,
        duration_ms: float,
        context: Mapping[str, Any] | None,
    ) -> str:
        return record_cli_interaction(item, success, duration_ms, error, monitor=self._monitor)
