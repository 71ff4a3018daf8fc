"""penchant track: remember one event."""

from __future__ import annotations

from typing import Any

import click
import msgspec

import penchant
from penchant.core.errors import InvalidArgument
from penchant.serve.cli.output import as_json, errors, print_json, say


@click.command("track")
@click.argument("user")
@click.argument("kind")
@click.argument("item", required=False)
@click.option("--at", metavar="TIME", help="When it happened; default now.")
@click.option("--id", metavar="ID", help="The id of the event; one known already changes nothing.")
@click.option("--session", metavar="NAME")
@click.option("--value", type=float, metavar="NUMBER", help="A rating, a price, a quantity.")
@click.option("--text", metavar="TEXT", help="A query, a command line, a message.")
@click.option("--success/--failure", default=None)
@click.option("--error", metavar="TEXT")
@click.option("--duration-ms", type=float, metavar="NUMBER")
@click.option("--request", metavar="ID", help="The slate it answers.")
@click.option("--position", type=int, metavar="PLACE", help="The place in that slate, from 0.")
@click.option("--context", metavar="JSON")
@click.option("--data", metavar="JSON")
@as_json
@click.pass_obj
def verb(store: str, /, user: str, kind: str, item: str | None, json: bool, **fields: Any) -> None:
    """Remember that USER did KIND, with ITEM if there is one. Prints the id of the event."""
    with errors():
        for name in ("context", "data"):
            fields[name] = _object(name, fields[name])
        with penchant.open(store, follow=False) as p:
            told = {"user": user, "kind": kind, "item": item, **fields}
            event = {name: value for name, value in told.items() if value is not None}
            checked = p.parts.edge.event_from(event)
            receipt = p.track_many([checked])
        if json:
            print_json(
                {"id": checked.id, "accepted": receipt.accepted, "duplicates": receipt.duplicates}
            )
        else:
            say(
                checked.id
                if receipt.accepted
                else f"{checked.id} is in the log already: nothing changed"
            )


def _object(name: str, text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise InvalidArgument(name, f"expected a JSON object, got {text[:60]!r}: {error}") from None
