"""penchant alerts: what to look at."""

from __future__ import annotations

import click

from penchant.core import instant
from penchant.serve.alerts import LEVELS
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table


@click.command("alerts")
@click.option("--limit", type=int, default=100, metavar="COUNT", help="At most; default 100.")
@click.option(
    "--level", type=click.Choice(LEVELS, case_sensitive=False), help="Of that level only."
)
@as_json
@click.pass_obj
def verb(store: str, limit: int, level: str | None, json: bool) -> None:
    """What to look at, the most urgent first: errors, slowness, unusual days, new tiers."""
    with errors(), opened(store, everyone=True) as p:
        found = p.alerts(limit, level=level)
    if json:
        print_json([one.to_dict() for one in found])
    elif found:
        table(
            ("level", "at", "what"),
            [(one.level, instant.text(one.at), one.text) for one in found],
        )
    else:
        say("no alert: few errors, quick reads, nobody unlike themselves")
