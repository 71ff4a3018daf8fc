"""penchant check: prove that what is served equals a replay of the log."""

from __future__ import annotations

import sys

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import FAILED, as_json, errors, opened, print_json, progress, say


@click.command("check")
@as_json
@click.pass_obj
def verb(store: str, json: bool) -> None:
    """Compare every served state with a replay of the log, bit for bit. Exit code 1: one differs."""
    with errors(), opened(store) as p:
        with progress("comparing users") as report:
            result = p.check(progress=lambda users: report(users, None))
        if json:
            print_json(result.to_dict())
        elif result.passed:
            say(f"replay equals live: {counted(result.users, 'user')} and the population")
        else:
            for user in result.differing[:20]:
                say(f"differs: user {user}")
            if result.population_differs:
                say("differs: the population")
            say("'penchant rebuild' folds them anew from the log")
        if not result.passed:
            sys.exit(FAILED)
