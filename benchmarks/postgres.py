"""How much does a store in PostgreSQL take, and how soon does it answer?

A PostgreSQL server with its own defaults (fsync and synchronous_commit on), a penchant server and the load
generator share the cores. The floor of writing is COPY of the same rows, encoded beforehand, into the same
partitioned and indexed table, as many a transaction, and nothing else: no check, no id looked up, no one
who follows. A tail is read from 60 months, of which those before the last two years share a partition; its
floor is the same rows asked of the one partition that holds them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter

import psycopg

import penchant
from benchmarks.report import Answer
from benchmarks.server import server
from penchant.core.event import Event
from penchant.core.instant import DAY, Instant, moment
from penchant.core.ports import Append
from penchant.io import system
from penchant.io.stores.postgres import PostgresStore
from penchant.io.stores.postgres_rows import COPY, copied_rows
from tests.servers.databases import LAID_OUT, new_database
from tests.servers.postgres import Postgres
from tests.servers.shared import lay_out

RUNS = 5
SMALL = 100
BATCH = 500  # as a recorder sends them unless told
LARGE = 5_000
READS = 500
MONTHS = 60


def answers(small: bool) -> Iterator[Answer]:
    seconds = 1.0 if small else 5.0
    with _running() as place:
        yield from _over_http(place, seconds)
        yield from _in_process(place, seconds)
        yield from _reading(place, 20 if small else 200)


@contextmanager
def _running() -> Iterator[str]:
    """A server on the disk; the URL of a database on it, ``{}`` for its name."""
    postgres = Postgres({}, on_disk=True)
    try:
        postgres.start()
        lay_out(postgres)
        yield postgres.url("{}")
    finally:
        postgres.remove()


def _over_http(place: str, seconds: float) -> Iterator[Answer]:
    yield from _taking(place, seconds, SMALL, 8, None)
    yield from _taking(place, seconds, BATCH, 16, 30_000)
    with new_database(place, LAID_OUT) as database, server(database) as served:
        told = [served.load("events", connections=32, seconds=seconds) for _ in range(RUNS)]
        yield Answer(
            "single events over HTTP, 32 connections", "events/s",
            [one["events_per_second"] for one in told], memory_mb=served.memory_mb(),
        )  # fmt: skip
        yield Answer("single events, p99", "ms", [one["p99_ms"] for one in told])
        bare = [served.load("health", connections=8, seconds=seconds) for _ in range(RUNS)]
        served.load("profile", connections=8, seconds=10)  # until everybody's is in memory
        told = [served.load("profile", connections=8, seconds=seconds) for _ in range(RUNS)]
        late_reads = [one["p99_ms"] for one in told]
        yield Answer(
            "hot profile over HTTP, p99, 8 connections", "ms", late_reads,
            "GET /health", [one["p99_ms"] for one in bare], "<= 3 ms", median(late_reads) <= 3,
        )  # fmt: skip
        yield Answer(
            "hot profile over HTTP, 8 connections", "requests/s",
            [one["requests_per_second"] for one in told],
            "GET /health", [one["requests_per_second"] for one in bare],
        )  # fmt: skip


def _taking(
    place: str, seconds: float, size: int, connections: int, budget: int | None
) -> Iterator[Answer]:
    with new_database(place, LAID_OUT) as database:
        floors = [_floor(database, size, seconds) for _ in range(RUNS)]
    with new_database(place, LAID_OUT) as database, server(database) as served:
        before = _cpu(served.process.pid)
        told = [
            served.load("events", connections=connections, seconds=seconds, batch=size)
            for _ in range(RUNS)
        ]
        late = served.following()
        used = _cpu(served.process.pid) - before
        rates = [one["events_per_second"] for one in told]
        what = f"batches of {size} over HTTP, {connections} connections"
        yield _against(what, rates, floors, budget)
        each = used / (sum(rates) * seconds) * 1e6
        yield Answer(
            "- CPU of the penchant server", "us/event", [each], memory_mb=served.memory_mb()
        )
        yield Answer("- known of everyone after the last answer", "s", [late])


def _in_process(place: str, seconds: float) -> Iterator[Answer]:
    with new_database(place, LAID_OUT) as database:
        floors = [_floor(database, LARGE, seconds) for _ in range(RUNS)]
    with (
        new_database(place, LAID_OUT) as database,
        penchant.open(database, follow=False) as p,
    ):
        rates = []
        for run in range(RUNS):
            batches = _batches(LARGE, run)
            stored, began = 0, perf_counter()
            while perf_counter() - began < seconds:
                stored += p.track_many(next(batches)).accepted
            rates.append(stored / (perf_counter() - began))
    yield _against(f"track_many of {LARGE:,} in process, one thread", rates, floors, None)


def _reading(place: str, events: int) -> Iterator[Answer]:
    """Tails of a log of 60 months, of people who do some 200 things a month."""
    with new_database(place, LAID_OUT) as database:
        store = PostgresStore(database, 1, 2)
        now = system.now()
        for month in range(MONTHS):
            at = now - (MONTHS - month) * 30 * DAY
            made = _events(events * 50, month, at)
            for start in range(0, len(made), LARGE):
                store.commit([Append(made[start : start + LARGE])])
        store.commit([Append(_events(2_000, MONTHS, now))])
        after = store.end() - 2_000
        with psycopg.connect(database, autocommit=True) as bare:
            bare.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
            sql = (
                f"SELECT log_position, body FROM interaction_events_{moment(now):%Y_%m} "
                "WHERE user_id = %s AND log_position > %s ORDER BY log_position"
            )
            asked = [
                _each(lambda user: bare.execute(sql, (user, after), binary=True).fetchall())
                for _ in range(RUNS)
            ]
        read = [_each(lambda user: store.tail(user, after)) for _ in range(RUNS)]
        yield Answer(f"tail of a person, {MONTHS} months", "us", read, "one partition", asked)
        pages = [_each(lambda user: store.recent(user, 20)) for _ in range(RUNS)]
        yield Answer(f"latest 20 events of a person, {MONTHS} months", "us", pages)
        asked = [_each(lambda user: store.version()) for _ in range(RUNS)]
        yield Answer("whether anybody committed", "us", asked)
        store.close()


def _against(
    what: str, rates: Sequence[float], floors: Sequence[float], budget: int | None
) -> Answer:
    if budget is None:
        return Answer(what, "events/s", rates, "bare COPY", floors)
    return Answer(
        what, "events/s", rates, "bare COPY", floors,
        f">= {budget:,} events/s", median(rates) >= budget,
    )  # fmt: skip


def _floor(database: str, size: int, seconds: float) -> float:
    """Events per second of COPY of rows encoded beforehand."""
    with psycopg.connect(database) as connection:
        [(end,)] = connection.execute(
            "SELECT coalesce(max(log_position), 0) FROM interaction_events"
        )
        connection.commit()
        made = _events(200_000, end, system.now())
        places = range(0, len(made), size)
        rows = [
            b"".join(
                copied_rows(list(enumerate(made[start : start + size], start=end + start + 1)))
            )
            for start in places
        ]
        began = perf_counter()
        done = 0
        while perf_counter() - began < seconds and done < len(rows):
            with connection.cursor().copy(COPY) as copy:
                copy.write(rows[done])
            connection.commit()
            done += 1
        return done * size / (perf_counter() - began)


def _batches(size: int, seed: int) -> Iterator[list[dict[str, object]]]:
    chance = Random(seed)
    while True:
        yield [
            {
                "user": f"u{chance.randrange(1_000)}",
                "kind": "click",
                "item": f"i{chance.randrange(5_000)}",
                "session": f"s{chance.randrange(1_000)}",
                "context": {"device": "ios"},
            }
            for _ in range(size)
        ]


def _events(count: int, seed: int, at: Instant) -> list[Event]:
    """As the load generator's."""
    chance = Random(seed)
    return [
        Event(
            id=system.event_id(at + number),
            user=f"u{chance.randrange(1_000)}",
            kind="click",
            at=at + number,
            item=f"i{chance.randrange(5_000)}",
            session=f"s{chance.randrange(1_000)}",
            context={"device": "ios"},
        )
        for number in range(count)
    ]


def _cpu(process: int) -> float:
    """Seconds of CPU that a process has used, those of the kernel for it included."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _each(ask: Callable[[str], object]) -> float:
    """Microseconds a call, over some people."""
    for number in range(10):
        ask(f"u{number}")
    began = perf_counter()
    for number in range(READS):
        ask(f"u{number}")
    return (perf_counter() - began) / READS * 1e6
