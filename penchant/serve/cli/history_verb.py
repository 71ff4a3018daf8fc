"""penchant history: what a person did, newest first."""

from __future__ import annotations

import re

import click

from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table


@click.command("history")
@click.argument("user")
@click.argument("limit", type=int, default=20)
@click.option("--kind", metavar="NAME", help="Only events of this kind.")
@click.option("--at", metavar="TIME", help="As it was then; default now.")
@as_json
@click.pass_obj
def verb(store: str, user: str, limit: int, kind: str | None, at: str | None, json: bool) -> None:
    """The latest LIMIT events of USER."""
    with errors(), opened(store) as p:
        who = p.user(user, at=at)
        events = who.history(limit, kind=kind)
        if json:
            print_json([event.to_dict() for event in events])
        elif not events:
            say("no events; 'penchant doctor USER' says more")
        else:
            columns = ("at", "kind", "item", "value", "text")
            told = [
                (event.kind, event.item, event.value, (event.text or "")[:60]) for event in events
            ]
            rows = [(_second(e.to_dict()["at"]), *row) for e, row in zip(events, told, strict=True)]
            used = [
                place for place in range(5) if any(row[place] not in (None, "") for row in rows)
            ]
            table(
                [columns[place] for place in used], [[row[place] for place in used] for row in rows]
            )


def _second(at: str) -> str:
    """A time without its fraction of a second: ``2026-01-01T09:00:00Z``."""
    return re.sub(r"\.\d+", "", at)
