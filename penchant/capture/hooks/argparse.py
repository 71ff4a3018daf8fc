"""Argparse: a run of a program, by the subcommand that its parser found."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import acting
from penchant.capture.hooks.commands import Commands, Operator
from penchant.capture.hooks.outcome import exit_code

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder


@contextmanager
def hook_argparse(
    parser: argparse.ArgumentParser,
    recorder: Recorder,
    *,
    user: str | Callable[[], str | None],
    parameters: Collection[str] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[None]:
    """Record what the block does, which parses and does what was asked for, as one ``command``.

    The item is the program with the subcommand, such as ``shop export``, at whatever depth, its
    aliases under the one name; ``--help`` and ``--version`` are no runs. ``user``, ``parameters``,
    ``success``, ``error`` and ``context`` are as ``hook_click`` has them; the codes are those of
    ``SystemExit``, so wrong usage is 2, and any other exception is 1.

    >>> import penchant, tempfile
    >>> parser = argparse.ArgumentParser(prog="shop")
    >>> export = parser.add_subparsers().add_parser("export")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with penchant.Recorder(folder) as recorder:
    ...         with hook_argparse(parser, recorder, user="ann"):
    ...             told = parser.parse_args(["export"])
    ...     recorder.counts.stored
    1
    """
    commands = Commands(recorder, user=user, parameters=parameters, clock=clock)
    run = _Run(parser)
    operator = Operator(commands)
    begun = clock()
    try:
        with acting(operator), run.watched():
            yield
    except BaseException as error:
        if exit_code(error) or not run.parsing:
            commands.record(operator, run.path, begun, error, run.told)
        raise
    commands.record(operator, run.path, begun, None, run.told)


class _Run:
    """What is known of a run: the innermost parser that was asked, and what was told."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parser = parser
        self.path = parser.prog
        self.parsing = False  # also after an exit in the middle of it
        self.told: dict[str, Any] = {}

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within the block the parser and those beneath it say that they are asked."""
        parsers = list(_parsers(self._parser))
        for parser in parsers:
            self._watch(parser)
        try:
            yield
        finally:
            for parser in parsers:
                del parser.parse_known_args

    def _watch(self, parser: argparse.ArgumentParser) -> None:
        parse: Any = parser.parse_known_args

        def parse_known_args(args: Any = None, namespace: Any = None) -> Any:
            self.path = parser.prog
            outermost = not self.parsing
            self.parsing = True
            found = parse(args, namespace)
            if outermost:
                self.parsing = False
                self.told = dict(vars(found[0]))
            return found

        parser.parse_known_args = parse_known_args  # type: ignore[method-assign]  # of this parser


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser and those of its subcommands, each once: aliases lead to the same one."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in {id(one): one for one in action.choices.values()}.values():
                yield from _parsers(one)
