"""penchant simulate: people with tastes, as a stream of events or in a loop with the policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Any

import click
import msgspec

import penchant
from penchant.core import instant
from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.core.wording import counted
from penchant.io.stores.postgres_address import shown
from penchant.measure.ranking import Estimate
from penchant.measure.simulation import Simulation
from penchant.serve.cli.output import as_json, errors, print_json
from penchant.serve.loop import POLICIES, World, before, compared, fill, measured, play


@click.command("simulate")
@click.option("--users", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--items", type=click.IntRange(1, 1_000_000), default=300, show_default=True)
@click.option("--days", type=click.IntRange(1, 3_650), default=28, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, other people.")
@click.option("--start", default="2025-01-01", show_default=True, help="When it begins.")
@click.option("--events", type=click.IntRange(1), help="Stop after so many events.")
@click.option("--output", metavar="FILE", help="JSON lines to a file; default '-', the screen.")
@click.option("--catalogue", metavar="FILE", help="Also write the items as JSON lines.")
@click.option("--into", metavar="STORE", help="Put items and events into a store instead.")
@click.option("--closed-loop", is_flag=True, help="Compare policies on the same people.")
@as_json
def verb(
    users: int,
    items: int,
    days: int,
    seed: int,
    start: str,
    events: int | None,
    output: str | None,
    catalogue: str | None,
    into: str | None,
    closed_loop: bool,
    json: bool,
) -> None:
    """People with tastes that drift, habits and sessions; the same seed, the same events."""
    with errors():
        begin = _start(start)
        if closed_loop:
            if events or output or catalogue or into:
                raise InvalidArgument(
                    "--closed-loop",
                    "writes no events; leave --events, --output, --catalogue, --into",
                )
            half = max(days // 2, 1)
            world = World(users=users, items=items, seed=seed, start=begin, warm=half, days=half)
            _compare(world, json)
            return
        if into and output:
            raise InvalidArgument("--into", "goes to a store and --output to a file; choose one")
        simulation = Simulation(users=users, items=items, seed=seed, start=begin)
        stream = simulation.events(before(simulation.visits(), begin + days * DAY))
        told = islice(stream, events)
        if catalogue:
            _write(catalogue, (item.to_dict() for item in simulation.catalogue()))
        if into:
            _store(into, simulation, told, json)
        else:
            _write(output or "-", (event.to_row() for event in told))


def _start(text: str) -> Instant:
    try:
        return instant.read(text, UTC)[0]
    except ValueError as problem:
        raise InvalidArgument("--start", str(problem)) from None


def _write(name: str, rows: Iterable[dict[str, Any]]) -> None:
    try:
        with click.open_file(name, "wb") as file:
            _write_lines(file, rows)
    except BrokenPipeError:
        raise
    except OSError as problem:
        raise StoreUnavailable(f"cannot write {name}: {problem.strerror}") from None


def _write_lines(file: IO[bytes], rows: Iterable[dict[str, Any]]) -> None:
    encoder = msgspec.json.Encoder()
    lines: Iterator[bytes] = (encoder.encode(row) + b"\n" for row in rows)
    while chunk := b"".join(islice(lines, 1_000)):
        file.write(chunk)


def _store(place: str, simulation: Simulation, told: Iterable[Event], json: bool) -> None:
    with penchant.open(place) as p:
        accepted = fill(p, simulation, told)
    counts = {"store": shown(place), "items": len(simulation.things), "accepted": accepted}
    if json:
        print_json(counts)
    else:
        click.echo(
            f"{shown(place)}: {counted(accepted, 'event')} and {counted(len(simulation.things), 'item')}"
        )


def _compare(world: World, json: bool) -> None:
    outcomes = {policy: play(policy, world) for policy in POLICIES}
    if not all(outcome.exposures for outcome in outcomes.values()):
        raise InvalidArgument("--days", "nobody comes in that time; ask for more --days or --users")
    better = compared(outcomes, "penchant", "popularity")
    if json:
        print_json(
            {
                "policies": {name: _plain(measured(one)) for name, one in outcomes.items()},
                "penchant_over_popularity": _plain(better),
            }
        )
        return
    since = datetime.fromtimestamp((world.start + world.warm * DAY) // 1_000_000, UTC)
    click.echo(
        f"{world.users} people, {world.items} items, {world.days} days from {since:%Y-%m-%d}, "
        f"seed {world.seed}\n"
    )
    click.echo(f"{'policy':<12}{'exposures':>10}{'clicks':>8}  clicks per exposure, 95 %")
    for name, outcome in outcomes.items():
        shown, clicked = sum(outcome.exposures.values()), sum(outcome.clicks.values())
        click.echo(f"{name:<12}{shown:>10,}{clicked:>8,}  {_percent(measured(outcome))}")
    click.echo(
        f"\npenchant over popularity, same people: {100 * better.mean:+.1f} percentage points "
        f"[{100 * better.low:+.1f}, {100 * better.high:+.1f}]"
    )


def _plain(estimate: Estimate) -> dict[str, float]:
    return {"mean": estimate.mean, "low": estimate.low, "high": estimate.high}


def _percent(estimate: Estimate) -> str:
    return f"{estimate.mean:.1%} [{estimate.low:.1%}, {estimate.high:.1%}]"
