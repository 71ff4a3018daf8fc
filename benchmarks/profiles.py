"""How long does it take to read a profile, hot, cold and over HTTP?

200,000 events of 2,000 people, and ten times both. Hot: the person was read before and nothing happened
since; then with the clock moved, so that every reading is computed. Cold: the snapshot is read and
decoded, and what came after it is folded in. The floor of a hot read is asking SQLite whether anybody
committed, of a cold one fetching the snapshot and the tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import median
from time import perf_counter

import penchant
from benchmarks.logs import START, log
from benchmarks.report import Answer, quantile
from benchmarks.server import server
from penchant.core.instant import DAY, SECOND
from penchant.serve.engine import Penchant

RUNS = 5
READS = 2_000


class Ticking:
    """A clock of the benchmark's own; it moves when told."""

    def __init__(self) -> None:
        self.now = START + 400 * DAY

    def __call__(self) -> int:
        return self.now


def answers(small: bool) -> Iterator[Answer]:
    for scale in (1, 10):
        count = (20_000 if small else 200_000) * scale
        users = count // 100
        with log(count, users=users, items=5_000) as folder:
            yield from _in_process(str(folder), users, f", {count:,} events of {users:,}")
            if scale == 1:
                yield from _over_http(str(folder))


def _in_process(folder: str, users: int, size: str) -> Iterator[Answer]:
    clock = Ticking()
    with penchant.open(folder, clock=clock, follow=False) as p:
        p.rebuild()
        names = [f"user-{n}" for n in Random(2).sample(range(users), min(users, 500))]
        hot, asked = [], []
        for _ in range(RUNS):
            hot.append(_microseconds(p, names))
            asked.append(_version(p))
        yield Answer(
            f"hot, the same second{size}", "us", hot, "data_version", asked,
            "<= 20 us", median(hot) <= 20,
        )  # fmt: skip
        computed = []
        for _ in range(RUNS):
            clock.now += 2 * SECOND
            computed.append(_microseconds(p, names, once=True))
        yield Answer(f"hot, every reading computed{size}", "us", computed, "data_version", asked)
        cold, fetched = [], []
        for _ in range(RUNS):
            p.parts.states.forget()
            p.parts.profiles.clear()
            cold.append(_microseconds(p, names, once=True))
            fetched.append(_fetching(p, names))
        yield Answer(f"cold{size}", "us", cold, "fetch snapshot and tail", fetched)


def _over_http(folder: str) -> Iterator[Answer]:
    with server(folder) as served:
        bare = [served.load("health", connections=8, seconds=3) for _ in range(RUNS)]
        told = [served.load("profile", connections=8, seconds=3) for _ in range(RUNS)]
        late = [one["p99_ms"] for one in told]
        yield Answer(
            "over HTTP, p99, 8 connections", "ms", late,
            "GET /health", [one["p99_ms"] for one in bare], "<= 3 ms", median(late) <= 3,
            served.memory_mb(),
        )  # fmt: skip
        yield Answer(
            "over HTTP, 8 connections", "requests/s", [one["requests_per_second"] for one in told],
            "GET /health", [one["requests_per_second"] for one in bare],
        )  # fmt: skip


def _microseconds(p: Penchant, names: list[str], once: bool = False) -> float:
    """The median time of a read."""
    people = [p.user(name) for name in names]
    if not once:
        for person in people:
            person.profile()
    times = []
    for number in range(len(names) if once else READS):
        person = people[number % len(people)]
        began = perf_counter()
        person.profile()
        times.append(perf_counter() - began)
    return quantile(times, 0.5) * 1e6


def _version(p: Penchant) -> float:
    began = perf_counter()
    for _ in range(READS):
        p.parts.store.version()
    return (perf_counter() - began) / READS * 1e6


def _fetching(p: Penchant, names: list[str]) -> float:
    began = perf_counter()
    for name in names:
        snapshot = p.parts.store.load("user", name)
        p.parts.store.tail(name, snapshot.upto if snapshot else 0)
    return (perf_counter() - began) / len(names) * 1e6
