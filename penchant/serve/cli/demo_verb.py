"""penchant demo: a store of simulated people, what is made of it, and a server."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from penchant.serve.cli import serve_verb
from penchant.serve.cli.output import as_json, errors, print_json

WIDTH = 80


@click.command("demo")
@click.option("--folder", default="./penchant-demo", show_default=True, help="Made anew each time.")
@click.option("--users", type=click.IntRange(10, 10_000), default=300, show_default=True)
@click.option("--items", type=click.IntRange(20, 10_000), default=300, show_default=True)
@click.option("--days", type=click.IntRange(4, 365), default=28, show_default=True)
@click.option("--serve/--no-serve", "serve", default=None, help="Default: only on a terminal.")
@as_json
@click.pass_context
def verb(
    context: click.Context,
    folder: str,
    users: int,
    items: int,
    days: int,
    serve: bool | None,
    json: bool,
) -> None:
    """Build a store with simulated people, show what penchant makes of it, and serve it."""
    from rich.console import Console

    from penchant.io import system
    from penchant.serve.demo import Demo, Size

    console = Console(highlight=False, quiet=json)
    if not console.is_terminal or console.width > WIDTH:
        console = Console(highlight=False, width=WIDTH, quiet=json)
    with errors():
        size = Size(users=users, items=items, days=days)
        told = Demo(Path(folder), console, system.now(), size).run()
    if json:
        print_json(told)
    if serve or (serve is None and sys.stdin.isatty() and sys.stdout.isatty()):
        context.obj = folder
        with serve_verb.verb.make_context("serve", [], parent=context) as serving:  # as if typed
            serve_verb.verb.invoke(serving)
