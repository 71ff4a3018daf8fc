"""penchant demo: a store of simulated people, what is made of it, and a server."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click

from penchant.serve.cli.output import errors

WIDTH = 80
SERVE = "penchant.serve.cli.serve_verb"


@click.command("demo")
@click.option("--folder", default="./penchant-demo", show_default=True, help="Made anew each time.")
@click.option("--users", type=click.IntRange(10, 10_000), default=300, show_default=True)
@click.option("--items", type=click.IntRange(20, 10_000), default=300, show_default=True)
@click.option("--days", type=click.IntRange(4, 365), default=28, show_default=True)
@click.option("--serve/--no-serve", "serve", default=None, help="Default: only on a terminal.")
@click.pass_context
def verb(
    context: click.Context, folder: str, users: int, items: int, days: int, serve: bool | None
) -> None:
    """Build a store with simulated people, show what penchant makes of it, and serve it."""
    from rich.console import Console

    from penchant.io import system
    from penchant.serve.demo import Demo, Size

    console = Console(highlight=False)
    if not console.is_terminal or console.width > WIDTH:
        console = Console(highlight=False, width=WIDTH)
    with errors():
        Demo(Path(folder), console, system.now(), Size(users=users, items=items, days=days)).run()
    if serve or (serve is None and sys.stdin.isatty() and sys.stdout.isatty()):
        _serve(context, folder)


def _serve(context: click.Context, folder: str) -> None:
    if find_spec(SERVE) is None:
        return
    context.obj = folder
    context.invoke(import_module(SERVE).verb)
