"""penchant recommend: the best items for a person."""

from __future__ import annotations

import click

from penchant.serve.cli.output import as_json, errors, opened, print_json, print_slate
from penchant.serve.cli.rules import where_of


@click.command("recommend")
@click.argument("user")
@click.argument("count", type=int, default=10)
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="Only such items; also price<=5."
)
@click.option("--seen", metavar="RULE", help="What the person knows already: hide, keep or fade.")
@as_json
@click.pass_obj
def verb(
    store: str, user: str, count: int, where: tuple[str, ...], seen: str | None, json: bool
) -> None:
    """The best COUNT items for USER, with reasons that sum to the score."""
    with errors(), opened(store, everyone=True) as p:
        slate = p.user(user).recommend(count, where=where_of(where), seen=seen)
        if json:
            print_json(slate.to_dict())
        else:
            print_slate(p, slate, where, "nothing to offer; 'penchant doctor USER' says why")
