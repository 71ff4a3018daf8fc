"""Output: results for people or for programs, errors as one line, exit codes 0, 1 and 2."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

import penchant
from penchant.core.errors import InvalidArgument, InvalidSettings, NotFound, PenchantError
from penchant.io.system import path_of
from penchant.personalise.where import value_of
from penchant.serve.cli.rules import where_of

if TYPE_CHECKING:
    from rich.table import Table

    from penchant.core.slate import Reason, Slate
    from penchant.serve.engine import Penchant

Verb = TypeVar("Verb", bound=Callable[..., Any])

FAILED, WRONG_USE = 1, 2
LOOKED_AT = 1_000  # items looked at for a field that a filter names


def as_json(verb: Verb) -> Verb:
    """The option ``--json`` that every verb has."""
    return click.option("--json", "json", is_flag=True, help="Print JSON.")(verb)


def print_json(value: object) -> None:
    """One JSON document on a line of its own."""
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a path that is not UTF-8
        text = json.dumps(msgspec.to_builtins(value))
    click.echo(text)


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


@contextmanager
def opened(store: str, *, everyone: bool = False) -> Iterator[Penchant]:
    """The store that must be there already; with ``everyone``, knowing the latest of everybody.

    Reading from a place without a store says so and makes no folder.
    """
    from penchant.io.stores.sqlite import FILE

    if "://" not in store and not os.path.isfile(path_of("store", store) / FILE):
        raise NotFound(
            f"there is no store at {store}; fill one with 'penchant import' or 'penchant track', "
            "or name another with --store"
        )
    with penchant.open(store, follow=False) as p:
        if everyone:
            p.parts.population.catch_up()
        yield p


def learn(p: Penchant) -> None:
    """Follow the log to its end, so that what is known of everyone is kept with the store."""
    total = p.parts.population.behind()
    with progress("learning") as report:
        while not p.parts.population.follow():
            left = p.parts.population.behind()
            report(total - left, 1 - left / total if total else None)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, float | None], None]]:
    """A bar on standard error while a person looks; told a number done and the share of all."""
    if not is_terminal():
        yield lambda done, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[done]:,}"))
    with Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task(what, total=None, done=0)

        def told(done: int, share: float | None) -> None:
            total = None if share is None else 1.0
            bar.update(task, done=done, total=total, completed=share or 0.0)

        yield told


def say(text: str = "") -> None:
    """A line for people."""
    click.echo(text)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str = "") -> None:
    """Rows for people: ruled on a terminal, plain columns in a pipe. Numbers stand to the right."""
    texts = [[_cell(cell) for cell in row] for row in rows]
    numeric = [
        bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        for place in range(len(columns))
    ]
    if sys.stdout.isatty():
        _ruled(columns, texts, numeric, title)
        return
    if title:
        say(title)
    widths = [
        max(len(row[place]) for row in [list(columns), *texts]) for place in range(len(columns))
    ]
    for row in [list(columns), *texts]:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        say("  ".join(cells).rstrip())


def _ruled(
    columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], title: str
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown: Table = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left")
    for name, right in zip(columns, numeric, strict=True):
        shown.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*map(Text, row))
    Console().print(shown)


def _cell(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:.3f}"
    if isinstance(cell, list):
        return brief(cell)
    return f"{cell:,}" if isinstance(cell, int) else one_line(str(cell))


def brief(value: object) -> str:
    """A number to three digits, an interval by its ends, anything else as it is."""
    if isinstance(value, list):
        return " to ".join(map(brief, value))
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def one_line(text: str) -> str:
    """Text without line breaks and control characters, which would disturb a terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


NOTHING = "nothing to offer; 'penchant doctor' says why"


def print_slate(
    p: Penchant, slate: Slate, where: Sequence[str] = (), nothing: str = NOTHING
) -> None:
    """A slate for people: what, how good, and why; what to say where it is empty."""
    if not len(slate):
        say(_filtered(p, where) if where else nothing)
        return
    p.parts.shelf.fetch([choice.item for choice in slate])
    rows = []
    for place, choice in enumerate(slate, 1):
        item = p.parts.shelf.current(choice.item)
        title = (item.title or "") if item else ""
        rows.append((place, choice.item, title[:40], choice.score, reasons(choice.why)))
    if not any(row[2] for row in rows):
        table(("", "item", "score", "why"), [(a, b, d, e) for a, b, _, d, e in rows])
    else:
        table(("", "item", "title", "score", "why"), rows)


def reasons(why: Sequence[Reason]) -> str:
    """The reasons of a score in one line, without those that add nothing."""
    return "; ".join(
        f"{reason.name} {reason.share:.3f}"
        + (f" ({', '.join(reason.evidence[:2])})" if reason.evidence else "")
        for reason in why
        if reason.share
    )


def _filtered(p: Penchant, where: Sequence[str]) -> str:
    """Why a filter lets nothing through: a field that no item has, else the filter itself."""
    items = p.parts.store.items("", LOOKED_AT)
    for name in where_of(where) or {}:
        if not any(value_of(item, name) not in (None, ()) for item in items):
            has = " in the catalogue" if items else ": the catalogue is empty"
            return f"nothing to offer: --where {name}: no item has a {name!r}{has}"
    rules = " ".join(f"--where {rule!r}" for rule in where)
    return f"nothing to offer: no item that people touch passes {rules}"
