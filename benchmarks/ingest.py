"""How many events per second over HTTP are validated, durable and visible?

A real server process on one folder, a load generator in another; both share the machine's cores. The
floor of a batch is decoding the same bytes and committing the same events to a folder alike in one
process, nothing else; of single events, the same server answering `/health`. Runs of five seconds each.
Below each: the CPU of the server's threads, an event.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec

import penchant
from benchmarks.load import requests
from benchmarks.logs import log
from benchmarks.report import Answer
from benchmarks.server import Server, server
from penchant.core.event import Event
from penchant.core.forms import EventForm
from penchant.core.ports import Append
from penchant.io.stores import open_store

RUNS = 5
BATCH = 100


def floor(folder: Path | str, seconds: float) -> float:
    """Events per second of decoding batches and committing them to a folder."""
    decoder = msgspec.json.Decoder(list[EventForm])
    request = requests("events", BATCH)
    bodies = [request(number).partition(b"\r\n\r\n")[2] for number in range(200)]
    store = open_store(folder)
    first = store.end()
    began = perf_counter()
    stored = 0
    while perf_counter() - began < seconds:
        forms = decoder.decode(bodies[stored // BATCH % len(bodies)])
        logged = [
            Event(
                id=f"evt_{first + stored + place:032x}",
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
    with tempfile.TemporaryDirectory() as folder:
        floors = [floor(folder, seconds) for _ in range(RUNS)]
    with tempfile.TemporaryDirectory() as folder, server(folder) as served:
        yield from _batches(served, seconds, "", floors)
    count = 200_000 if small else 2_000_000
    with log(count, users=20_000, items=50_000) as filled:
        floors = [floor(filled, seconds) for _ in range(RUNS)]
    with log(count, users=20_000, items=50_000) as filled:
        penchant.open(filled).close()  # what everyone knows is folded and kept
        with server(filled) as served:
            yield from _batches(served, seconds, f", after {count:,} events", floors)
    with tempfile.TemporaryDirectory() as folder, server(folder) as served:
        yield from _single(served, seconds)


def _batches(
    served: Server, seconds: float, where: str, floors: Sequence[float]
) -> Iterator[Answer]:
    before = served.cpu()
    rates, late = [], []
    for _ in range(RUNS):
        told = served.load("events", connections=8, seconds=seconds, batch=BATCH)
        rates.append(told["events_per_second"])
        late.append(served.following())
    share = median(rates) / median(floors)
    yield Answer(
        f"batches of {BATCH}, 8 connections{where}", "events/s", rates, "decode + commit", floors,
        ">= 40,000 events/s", median(rates) >= 40_000, served.memory_mb(),
    )  # fmt: skip
    yield Answer(
        f"the same{where}, as a share of its floor", "x", [rate / median(floors) for rate in rates],
        budget=">= 0.4", met=share >= 0.4,
    )  # fmt: skip
    yield Answer(
        f"known of everyone after the last answer{where}", "s", late,
        budget="<= 1 s", met=median(late) <= 1,
    )  # fmt: skip
    yield from _threads(served, before, sum(rates) * seconds)


def _single(served: Server, seconds: float) -> Iterator[Answer]:
    bare = [served.load("health", connections=32, seconds=seconds) for _ in range(RUNS)]
    before = served.cpu()
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
    yield from _threads(served, before, sum(rates) * seconds)


def _threads(served: Server, before: dict[str, float], events: float) -> Iterator[Answer]:
    """Where the CPU went, by thread."""
    for name, used in served.cpu().items():
        each = (used - before[name]) / events * 1e6
        yield Answer(f"- CPU of the {name}", "us/event", [each])
