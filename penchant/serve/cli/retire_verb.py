"""penchant retire: let old events leave the log."""

from __future__ import annotations

from datetime import timedelta

import click

from penchant.core import instant
from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, opened, print_json, progress, say
from penchant.serve.retention import QUARTER


@click.command("retire")
@click.option(
    "--days",
    type=click.IntRange(0, 36_500),
    default=QUARTER.days,
    show_default=True,
    help="How old an event must be to leave.",
)
@click.option(
    "--gone", is_flag=True, help="For good, out of the archive as well; without an archive, always."
)
@as_json
@click.pass_obj
def verb(store: str, days: int, gone: bool, json: bool) -> None:
    """Let events older than so many days leave the log; what they taught stays.

    With the setting archive, whole months go there as Parquet and are read as before.
    """
    with errors(), opened(store) as p:
        with progress("retiring") as report:
            result = p.retire(
                older_than=timedelta(days=days),
                archive=False if gone else None,
                progress=lambda events: report(events, None),
            )
        if json:
            print_json(result.to_dict())
        elif result.events and result.until is not None:
            say(
                f"{counted(result.events, 'event')} up to {instant.text(result.until)} left the log "
                f"in {result.seconds:.1f} s"
            )
        else:
            say(f"no event at the log's beginning is older than {counted(days, 'day')}")
