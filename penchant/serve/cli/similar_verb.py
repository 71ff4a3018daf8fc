"""penchant similar: items that the same people touch."""

from __future__ import annotations

import click

from penchant.serve.cli.output import as_json, errors, opened, print_json, print_slate
from penchant.serve.cli.rules import where_of


@click.command("similar")
@click.argument("item")
@click.argument("count", type=int, default=10)
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="Only such items; also price<=5."
)
@as_json
@click.pass_obj
def verb(store: str, item: str, count: int, where: tuple[str, ...], json: bool) -> None:
    """COUNT items that the same people touch at about the same time as ITEM."""
    with errors(), opened(store, everyone=True) as p:
        slate = p.similar(item, count, where=where_of(where))
        if json:
            print_json(slate.to_dict())
        else:
            print_slate(p, slate, where, "nothing is known to go with it yet")
