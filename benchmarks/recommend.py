"""How long does it take to recommend 10 of 50,000 items, in process and over HTTP?

500,000 events of 5,000 people; and ten times the items. The floor is adding up the rows of the person's
last 20 items, without popularity, seen rule, filter or reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from time import perf_counter

import penchant
from benchmarks.logs import log
from benchmarks.report import Answer, quantile
from benchmarks.server import server
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.profile.fold import Folded
from penchant.serve.engine import Penchant

RUNS = 5
CALLS = 500
BUDGETED = 50_000  # items the budgets speak of; ten times as many show what happens then


def answers(small: bool) -> Iterator[Answer]:
    for items in (BUDGETED, 10 * BUDGETED):
        count = 50_000 if small else 500_000
        with log(count, users=count // 100, items=items) as folder:
            with penchant.open(folder) as p:
                p.parts.population.catch_up()
                yield from _in_process(p, count // 100, items)
            if items == BUDGETED:
                yield from _over_http(str(folder))


def _in_process(p: Penchant, users: int, items: int) -> Iterator[Answer]:
    names = [f"user-{n}" for n in Random(3).sample(range(users), min(users, 500))]
    ranked = [f"item-{n}" for n in Random(4).sample(range(items), 300)]
    floors = [_times(lambda name: _rows(p, name), names) for _ in range(RUNS)]
    floor_p50 = [quantile(times, 0.5) * 1e3 for times in floors]
    size = f", {items:,} items"

    def told(what: str, ask: Callable[[str], object], p50: float, p99: float) -> Iterator[Answer]:
        runs = [_times(ask, names) for _ in range(RUNS)]
        for share, most in ((0.5, p50), (0.99, p99)):
            values = [quantile(times, share) * 1e3 for times in runs]
            label = f"{what}{size}, p{share * 100:.0f}"
            if most and items == BUDGETED:
                budget, met = f"<= {most:g} ms", sorted(values)[RUNS // 2] <= most
                yield Answer(label, "ms", values, "rows added up", floor_p50, budget, met)
            else:
                yield Answer(label, "ms", values, "rows added up", floor_p50)

    where = {"category": "c3"}
    yield from told("recommend 10", lambda name: p.user(name).recommend(10), 1, 10)
    yield from told(
        "recommend 10 of a category", lambda name: p.user(name).recommend(10, where=where), 1, 10
    )
    yield from told("rank 100 given", lambda name: p.user(name).rank(ranked[:100]), 0, 2)
    yield from told("rank 300 given", lambda name: p.user(name).rank(ranked), 0, 5)


def _over_http(folder: str) -> Iterator[Answer]:
    with server(folder) as served:
        told = [served.load("recommend", connections=8, seconds=3) for _ in range(RUNS)]
        rates = [one["requests_per_second"] for one in told]
        yield Answer(
            "recommend 10 over HTTP, 8 connections", "requests/s", rates,
            budget=">= 1,000 requests/s", met=sorted(rates)[RUNS // 2] >= 1_000,
            memory_mb=served.memory_mb(),
        )  # fmt: skip


def _times(ask: Callable[[str], object], names: list[str]) -> list[float]:
    times = []
    for number in range(CALLS):
        began = perf_counter()
        ask(names[number % len(names)])
        times.append(perf_counter() - began)
    return times


def _rows(p: Penchant, name: str) -> int:
    crowd, fold = p.parts.crowd, p.parts.fold
    feature = next(one for one in crowd.features if isinstance(one, Covisitation))
    items = p.parts.states.read(
        name, lambda folded: [touch.item for touch in fold.state(folded, "recent")[-20:]]
    )

    def added_up(folded: Folded) -> int:
        state = crowd.state(folded, "covisitation")
        return len(feature.scores(state, feature.query(state, items[::-1])))

    return p.parts.population.read(added_up)
