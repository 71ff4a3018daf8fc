"""penchant export: write log and catalogue to a file."""

from __future__ import annotations

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, opened, print_json, progress, say


@click.command("export")
@click.argument("path")
@click.option("--format", metavar="NAME", help="jsonl or parquet; default by the ending of PATH.")
@click.option("--items", is_flag=True, help="Only the catalogue as it is now.")
@click.option("--events", is_flag=True, help="Only the log.")
@as_json
@click.pass_obj
def verb(store: str, path: str, format: str | None, items: bool, events: bool, json: bool) -> None:
    """Write log and catalogue to PATH, or - for standard output.

    An import of the file into an empty store gives the same states.
    """
    if items and events:
        raise click.UsageError("--items and --events exclude each other; leave both out for all")
    what = "items" if items else "events" if events else "all"
    with errors(), opened(store) as p:
        with progress("writing") as report:
            result = p.export(path, format=format, what=what, progress=report)
        if json and path != "-":
            print_json(result.to_dict())
        elif path != "-":
            say(
                f"{result.path}: {counted(result.events, 'event')}, {counted(result.items, 'item')} "
                f"as {result.format}"
            )
