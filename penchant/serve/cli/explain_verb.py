"""penchant explain: the score of one item for a person, and why."""

from __future__ import annotations

import click

from penchant.core.slate import Choice
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table


@click.command("explain")
@click.argument("user")
@click.argument("item")
@click.option("--seen", metavar="RULE", help="What the person knows already: hide, keep or fade.")
@as_json
@click.pass_obj
def verb(store: str, user: str, item: str, seen: str | None, json: bool) -> None:
    """The score ITEM would have for USER now, and the reasons that sum to it."""
    with errors(), opened(store, everyone=True) as p:
        choice = p.user(user).explain(item, seen=seen)
        if json:
            print_json(choice.to_dict())
        else:
            _show(user, choice)


def _show(user: str, choice: Choice) -> None:
    say(f"{choice.item} for {user}: {choice.score:.3f}")
    if not choice.why:
        say("nothing speaks for it: nobody touched it, or the person knows it already")
        return
    table(
        ("reason", "share", "because of"),
        [(one.name, one.share, ", ".join(one.evidence)) for one in choice.why],
    )
