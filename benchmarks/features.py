"""What does each feature cost an event?

CPU of one core. Each feature is folded alone; what a fold without any costs, finding the item and the growth
of the event, is in a row of its own and taken off the others. People's features fold one person after
the other, as a rebuild does, everyone's fold the log as it came. A shop: clicks, views and purchases of
50,000 items; a terminal: commands that fail or succeed and take some time. Every feature there is has a
row by itself. Last: all at once, bare loop included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from time import process_time
from typing import Any

from benchmarks.logs import START, catalogue, events
from penchant.core.event import Event, Logged
from penchant.core.instant import SECOND
from penchant.core.item import Item
from penchant.core.settings import Settings
from penchant.profile.feature import HALF_LIVES, Feature
from penchant.profile.fold import Fold
from penchant.serve.configuration import read_kinds
from penchant.serve.folds import crowd_fold, person_fold
from penchant.state.decay import HalfLives

RUNS = 5
ITEMS = 50_000
WORDS = 60
HEAD = ("of", "feature", "a shop's event", "spread", "a command", "spread")


@dataclass(slots=True)
class Cost:
    """What one feature costs, in microseconds an event: of a shop, of a terminal."""

    of: str
    feature: str
    shop: list[float] = field(default_factory=list)
    terminal: list[float] = field(default_factory=list)

    def line(self) -> str:
        """The cost as a row of the table."""
        cells = [self.of, self.feature]
        for values in (self.shop, self.terminal):
            cells += [f"{median(values):.2f} us", f"{min(values):.2f}-{max(values):.2f}"]
        return "| " + " | ".join(cells) + " |"


def answers(small: bool) -> Iterator[Cost]:
    count = 20_000 if small else 200_000
    items = {item.id: item for item in catalogue(ITEMS)}
    shop = [event for portion in events(count, count // 50, ITEMS) for event in portion]
    terminal = list(_commands(count))
    settings, kinds = Settings(), read_kinds(":memory:", "general")
    for of, whole, half_lives in (
        ("a person", person_fold(settings, kinds), HALF_LIVES),
        ("everyone", crowd_fold(settings, kinds), HalfLives.of()),
    ):
        alone: list[tuple[str, Sequence[Feature[Any]]]] = [("the bare loop", ())]
        alone += [(feature.name, (feature,)) for feature in whole.features]
        alone.append(("all of them", whole.features))
        costs = [Cost(of, name) for name, _ in alone]
        for log, column in ((shop, "shop"), (terminal, "terminal")):
            tails = _by_user(log) if of == "a person" else [list(enumerate(log, start=1))]
            for _ in range(RUNS):
                spent = [
                    _spent(Fold(features, kinds, half_lives), tails, items) / count * 1e6
                    for _, features in alone
                ]
                for (_, features), cost, one in zip(alone, costs, spent, strict=True):
                    bare = spent[0] if len(features) == 1 else 0.0
                    getattr(cost, column).append(max(one - bare, 0.0))
        yield from costs


def _spent(fold: Fold, tails: Sequence[Sequence[Logged]], items: dict[str, Item]) -> float:
    """Seconds of this process to fold all tails, each from nothing."""
    began = process_time()
    for tail in tails:
        fold.extend(fold.zero(), tail, lambda item, position: items.get(item))
    return process_time() - began


def _by_user(log: Sequence[Event]) -> list[list[Logged]]:
    tails: dict[str, list[Logged]] = {}
    for logged in enumerate(log, start=1):
        tails.setdefault(logged[1].user, []).append(logged)
    return list(tails.values())


def _commands(count: int) -> Iterator[Event]:
    """Commands of people at a terminal, ten a session, the words by a heavy tail."""
    rng = Random(1)
    for number in range(count):
        visit = number // 10
        word = f"cmd{min(int(rng.paretovariate(0.7)), WORDS)}"
        failed = rng.random() < 0.1
        yield Event(
            id=f"evt_{number:032x}",
            user=f"user-{visit * 7919 % (count // 50)}",
            kind="command",
            at=START + number * SECOND // 5,
            item=word,
            session=f"s{visit}",
            text=f"{word} --all x",
            success=not failed,
            error=f"no such file {rng.randrange(9)}" if failed else None,
            duration_ms=rng.expovariate(0.01),
        )
