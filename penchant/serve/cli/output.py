"""Output: results for people or for programs, errors as one line, exit codes 0, 1 and 2."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import msgspec

from penchant.core.errors import InvalidArgument, InvalidSettings, PenchantError

Verb = TypeVar("Verb", bound=Callable[..., Any])

FAILED, WRONG_USE = 1, 2


def as_json(verb: Verb) -> Verb:
    """The option ``--json`` that every verb has."""
    return click.option("--json", "json", is_flag=True, help="Print JSON.")(verb)


def print_json(value: object) -> None:
    """One JSON document on a line of its own."""
    click.echo(msgspec.json.encode(value).decode())


def is_terminal() -> bool:
    """Whether a person is looking: progress is shown then, and only then."""
    return sys.stderr.isatty()


@contextmanager
def errors() -> Iterator[None]:
    """Turn errors into a line on standard error: 2 for wrong use, 1 for what failed."""
    try:
        yield
    except (InvalidArgument, InvalidSettings) as error:
        click.echo(f"penchant: {error}", err=True)
        sys.exit(WRONG_USE)
    except PenchantError as error:
        click.echo(f"penchant: {error}", err=True)
        sys.exit(FAILED)
