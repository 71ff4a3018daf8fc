"""Do intervals of tastes cover, and which memory foretells best? The genres of films, in order of time.

Everybody's events run through the classes that serve: the panel learns the norms, and after so many genres
of a person what is expected of the next ones is compared with what came.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import exp, lgamma
from random import Random
from typing import Any

from benchmarks.quality import logs
from penchant.core.item import Item
from penchant.measure.ranking import bootstrap
from penchant.profile.feature import MEMORIES
from penchant.profile.features.interests import Interests, Norm, effective
from penchant.profile.fold import Fold
from penchant.profile.panel import Panel
from penchant.profile.tastes import STRENGTHS, Tastes
from penchant.serve.configuration import read_kinds
from penchant.state.decay import HalfLives

STAGES = ((10, 10), (20, 20), (50, 50))  # genres known of a person, and genres to come
TAILS = 0.05, 0.95
SHAPES = ("penchant", "Jeffreys", "add one", "plug-in")


@dataclass(slots=True)
class Asked:
    """What was expected of one person: a and b of the beta distribution by genre, for each rule."""

    user: str
    coming: int
    expected: dict[str, dict[str, tuple[float, float]]]
    seen: dict[str, int] = field(default_factory=dict)
    count: int = 0


def section() -> str:
    genres = _genres()
    kinds = read_kinds(":memory:", "general")
    people = Fold([Interests("always")], kinds)
    crowd = Fold([Panel([Tastes(Interests())])], kinds, HalfLives.of())
    panel, everyone = crowd.feature(Panel), crowd.zero()
    persons: dict[str, Any] = {}
    counted: dict[str, int] = {}
    asked: list[Asked] = []
    open_: dict[str, list[Asked]] = {}
    for position, event in enumerate(logs.movietweetings(), start=1):
        tags = genres.get(str(event.item), ())
        item = Item(id=str(event.item), tags=tags)
        if tags and kinds.of(event.kind).signal(event.value, None) > 0:
            person = persons.setdefault(event.user, people.zero())
            _note(open_.get(event.user, []), tags)
            before = counted.get(event.user, 0)
            people.step(person, position, event, item)
            counted[event.user] = before + len(tags)
            norms = panel.norms(everyone.states[0]).by_name
            for known, coming in STAGES:
                if before < known <= counted[event.user] and norms:
                    norm: Norm = norms["interests"]
                    one = Asked(event.user, coming, _rules(person.states[0], norm, event.at))
                    open_.setdefault(event.user, []).append(one)
                    asked.append(one)
        crowd.step(everyone, position, event, item)
    shared = everyone.states[0].shared[0]
    return _text(asked, shared, panel.norms(everyone.states[0]).by_name["interests"])


def _note(asked: Sequence[Asked], tags: Sequence[str]) -> None:
    for one in asked:
        for tag in tags:
            if one.count < one.coming:
                one.seen[tag] = one.seen.get(tag, 0) + 1
                one.count += 1


def _rules(state: Any, norm: Norm, now: int) -> dict[str, dict[str, tuple[float, float]]]:
    """a and b of each genre that makes 2 % of everybody's events, by rule."""
    memory = MEMORIES[norm.memory]
    counts = effective(state, memory, now)
    total, size = sum(counts.values()), len(norm.shares)
    strength = norm.strength
    told: dict[str, Callable[[float, float], tuple[float, float]]] = {
        "penchant": lambda c, m: (c + strength * m, total - c + strength * (1 - m)),
        "Jeffreys": lambda c, m: (c + 0.5, total - c + 0.5),
        "add one": lambda c, m: (c + 1.0, total - c + size - 1.0),
        "plug-in": lambda c, m: (1e6 * (c + 1e-6) / total, 1e6 * (total - c + 1e-6) / total),
    }
    usual = {name: share for name, share in norm.shares.items() if share >= 0.02}
    return {
        rule: {name: shape(counts.get(name, 0.0), share) for name, share in usual.items()}
        for rule, shape in told.items()
    }


def _text(asked: Sequence[Asked], shared: Any, norm: Norm) -> str:
    lines = [
        "movietweetings, genres of the films somebody liked, in order of time, through the bounded classes "
        "that serve. After so many genres of a person: how many of the next ones will be of each genre "
        "(those with 2 % or more)? The interval holds 90 % of the beta-binomial distribution; a count at its "
        "end is drawn in or out so that a distribution that is right covers .900. 95 %: bootstrap over "
        "people.\n",
        "| known, to come | people | rule | covers | 95 % | also with the whole ends | mean width |",
        "|---|---|---|---|---|---|---|",
    ]
    for known, coming in STAGES:
        there = [one for one in asked if one.coming == coming and one.count == coming]
        for rule in SHAPES:
            lines.append(f"| {known}, {coming} | {len(there)} " + _coverage(there, rule))
    lines += [
        "",
        "Which memory and which prior foretell the next genre best: bits an event, learned from the panel "
        f"alone ({shared.foretold:,} events). Another memory than that of months must be better by two "
        f"standard errors. Chosen: **{norm.memory}**, everybody's shares being worth {norm.strength:g} "
        "events.\n",
        "| memory | " + " | ".join(f"{strength:g}" for strength in STRENGTHS) + " |",
        "|---|" + "---|" * len(STRENGTHS),
    ]
    for bits, (memory, told_memory) in zip(shared.bits, MEMORIES.items(), strict=True):
        row = " | ".join(f"{needed / shared.foretold:.3f}" for needed in bits)
        lines.append(f"| {memory} ({told_memory.window}) | {row} |")
    return "\n".join(lines) + "\n"


def _coverage(there: Sequence[Asked], rule: str) -> str:
    rng = Random(7)
    by_person, whole, width, count = [], 0, 0.0, 0
    for one in there:
        covered = 0
        for genre, (a, b) in one.expected[rule].items():
            below, at = _distribution(one.coming, a, b, one.seen.get(genre, 0))
            covered += TAILS[0] <= below + rng.random() * at <= TAILS[1]
            low, high = _ends(one.coming, a, b)
            whole += low <= one.seen.get(genre, 0) <= high
            width += high - low
            count += 1
        by_person.append(covered / len(one.expected[rule]))
    estimate = bootstrap(by_person, Random(1))
    return (
        f"| {rule} | {estimate.mean:.3f} | [{estimate.low:.3f}, {estimate.high:.3f}] "
        f"| {whole / count:.3f} | {width / count:.2f} |"
    )


def _distribution(count: int, a: float, b: float, seen: int) -> tuple[float, float]:
    """P(X < seen) and P(X = seen) of the beta-binomial distribution."""
    below = sum(_mass(count, a, b, k) for k in range(seen))
    return below, _mass(count, a, b, seen)


def _ends(count: int, a: float, b: float) -> tuple[int, int]:
    total, low = 0.0, 0
    for k in range(count + 1):
        total += _mass(count, a, b, k)
        if total < TAILS[0]:
            low = k + 1
        if total >= TAILS[1]:
            return low, k
    return low, count


def _mass(count: int, a: float, b: float, k: int) -> float:
    ways = lgamma(count + 1) - lgamma(k + 1) - lgamma(count - k + 1)
    front = lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(ways + front + lgamma(a + k) + lgamma(b + count - k) - lgamma(a + b + count))


def _genres() -> dict[str, tuple[str, ...]]:
    with gzip.open(logs.data() / "movietweetings" / "movies.dat.gz", "rt") as lines:
        rows = [line.rstrip("\n").split("::") for line in lines]
    return {id: tuple(genres.split("|")) if genres else () for id, _, genres in rows}
