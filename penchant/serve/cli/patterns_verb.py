"""penchant patterns: what people do again and again."""

from __future__ import annotations

import click

from penchant.measure.patterns import DOCUMENTED, TESTED
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table


@click.command("patterns")
@click.argument("user", required=False)
@click.option("--role", metavar="ROLE", help="Only what those in ROLE do.")
@click.option(
    "--min", "least", type=int, default=3, metavar="COUNT", help="How often, at least; default 3."
)
@click.option("--documented", is_flag=True, help="Let the number of times alone decide.")
@as_json
@click.pass_obj
def verb(
    store: str, user: str | None, role: str | None, least: int, documented: bool, json: bool
) -> None:
    """What USER does again and again, or those in a role, or everyone."""
    if user is not None and role is not None:
        raise click.UsageError("name USER or --role, not both")
    rule = DOCUMENTED if documented else TESTED
    with errors(), opened(store, everyone=user is None) as p:
        if user is None:
            found = p.patterns(min_frequency=least, role=role, rule=rule)
        else:
            found = p.user(user).patterns(min_frequency=least, rule=rule)
    if json:
        print_json([one.to_dict() for one in found])
    elif found:
        table(
            ("type", "times", "confidence", "what"),
            [(one.pattern_type, one.frequency, one.confidence, one.description) for one in found],
        )
    else:
        say("no pattern: nothing is done again and again more often than chance would have it")
