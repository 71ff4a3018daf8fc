"""Does it stay as it is? Thirty minutes of steady load on a folder and on PostgreSQL, at the same time.

Two servers on one machine, each with 2,000 events per second in batches of 100 over 8 connections, as many
whether they are answered soon or late; a latency counts from the moment at which the batch was due. Six
windows of five minutes: flat is a last window that takes no more than half as long again as the median of
all, and holds no more than a tenth more memory than the second. PostgreSQL has its own defaults.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

from benchmarks.report import Answer
from benchmarks.server import Server, server
from tests.servers.databases import LAID_OUT, new_database
from tests.servers.postgres import Postgres
from tests.servers.shared import lay_out

WINDOWS = 6
SECONDS = 300.0
RATE = 2_000  # events per second
BATCH = 100


def answers(small: bool) -> Iterator[Answer]:
    seconds = 5.0 if small else SECONDS
    with (
        tempfile.TemporaryDirectory() as folder,
        _database() as database,
        server(folder) as one,
        server(database) as other,
        ThreadPoolExecutor(2) as both,
    ):
        measured = {
            store: both.submit(_windows, served, seconds)
            for store, served in (("folder", one), ("PostgreSQL", other))
        }
        for store, windows in measured.items():
            yield from _answers(store, windows.result())


@contextmanager
def _database() -> Iterator[str]:
    postgres = Postgres({}, on_disk=True)
    try:
        postgres.start()
        lay_out(postgres)
        with new_database(postgres.url("{}"), LAID_OUT) as database:
            yield database
    finally:
        postgres.remove()


def _windows(served: Server, seconds: float) -> list[dict[str, float]]:
    """What the load generator measured in each window, and the memory held at its end."""
    windows = []
    for _ in range(WINDOWS):
        told = served.load("events", connections=8, seconds=seconds, batch=BATCH, rate=RATE)
        windows.append(
            {**told, "lag_s": served.following(), "memory_mb": served.memory_mb(now=True)}
        )
    return windows


def _answers(store: str, windows: list[dict[str, float]]) -> Iterator[Answer]:
    def of(name: str) -> list[float]:
        return [window[name] for window in windows]

    late, held = of("p99_ms"), of("memory_mb")
    yield Answer(
        f"{store}: events taken, of {RATE:,} due", "events/s", of("events_per_second"),
        budget="all", met=min(of("events_per_second")) >= RATE * 0.99,
    )  # fmt: skip
    yield Answer(f"{store}: p50 of a batch", "ms", of("p50_ms"))
    yield Answer(
        f"{store}: p99 of a batch; first window {late[0]:.3g}, last {late[-1]:.3g}", "ms", late,
        budget="flat", met=late[-1] <= 1.5 * median(late),
    )  # fmt: skip
    yield Answer(f"{store}: known of everyone after a window", "s", of("lag_s"))
    yield Answer(
        f"{store}: memory; second window {held[1]:.0f}, last {held[-1]:.0f}", "MB", held,
        budget="flat", met=held[-1] <= 1.1 * held[1], memory_mb=max(held),
    )  # fmt: skip
