"""penchant stats: events by kind and day, clicks per exposure."""

from __future__ import annotations

from typing import Any

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table

DAYS = 10


@click.command("stats")
@as_json
@click.pass_obj
def verb(store: str, json: bool) -> None:
    """Events by kind and day, exposures, clicks per exposure by policy."""
    with errors(), opened(store, everyone=True) as p:
        stats = p.stats()
        if json:
            print_json(stats)
        else:
            _show(stats, has_catalogue=p.parts.store.change() > 0)


def _show(stats: dict[str, Any], *, has_catalogue: bool) -> None:
    unknown = stats["events_unknown_item"]
    say(counted(stats["events"], "event"))
    if has_catalogue and unknown:
        say(f"{counted(unknown, 'event')} about items that the catalogue did not know then")
    if stats["kinds"]:
        say()
        table(("kind", "events"), list(stats["kinds"].items())[:20])
        say()
        days = list(stats["days"].items())
        title = f"the last {DAYS} of {len(days)} days" if len(days) > DAYS else ""
        table(("day", "events"), days[-DAYS:], title)
    if stats["exposures"]:
        say()
        table(
            ("policy", "exposures", "clicks", "clicks per exposure"),
            [(name or "not named", *rates.values()) for name, rates in stats["policies"].items()],
        )
