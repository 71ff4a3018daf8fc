"""penchant trending: what is popular lately."""

from __future__ import annotations

import click

from penchant.serve.cli.output import as_json, errors, opened, print_json, print_slate
from penchant.serve.cli.rules import where_of


@click.command("trending")
@click.argument("count", type=int, default=10)
@click.option(
    "--where", multiple=True, metavar="FIELD=VALUE", help="Only such items; also price<=5."
)
@as_json
@click.pass_obj
def verb(store: str, count: int, where: tuple[str, ...], json: bool) -> None:
    """The COUNT items that most people touch lately."""
    with errors(), opened(store, everyone=True) as p:
        slate = p.trending(count, where=where_of(where))
        if json:
            print_json(slate.to_dict())
        else:
            print_slate(p, slate, where)
