"""Is a change of tastes found, does one raise no alarm who stays, and does it pay to react?

Simulated tastes over 18 categories, through the bounded features that serve.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log2
from random import Random
from statistics import fmean, median
from time import process_time
from typing import Any

from benchmarks.quality import logs
from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.measure.ranking import bootstrap
from penchant.profile.feature import Feature, Norms
from penchant.profile.features.drift import Drift, documented
from penchant.profile.features.evolution import Evolution
from penchant.profile.features.interests import Categories, Norm
from penchant.profile.fold import Fold, Folded
from penchant.serve.configuration import read_kinds
from penchant.state.binomial import lower_bound

PEOPLE = 1_000
Z = 1.959964  # 95 % on both sides
ALARMS, FOUND = 0.05, 0.95  # the goals
REACTING = 100  # people whose next category is foretold after every event: the slow part
LONG = 300  # events of those who stay
BEFORE, AFTER = 200, 100  # events of those who change
CATEGORIES = [Item(id=f"i{number}", category=f"category {number}") for number in range(18)]
SHAPES = {0.1: "a few likings", 0.5: "several", 2.0: "nearly flat"}
RATES = (1 / 3, 1.0, 10 / 3, 30.0)  # events a day
FITTING = Categories.bound.keys  # categories that a person's table holds at once
STRENGTH = 8.0
START: Instant = 20_000 * DAY
KINDS = read_kinds(":memory:", "general")
BOOK = {item.id: item for item in CATEGORIES}
Rule = Callable[[Fold, Folded, Instant], bool]


@dataclass(frozen=True, slots=True)
class Lab:
    """One person's draws: as many events as told, then as many by another taste."""

    shape: float
    number: int
    rate: float = 1.0
    categories: int = len(CATEGORIES)

    def events(self, first: int, second: int) -> Iterator[tuple[int, Event]]:
        rng = Random(f"{self.shape} {self.number}")
        there = CATEGORIES[: self.categories]
        tastes = [[rng.gammavariate(self.shape, 1.0) for _ in there] for _ in range(2)]
        items = rng.choices(there, tastes[0], k=first) + rng.choices(there, tastes[1], k=second)
        for place, item in enumerate(items, start=1):
            at = START + int(place / self.rate * DAY)
            yield place, Event(id=f"e{place}", user="u", kind="click", at=at, item=item.id)


def section() -> str:
    return "\n".join([_found(), _films(), _reaction(), _cost()])


def _found() -> str:
    lines = [
        f"{PEOPLE:,} simulated people a row: tastes drawn from a Dirichlet distribution over 18 "
        f"categories. Of those who stay, the share with an alarm at any event of {LONG}; of those who "
        f"change altogether after {BEFORE} events, the share found within 50 and 100 further events, and "
        "the median of the events it took. The documented rule is asked at every tenth event, with the "
        "evidence it needs (20 events in both windows). 95 %: Wilson.\n",
        "| tastes | rule | false alarms | 95 % | found in 50 | 95 % | in 100 | median |",
        "|---|---|---|---|---|---|---|---|",
    ]
    verdicts: list[str] = []
    for shape, words in SHAPES.items():
        rows: list[tuple[str, Rule, float]] = [("permutation", _permutation, 1.0)]
        rows += [(f"KL > .5, {rate:.2g} a day", _documented, rate) for rate in RATES[:3]]
        for name, rule, rate in rows:
            people = [Lab(shape, number, rate) for number in range(PEOPLE)]
            alarms = [_first(one.events(LONG, 0), rule) is not None for one in people]
            delays = list(_delays(people, rule))
            soon = sum(delay is not None and delay <= 50 for delay in delays)
            found = [delay for delay in delays if delay is not None]
            false = _wilson(sum(alarms), len(alarms))
            share = _wilson(soon, len(delays))
            took = f"{median(found):.0f}" if found else "-"
            in_100 = f"{len(found) / len(delays):.3f}" if delays else "-"
            lines.append(f"| {shape:g}, {words} | {name} | {false} | {share} | {in_100} | {took} |")
            if rule is _permutation:
                calm, quick = sum(alarms) <= ALARMS * len(alarms), soon >= FOUND * len(delays)
                verdicts.append(f"{shape:g} {_verdict(calm)} and {_verdict(quick)}")
    told = f"Goals, false alarms <= {ALARMS} and found in 50 >= {FOUND}: {'; '.join(verdicts)}."
    return "\n".join([*lines, "", f"{told} What can be found at all: docs/design/014-drift.md.\n"])


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _delays(people: Sequence[Lab], rule: Rule) -> Iterator[int | None]:
    """Events it took to find each change; people with an alarm before it are left out."""
    for one in people:
        first = _first(one.events(BEFORE, AFTER), rule)
        if first is None or first > BEFORE:
            yield None if first is None else first - BEFORE


def _first(events: Iterator[tuple[int, Event]], rule: Rule) -> int | None:
    """The event at which the rule first speaks of drift."""
    fold = Fold([Drift(), Evolution()], KINDS)
    folded = fold.zero()
    for place, event in events:
        fold.step(folded, place, event, BOOK[str(event.item)])
        if place % 10 == 0 and rule(fold, folded, event.at):
            return place
    return None


def _permutation(fold: Fold, folded: Folded, now: Instant) -> bool:
    return bool(fold.state(folded, "drift").drifting())


def _documented(fold: Fold, folded: Folded, now: Instant) -> bool:
    return bool(documented(fold.state(folded, "evolution"), now)["drifting"])


def _films() -> str:
    """Alarms among real people, by the first genre of what they liked."""
    genres = _genres()
    fold = Fold([Drift()], KINDS)
    people: dict[str, Folded] = {}
    for place, event in enumerate(logs.movietweetings(), start=1):
        item = Item(id=str(event.item), category=genres.get(str(event.item)))
        fold.step(people.setdefault(event.user, fold.zero()), place, event, item)
    states = [fold.state(folded, "drift") for folded in people.values()]
    there = [state for state in states if state.count >= 40]
    events = sum(state.count for state in there)
    found = sum(state.found > 0 for state in there)
    return (
        f"movietweetings, the first genre of each film somebody liked: of {len(there)} people with 40 or "
        f"more, in {events:,} events, {found} ever drifted "
        f"({_wilson(found, len(there)).replace(' | ', ', ')}): {found / events * 300:.3f} in 300 events. "
        "Nobody knows which of them did change.\n"
    )


def _reaction() -> str:
    lines = [
        "Does it pay to react? Bits needed to foretell the next category, by what is `expected`, over the "
        f"{AFTER} events after {BEFORE}, with the memory of months and a prior worth 8 events. *without*: "
        "drift is not looked at. *with*: what serves; what is expected rests on what came since the change. "
        f"*by weeks*: the 13.5-day memory all the time. {REACTING} people a row; difference with - "
        f"without, 95 %: bootstrap over people. {FITTING} categories fit a person's table; of "
        f"{len(CATEGORIES)} it forgets some, which share what is left.\n",
        "| tastes | categories | events a day | changed | without | by weeks | with | difference | 95 % |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    cases = ((FITTING, True), (FITTING, False), (len(CATEGORIES), True))
    for shape in SHAPES:
        for categories, changed in cases:
            for rate in (RATES[0], RATES[2], RATES[3]):
                lines.append(_reacting(Lab(shape, 0, rate, categories), changed))
    return "\n".join(lines) + "\n"


def _reacting(case: Lab, changed: bool) -> str:
    rows: dict[str, list[float]] = {"without": [], "by weeks": [], "with": []}
    for number in range(REACTING):
        one = replace(case, number=number)
        events = list(one.events(BEFORE, AFTER) if changed else one.events(BEFORE + AFTER, 0))
        rows["without"].append(_bits(events, [Categories()], case.categories))
        rows["by weeks"].append(_bits(events, [Categories("weeks")], case.categories))
        rows["with"].append(_bits(events, [Categories(), Drift()], case.categories))
    pairs = zip(rows["with"], rows["without"], strict=True)
    gain = bootstrap([one - other for one, other in pairs], Random(1))
    means = " | ".join(f"{fmean(bits):.3f}" for bits in rows.values())
    told = "yes" if changed else "no"
    return (
        f"| {case.shape:g} | {case.categories} | {case.rate:.2g} | {told} | {means} | {gain.mean:+.3f} "
        f"| [{gain.low:+.3f}, {gain.high:+.3f}] |"
    )


def _bits(
    events: Sequence[tuple[int, Event]], features: Sequence[Feature[Any]], categories: int
) -> float:
    """Bits an event that it takes to foretell the last ``AFTER`` categories."""
    usual = 1.0 / categories
    norm = Norm({str(item.category): usual for item in CATEGORIES}, usual, STRENGTH)
    norms = Norms(1, {"categories": norm})
    fold = Fold(features, KINDS)
    folded = fold.zero()
    bits = 0.0
    for place, event in events:
        name = str(BOOK[str(event.item)].category)
        if place > BEFORE:
            value = fold.read(folded, event.at, norms)["categories"].value
            told = {one["name"]: one["expected"] for one in value}
            rest = (1.0 - sum(told.values())) / max(categories - len(told), 1)
            bits -= log2(told.get(name, rest))
        fold.step(folded, place, event, BOOK[str(event.item)])
    return bits / AFTER


def _cost() -> str:
    lines = [
        "Time of the fold, microseconds of CPU an event, the best of nine runs of 3,000 events of one "
        "person, less that of a fold of nothing; the looks for a change are in it.\n",
        "| tastes | drift | evolution | categories, beside them |",
        "|---|---|---|---|",
    ]
    for shape in SHAPES:
        events = list(Lab(shape, 0).events(3_000, 0))
        bare = _microseconds(events, [])
        took = [
            _microseconds(events, [feature]) - bare
            for feature in (Drift(), Evolution(), Categories())
        ]
        lines.append(f"| {shape:g} | " + " | ".join(f"{one:.2f}" for one in took) + " |")
    return "\n".join(lines) + "\n"


def _microseconds(
    events: Sequence[tuple[int, Event]], features: Sequence[Feature[Any]], runs: int = 9
) -> float:
    fold = Fold(features, KINDS)
    taken = []
    for _ in range(runs):
        began = process_time()
        fold.extend(fold.zero(), events, lambda id, position: BOOK[id])
        taken.append((process_time() - began) / len(events) * 1e6)
    return min(taken)


def _wilson(hits: int, of: int) -> str:
    """A share and its 95 % interval (Wilson 1927), as two cells of a table."""
    if not of:
        return "- | -"
    low, high = lower_bound(hits, of, Z), 1.0 - lower_bound(of - hits, of, Z)
    return f"{hits / of:.3f} | [{low:.3f}, {high:.3f}]"


def _genres() -> dict[str, str]:
    with gzip.open(logs.data() / "movietweetings" / "movies.dat.gz", "rt") as lines:
        rows = [line.rstrip("\n").split("::") for line in lines]
    return {id: genres.split("|")[0] for id, _, genres in rows if genres}
