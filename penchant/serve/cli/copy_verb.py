"""penchant copy: a store into another place."""

from __future__ import annotations

import sys

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import FAILED, as_json, errors, opened, print_json, progress, say


@click.command("copy")
@click.argument("from_", metavar="FROM")
@click.argument("to")
@click.option("--no-check", is_flag=True, help="Do not compare both stores at the end.")
@as_json
def verb(from_: str, to: str, no_check: bool, json: bool) -> None:
    """Copy the store FROM to the place TO: a folder or a database, in either direction.

    Broken off, it goes on where it was; done, it brings what came since. At the end everybody is
    folded in both stores and compared, bit for bit. Exit code 1: somebody differs.
    """
    with errors(), opened(from_) as p:
        with progress("copying") as report:
            result = p.copy(to, check=not no_check, progress=report)
        if json:
            print_json(result.to_dict())
        else:
            say(
                f"copied {counted(result.events, 'event')} and {counted(result.items, 'item')} "
                f"in {result.seconds:.1f} s"
            )
            if result.known:
                say(f"{counted(result.known, 'event')} had ids that were known there")
            if result.compared is not None and result.passed:
                say(f"both know the same of {counted(result.compared, 'user')} and of everyone")
            for user in result.differing[:20]:
                say(f"differs: user {user}")
            if result.population_differs:
                say("differs: the population")
        if not result.passed:
            sys.exit(FAILED)
