"""penchant explain: the score of one item for a person, or where a reading comes from."""

from __future__ import annotations

import click

from penchant.core.slate import Choice
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table


@click.command("explain")
@click.argument("user")
@click.argument("item", required=False)
@click.option("--reading", metavar="NAME", help="A reading of the profile, such as interests.")
@click.option("--limit", type=int, default=10, help="Events told of a reading; default 10.")
@click.option("--seen", metavar="RULE", help="What the person knows already: hide, keep or fade.")
@as_json
@click.pass_obj
def verb(
    store: str,
    user: str,
    item: str | None,
    reading: str | None,
    limit: int,
    seen: str | None,
    json: bool,
) -> None:
    """The score ITEM would have for USER now, and the reasons that sum to it; or, with --reading, the
    events that a reading comes from."""
    if (item is None) == (reading is None):
        raise click.UsageError("name an item, or a reading with --reading")
    with errors(), opened(store, everyone=True) as p:
        if reading is not None:
            told = p.user(user).explain(reading=reading, limit=limit)
            print_json(told.to_dict()) if json else say(str(told))
            return
        assert item is not None  # one of the two is there
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
