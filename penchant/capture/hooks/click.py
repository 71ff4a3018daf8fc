"""Click: every command of a program, by its path."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import acting
from penchant.capture.hooks.commands import Commands, Operator
from penchant.capture.hooks.outcome import exit_code
from penchant.core.errors import InvalidArgument

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

_OPERATOR = "penchant.operator"  # in what click keeps for a run: who runs it
_SETTLED = "penchant.settled"  # and the exception that a command is recorded with


def hook_click(
    command: Any,
    recorder: Recorder,
    *,
    user: str | Callable[[], str | None],
    parameters: Collection[str] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    """Record every run of a click command, or of the commands of a group, as a ``command``.

    Who it is ``identify()`` has said, else ``user``, a name or a function such as ``getpass.getuser``; where
    that is ``None`` nothing is recorded. The item is the command's path, such as
    ``shop export``; a group is recorded where it runs without a command, or fails before one runs. Wrong
    usage is a failure of the command whose parameters it was; ``--help`` and ``--version`` are no runs.

    ``success`` is an exit code of 0, which is in ``context``; ``error`` the exception's type. What was
    typed is not recorded but for ``parameters``, names of parameters whose values go into ``data``.
    Commands are hooked as they are found, also lazy ones. Raises ``InvalidArgument`` for what is no
    command, and for one that is hooked already: it would be recorded twice.
    """
    if not all(hasattr(command, name) for name in ("make_context", "invoke", "main")):
        raise InvalidArgument(
            "command", f"expected a command of click, got {type(command).__name__}"
        )
    if _is_hooked(command):
        raise InvalidArgument("command", f"{command.name!r} is hooked already")
    commands = Commands(recorder, user=user, parameters=parameters, clock=clock)
    _hook(command, commands)


def _is_hooked(command: Any) -> bool:
    return hasattr(command, "_penchant")


def _hook(command: Any, commands: Commands) -> None:
    """Put ours around the methods of this one command that click calls in a run."""
    command._penchant = commands
    command.make_context = _making(command.make_context, commands)
    command.invoke = _invoking(command.invoke, commands)
    if hasattr(command, "resolve_command"):
        command.resolve_command = _resolving(command.resolve_command, commands)


def _resolving(resolve: Any, commands: Commands) -> Any:
    def resolve_command(ctx: Any, args: Any) -> Any:
        found = resolve(ctx, args)
        command = found[1]
        if command is not None and not _is_hooked(command):
            _hook(command, commands)
        return found

    return resolve_command


def _making(make: Any, commands: Commands) -> Any:
    """Around reading the parameters: what fails there never runs."""

    def make_context(info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        begun = commands.clock()
        try:
            return make(info_name, args, parent, **extra)
        except BaseException as error:
            if parent is not None:
                parent.meta[_SETTLED] = error
            if exit_code(error) and not extra.get("resilient_parsing"):  # as completion reads
                path = info_name if parent is None else f"{parent.command_path} {info_name}"
                operator = _operator(commands, parent)
                commands.record(operator, str(path), begun, error, {})
            raise

    return make_context


def _invoking(invoke: Any, commands: Commands) -> Any:
    def invoke_command(ctx: Any) -> Any:
        operator = _operator(commands, ctx)
        begun = commands.clock()
        with acting(operator):
            try:
                result = invoke(ctx)
            except BaseException as error:
                if ctx.meta.get(_SETTLED) is not error:
                    ctx.meta[_SETTLED] = error
                    commands.record(operator, ctx.command_path, begun, error, ctx.params)
                raise
        if ctx.invoked_subcommand is None:
            commands.record(operator, ctx.command_path, begun, None, ctx.params)
        return result

    return invoke_command


def _operator(commands: Commands, ctx: Any) -> Operator:
    """One for the whole run: what a group says of the user holds for its commands."""
    if ctx is None:
        return Operator(commands)
    operator: Operator = ctx.meta.setdefault(_OPERATOR, Operator(commands))
    return operator
