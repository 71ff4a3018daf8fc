"""penchant rebuild: fold every state anew from the log."""

from __future__ import annotations

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, opened, print_json, progress, say


@click.command("rebuild")
@click.option("--processes", type=int, metavar="NUMBER", help="Default: one a core.")
@as_json
@click.pass_obj
def verb(store: str, processes: int | None, json: bool) -> None:
    """Fold every state anew from the log, on all cores."""
    with errors(), opened(store) as p:
        with progress("folding") as report:
            total = p.parts.store.count() or 1
            result = p.rebuild(
                processes=processes,
                progress=lambda users, events: report(events, min(events / total, 1.0)),
            )
        if json:
            print_json(result.to_dict())
        else:
            say(
                f"folded {counted(result.events, 'event')} of {counted(result.users, 'user')} "
                f"in {result.seconds:.1f} s on {counted(result.processes, 'process', 'processes')}"
            )
