"""penchant serve: the store over HTTP."""

from __future__ import annotations

import sys

import click

import penchant
from penchant.core.errors import InvalidArgument
from penchant.io.stores import MEMORY
from penchant.io.stores.postgres_address import shown
from penchant.serve.cli.output import as_json, errors, print_json


@click.command("serve")
@click.option(
    "--host",
    envvar="PENCHANT_HOST",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on.",
)
@click.option(
    "--port",
    envvar="PENCHANT_PORT",
    type=click.IntRange(0, 65_535),
    default=8_000,
    show_default=True,
    help="The port; 0 is any free one.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Server processes on the store.",
)
@as_json
@click.pass_obj
def verb(store: str, host: str, port: int, processes: int, json: bool) -> None:
    """Answer over HTTP until stopped; /docs says what can be asked."""
    from penchant.serve.http.run import address, check_reach, listen, serve, serve_together

    with errors():
        if processes > 1 and store == MEMORY:
            raise InvalidArgument(
                "--processes",
                f"{MEMORY} lives in one process; name a folder or a database with --store",
            )
        with penchant.open(store, follow=processes == 1) as engine:
            check_reach(engine, host)
            listener = listen(host, port)
            url = address(listener)
            if json:
                print_json({"store": shown(store), "url": url, "docs": f"{url}/docs"})
            else:
                click.echo(
                    f"penchant serves {shown(store)} at {url} (what can be asked: {url}/docs)"
                )
            if processes == 1:
                serve(engine, listener)
                return
        sys.exit(serve_together(store, listener, processes))
