"""What does a call of ``Recorder.record`` cost, beside other recorders and loggers?

Each in processes of its own, several one after the other; a sink on this machine takes what is sent. CPU of
the calling thread: calls in a row, the empty loop taken off, the median of fifteen rounds a process. The
floor is "id and copy": an id with the time in it and bytes that nobody changes, with the same signature.
CPU of the process: until the last event is answered for. A call survives SIGKILL where a spool or a file has
it when the call returns. The versions are those of benchmarks/recorders/requirements.txt.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.losses import PEERS_PYTHON, ROOT, at_home, workplace
from benchmarks.recorders.cost import Figures
from benchmarks.recorders.sink import serving
from benchmarks.report import Answer

RUNS = 5
THEIRS = {
    "posthog": "posthog `capture`",
    "segment": "segment `track`",
    "snowplow": "snowplow `track`",
    "structlog": "structlog, JSON into a file, survives SIGKILL",
}
STANDARD = {
    "deque": "`deque.append` of a tuple",
    "file": "`logging.FileHandler`, survives SIGKILL",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """Microseconds of the calling thread that one of ours may take."""

    what: str
    name: str
    most: float


OURS = (
    Budget("`record`, in memory", "memory", 1.0),
    Budget("`record`, with a spool, survives SIGKILL", "spool", 2.0),
)


def answers(small: bool) -> Iterator[Answer]:
    runs = 1 if small else RUNS
    floors = figures("floor", "calls", runs)["thread_us"]
    for one in OURS:
        cost = figures(one.name, "calls", runs)["thread_us"]
        yield Answer(
            f"{one.what}: calling thread", "us", cost, "id and copy", floors,
            f"<= {one.most:g} us", median(cost) <= one.most,
        )  # fmt: skip
        yield from _whole(one.what, one.name, runs)
    for name, what in {**STANDARD, **(THEIRS if PEERS_PYTHON.exists() else {})}.items():
        cost = figures(name, "calls", runs)["thread_us"]
        yield Answer(f"{what}: calling thread", "us", cost, "id and copy", floors)
        yield from _whole(what, name, runs)
    for one in OURS:
        slow = figures(one.name, "slowly", min(runs, 3))
        yield Answer(
            f"{one.what}, 10 events a second: of a core", "%", slow["percent"],
            budget="< 1 %", met=median(slow["percent"]) < 1,
        )  # fmt: skip
        late = [took / 1_000 for took in slow["p99_us"]]
        yield Answer(
            f"{one.what}, 10 events a second: p99", "ms", late,
            budget="< 1 ms", met=median(late) < 1,
        )  # fmt: skip
    kept = figures("memory", "memory", runs, away=True)["kilobytes"]
    yield Answer(
        "1,000 events that wait in memory", "KB", kept,
        budget="about 100 KB", met=median(kept) <= 110,
    )  # fmt: skip


def _whole(what: str, name: str, runs: int) -> Iterator[Answer]:
    whole = figures(name, "whole", runs)
    yield Answer(f"- {what}: process", "us", whole["process_us"])
    yield Answer(f"- {what}: p99", "us", whole["p99_us"])


def figures(name: str, question: str, runs: int, *, away: bool = False) -> Figures:
    """The figures of several processes, one value each."""
    together: Figures = {}
    for _ in range(runs):
        with workplace() as place, serving([]) as (url, _sink):
            python = PEERS_PYTHON if name in THEIRS else sys.executable
            target = "http://127.0.0.1:9" if away else url
            words = [name, question, target, str(place / "events.spool")]
            ran = subprocess.run(
                [python, "-m", "benchmarks.recorders.cost", *words],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
                env=at_home(place),
            )  # fmt: skip
        for figure, values in json.loads(ran.stdout).items():
            together.setdefault(figure, []).append(median(values))
    return together
