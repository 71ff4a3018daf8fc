"""How long does it take to fold everything anew, 1 M and 10 M events?

Worker processes on all cores, people in ranges of names, the population in one of them. The floor is
reading and decoding every event once in one process. Fifty events a person, 50,000 items. Then: where a
core's time goes; what each feature costs is told by ``features``.
"""

from __future__ import annotations

from collections.abc import Iterator
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter

import penchant
from benchmarks.logs import log
from benchmarks.report import Answer
from penchant.core.ports import Store
from penchant.serve.engine import Penchant

RUNS = 3


def answers(small: bool) -> Iterator[Answer]:
    for count in (100_000,) if small else (1_000_000, 10_000_000):
        with (
            log(count, users=count // 50, items=50_000) as folder,
            penchant.open(folder, follow=False) as p,
        ):
            floors = [_reading(p.parts.store) for _ in range(RUNS)]
            before = _child_cpu()
            rebuilt = [p.rebuild() for _ in range(RUNS)]
            cpu = (_child_cpu() - before) / RUNS / count * 1e6
            memory = getrusage(RUSAGE_CHILDREN).ru_maxrss / 1_000
            seconds = [one.seconds for one in rebuilt]
            budget = count == 10_000_000
            yield Answer(
                f"rebuild {count:,} events, {rebuilt[0].processes} processes", "s", seconds,
                "read and decode", floors,
                "<= 60 s, <= 4 GB" if budget else "",
                (median(seconds) <= 60 and memory <= 4_000) if budget else None, memory,
            )  # fmt: skip
            yield Answer("- CPU of both processes", "us/event", [cpu])
            if count <= 1_000_000:
                yield from _parts(p)


def _child_cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _reading(store: Store) -> float:
    began = perf_counter()
    position = 0
    while portion := store.since(position, 5_000):
        position = portion[-1][0]
    return perf_counter() - began


def _parts(p: Penchant) -> Iterator[Answer]:
    """Microseconds of one core an event costs in each part of a rebuild."""
    store, shelf = p.parts.store, p.parts.shelf
    users = store.users(limit=1_000)
    began = perf_counter()
    tails = [store.tail(user, 0) for user in users]
    count = sum(map(len, tails))
    yield Answer("one person's events read", "us/event", [_each(began, count)])
    began = perf_counter()
    people = [p.parts.fold.extend(p.parts.fold.zero(), tail, shelf.find) for tail in tails]
    features = len(p.parts.fold.features)
    yield Answer(f"folded into {features} features", "us/event", [_each(began, count)])
    began = perf_counter()
    for folded in people:
        p.parts.fold.encode(folded)
    yield Answer("snapshot encoded", "us/event", [_each(began, count)])


def _each(began: float, count: int) -> float:
    return (perf_counter() - began) / max(count, 1) * 1e6
