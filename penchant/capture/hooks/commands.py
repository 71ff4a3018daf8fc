"""Commands: what the hooks of command lines share, a run as an event."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any

from penchant.capture.episodes import Episodes
from penchant.capture.hooks.actor import Actor
from penchant.capture.hooks.outcome import exit_code, failure_of
from penchant.capture.hooks.web import bounded
from penchant.capture.records import PLAIN
from penchant.core.errors import InvalidArgument

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

KIND = "command"


class Commands:
    """One hook: ``user`` and ``parameters`` as its documentation says."""

    def __init__(
        self,
        recorder: Recorder,
        *,
        user: str | Callable[[], str | None],
        parameters: Collection[str],
        clock: Callable[[], float],
    ) -> None:
        if not isinstance(user, str) and not callable(user):
            raise InvalidArgument("user", f"expected text or a function, got {user!r:.60}")
        if isinstance(parameters, str):
            raise InvalidArgument("parameters", f"expected a list of names, got {parameters!r:.60}")
        self.clock = clock
        self._recorder = recorder
        self._user = user
        self._parameters = tuple(parameters)
        self._said = Episodes()

    def user(self) -> str | None:
        if isinstance(self._user, str):
            return self._user
        try:
            return self._user()
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self._said.begin("user", "'user' failed, it is taken for None: %r (said once)", problem)
            return None

    def record(
        self,
        operator: Operator,
        path: str,
        begun: float,
        error: BaseException | None,
        told: Mapping[str, Any],
    ) -> None:
        """Record a run that ended just now. Of ``told`` only the parameters asked for are kept."""
        user = operator.known()
        if user is None:
            return
        failure = failure_of(error)
        self._recorder.record(
            user,
            KIND,
            bounded(path),
            success=failure is None,
            error=failure,
            duration_ms=(self.clock() - begun) * 1_000,
            context={"exit_code": exit_code(error)},
            data={name: _plain(told[name]) for name in self._parameters if name in told} or None,
        )


class Operator(Actor):
    """Whoever runs a command: whom ``identify()`` named, else the hook's ``user``."""

    __slots__ = ("_commands",)

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands

    def ask(self) -> str | None:
        return self._commands.user()


def _plain(value: object) -> Any:
    """A parameter as an event carries it: what it is read from, for what is no plain value."""
    if value.__class__ in PLAIN:
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Enum) or hasattr(value, "read"):  # a choice; an open file
        return str(getattr(value, "name", type(value).__name__))
    return str(value)
