"""The demo: a store of simulated people, and what penchant makes of it, step by step."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree, which
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

import penchant
from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.instant import DAY, HOUR, Instant
from penchant.core.slate import Choice, Slate
from penchant.measure.ranking import Estimate
from penchant.measure.simulation import Simulation
from penchant.serve.engine import Penchant
from penchant.serve.loop import World, before, compared, fill, measured, play

MARK = ".penchant-demo"  # says that the demo made the folder and may make it again
NAMES = {"penchant": "penchant", "popularity": "what is popular", "random": "by chance"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a world the demo builds; the defaults take seconds."""

    users: int = 300
    items: int = 300
    days: int = 28


class Demo:
    """Shows on a console what a store in ``folder`` knows of people who lived until ``now``."""

    def __init__(self, folder: Path, console: Console, now: Instant, size: Size) -> None:
        self._folder = folder
        self._console = console
        self._now = now
        self._size = size

    def run(self) -> dict[str, Any]:
        """All steps, in order; what they came to as plain data."""
        _emptied(self._folder)
        start = self._now - self._size.days * DAY
        world = Simulation(users=self._size.users, items=self._size.items, seed=1, start=start)
        with penchant.open(self._folder, clock=lambda: self._now) as p:
            self._build(p, world)
            user = _busiest(p, world)
            self._profile(p, user)
            slate = self._recommend(p, user)
            self._react(p, user, slate)
        policies = self._compare(start)
        self._try_next(user)
        return {
            "folder": str(self._folder),
            "user": user,
            "slate": slate.to_dict(),
            "clicks_per_exposure": policies,
        }

    def _build(self, p: Penchant, world: Simulation) -> None:
        self._title(
            1, "A store", f"of {self._size.users} simulated people and {self._size.days} days"
        )
        visits = before(world.visits(), self._now - HOUR)
        accepted = fill(p, world, world.events(visits))
        with self._console.status("learning"):
            p.parts.population.catch_up()
        self._say(f"{accepted:,} events and {len(world.things)} items in {self._folder}")

    def _profile(self, p: Penchant, user: str) -> None:
        self._title(2, "A profile", f"what is known of {user}")
        readings = p.user(user).profile().readings
        activity, habits = readings["activity"].value, readings["habits"].value
        part = max(habits["parts_of_day"], key=lambda name: float(habits["parts_of_day"][name]))
        table = _table("reading", "value")
        table.add_row("events", f"{activity['events']:,}, last at {activity['last_seen']}")
        table.add_row("sessions", f"{readings['sessions'].value['count']:,}")
        table.add_row("comes", f"mostly in the {part}")
        for name in ("categories", "interests"):
            table.add_row(name, _leading(readings[name].value))
        liked = readings["items"].value[:3]
        table.add_row("items", ", ".join(f"{one['item']} {one['rating']:.1f}/5" for one in liked))
        self._console.print(table)

    def _recommend(self, p: Penchant, user: str) -> Slate:
        self._title(3, "Recommendations", "scores are the sums of their reasons")
        slate = p.user(user).recommend(5)
        table = _table("item", "score", "why")
        for choice in slate:
            table.add_row(_name(p, choice.item), f"{choice.score:.2f}", _why(choice))
        self._console.print(table)
        return slate

    def _react(self, p: Penchant, user: str, slate: Slate) -> None:
        first = slate[0].item
        self._title(4, "One event", "the very next answer knows")
        p.track(user, "purchase", first, request=slate.request, position=0)
        places = {choice.item: place for place, choice in enumerate(slate, 1)}
        self._say(f"{user} buys {_name(p, first)} ({first}). Now recommended:")
        table = _table("item", "score", "why", "before")
        for choice in p.user(user).recommend(5):
            before = places.get(choice.item)
            told = "[green]new[/]" if before is None else f"place {before}"
            table.add_row(_name(p, choice.item), f"{choice.score:.2f}", _why(choice), told)
        self._console.print(table)

    def _compare(self, start: Instant) -> dict[str, float]:
        self._title(5, "Did it help", "the same people, shown slates by different policies")
        half = max(self._size.days // 2, 1)
        world = World(
            users=self._size.users, items=self._size.items, start=start, warm=half, days=half
        )
        with self._console.status("living through it"):
            outcomes = {policy: play(policy, world) for policy in NAMES}
        table = _table("policy", "clicks per exposure", "95 %")
        for policy, outcome in outcomes.items():
            table.add_row(NAMES[policy], *_shown(measured(outcome)))
        self._console.print(table)
        more = compared(outcomes, "penchant", "popularity")
        self._say(
            f"penchant over what is popular: {100 * more.mean:.1f} percentage points more "
            f"({100 * more.low:.1f} to {100 * more.high:.1f})"
        )
        return {policy: measured(outcome).mean for policy, outcome in outcomes.items()}

    def _try_next(self, user: str) -> None:
        self._title(6, "To try next", "")
        if which("penchant") is None:  # run by path, as make does
            self._say(f"  . {os.path.relpath(sys.prefix)}/bin/activate")
        for verb in (f"profile {user}", f"recommend {user}", "stats"):
            self._say(f"  penchant --store {self._folder} {verb}")

    def _title(self, step: int, what: str, more: str) -> None:
        self._console.print(f"\n[bold]{step}. {what}[/]" + (f": {escape(more)}" if more else ""))

    def _say(self, text: str) -> None:
        self._console.print(escape(text), soft_wrap=True, highlight=False)


def _emptied(folder: Path) -> None:
    """Make the folder new. Raises ``InvalidArgument`` for one that the demo did not make."""
    if os.path.exists(folder) and not os.path.isfile(folder / MARK):
        raise InvalidArgument(
            "--folder", f"{folder} was not made by the demo; name another, or remove it first"
        )
    try:
        if folder.exists():
            rmtree(folder)
        folder.mkdir(parents=True)
        (folder / MARK).write_text("made by penchant demo, which makes it again each time\n")
    except OSError as error:
        raise StoreUnavailable(
            f"{folder} cannot be made: {error.strerror}; name another place with --folder"
        ) from None


def _busiest(p: Penchant, world: Simulation) -> str:
    """The person with the most sessions; the first of those alike."""
    counts = {
        person.id: p.user(person.id).profile().readings["sessions"].value["count"]
        for person in world.people
    }
    return max(counts, key=lambda user: int(counts[user]))


def _why(choice: Choice) -> str:
    return "; ".join(
        f"{reason.name} {reason.share:.2f}"
        + (f" ({', '.join(reason.evidence[:2])})" if reason.evidence else "")
        for reason in choice.why
    )


def _leading(rows: list[dict[str, Any]]) -> str:
    """The first names of a reading that is a list."""
    return ", ".join(str(next(iter(row.values()))) for row in rows[:4])


def _name(p: Penchant, item: str) -> str:
    return p.find_item(item).title or item


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column == "score" else "left")
    return table


def _shown(estimate: Estimate) -> tuple[str, str]:
    return f"{estimate.mean:.1%}", f"{estimate.low:.1%} to {estimate.high:.1%}"
