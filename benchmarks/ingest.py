"""How many events per second over HTTP are validated, durable and visible?

A real server process on one folder, a load generator in another; both share the machine's cores. The
floor of a batch is decoding the same bytes and committing the same events in one process, nothing else;
of single events, the same server answering `/health`. Runs of five seconds each.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from statistics import median
from time import perf_counter

import msgspec

from benchmarks.load import requests
from benchmarks.report import Answer
from benchmarks.server import server
from penchant.core.admission import EventForm
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores import open_store

RUNS = 5
BATCH = 100


def floor(seconds: float) -> float:
    """Events per second of decoding batches and committing them."""
    decoder = msgspec.json.Decoder(list[EventForm])
    request = requests("events", BATCH)
    bodies = [request(number).partition(b"\r\n\r\n")[2] for number in range(200)]
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        began = perf_counter()
        stored = 0
        while perf_counter() - began < seconds:
            forms = decoder.decode(bodies[stored // BATCH % len(bodies)])
            logged = [
                Event(
                    id=f"evt_{stored + place:032x}",
                    user=form.user,
                    kind=form.kind,
                    at=stored,
                    item=form.item,
                    session=form.session,
                    context=form.context,
                )
                for place, form in enumerate(forms)
            ]
            store.commit([Append(logged)])
            stored += BATCH
        took = perf_counter() - began
        store.close()
    return stored / took


def answers(small: bool) -> Iterator[Answer]:
    seconds = 1.0 if small else 5.0
    floors = [floor(seconds) for _ in range(RUNS)]
    with tempfile.TemporaryDirectory() as folder, server(folder) as served:
        rates = [
            served.load("events", connections=8, seconds=seconds, batch=BATCH)["events_per_second"]
            for _ in range(RUNS)
        ]
        yield Answer(
            f"batches of {BATCH}, 8 connections", "events/s", rates, "decode + commit", floors,
            ">= 40,000 events/s", median(rates) >= 40_000, served.memory_mb(),
        )  # fmt: skip
        share = median(rates) / median(floors)
        yield Answer(
            "the same, as a share of its floor", "x", [rate / median(floors) for rate in rates],
            budget=">= 0.4", met=share >= 0.4,
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, server(folder) as served:
        bare = [served.load("health", connections=32, seconds=seconds) for _ in range(RUNS)]
        told = [served.load("events", connections=32, seconds=seconds) for _ in range(RUNS)]
        rates = [one["events_per_second"] for one in told]
        yield Answer(
            "single events, 32 connections", "events/s", rates,
            "GET /health", [one["requests_per_second"] for one in bare],
            ">= 10,000 events/s", median(rates) >= 10_000, served.memory_mb(),
        )  # fmt: skip
        late = [one["p99_ms"] for one in told]
        yield Answer(
            "single events, p99", "ms", late, "GET /health", [one["p99_ms"] for one in bare],
            "<= 10 ms", median(late) <= 10,
        )  # fmt: skip
