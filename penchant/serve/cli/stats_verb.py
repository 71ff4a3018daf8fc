"""penchant stats: what happened, ever or lately; clicks per exposure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import click

from penchant.core.wording import counted
from penchant.serve.cli.output import as_json, errors, opened, print_json, say, table

LATEST = 10  # days and hours that are shown
COMMONEST = 10  # commands and errors


@click.command("stats")
@click.option(
    "--window",
    type=click.IntRange(1, 3_153_600_000),
    metavar="SECONDS",
    help="Of the latest so many seconds, from the hour in which they begin; default is all time.",
)
@as_json
@click.pass_obj
def verb(store: str, window: int | None, json: bool) -> None:
    """Events by kind and day, outcomes, commands, people, clicks per exposure by policy."""
    with errors(), opened(store, everyone=True) as p:
        stats = p.stats(None if window is None else timedelta(seconds=window))
        if json:
            print_json(stats)
        else:
            _show(stats, has_catalogue=p.parts.store.change() > 0)


def _show(stats: dict[str, Any], *, has_catalogue: bool) -> None:
    _head(stats, has_catalogue)
    if stats["kinds"]:
        say()
        table(("kind", "events"), list(stats["kinds"].items())[:20])
    if stats["from"] is None or stats["resolution"] == "day":
        _latest("day", stats["days"])
    else:
        _latest("hour", stats["hours"])
    for column, counts in (("command", stats["commands"]), ("error", stats["errors"])):
        if counts:
            say()
            table((column, "times"), list(counts.items())[:COMMONEST])
    if stats.get("exposures"):
        say()
        table(
            ("policy", "exposures", "clicks", "clicks per exposure"),
            [(name or "not named", *rates.values()) for name, rates in stats["policies"].items()],
        )


def _head(stats: dict[str, Any], has_catalogue: bool) -> None:
    """One line a figure."""
    when = f" from {stats['from']} to {stats['to']}" if stats["from"] else ""
    say(f"{counted(stats['events'], 'event')}{when}")
    unknown = stats.get("events_unknown_item")
    if has_catalogue and unknown:
        say(f"{counted(unknown, 'event')} about items that the catalogue did not know then")
    active = stats["active_users"]
    if active["window"]:
        people = f"about {counted(active['window'], 'person', 'people')} did something"
        lately = (
            f", {active['last_hour']:,} in the last hour, {active['last_day']:,} in the last day"
        )
        say(people + (lately if active["last_day"] else ""))
    if stats["success_rate"] is not None:
        told = stats["succeeded"] + stats["failed"]
        say(f"{stats['success_rate']:.1%} of {counted(told, 'outcome')} were successes")
    if stats["duration_ms"]["count"]:
        say(f"{stats['duration_ms']['mean']:,.1f} ms each in the mean")
    if len(stats["hours"]) > 1:
        say(f"busiest hours, UTC: {', '.join(map(str, stats['peak_hours']))}")


def _latest(what: str, counts: dict[str, int]) -> None:
    if counts:
        rows = list(counts.items())
        shown = f"the last {LATEST} of {len(rows)} {what}s" if len(rows) > LATEST else ""
        say()
        table((what, "events"), rows[-LATEST:], shown)
