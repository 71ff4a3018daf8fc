"""What recording costs one application; the figures as JSON.

Run as ``python -m benchmarks.recorders.cost RECORDER QUESTION URL FOLDER``.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from importlib import import_module
from itertools import count
from marshal import dumps
from pathlib import Path
from typing import Any

from benchmarks.recorders.makes import MAKES, PEERS, Make

Figures = dict[str, list[float]]
ROUNDS, CALLS = 15, 4_000
FEW = 500  # calls a round of a recorder whose queue has an end


def appending(url: str, folder: str) -> Make:
    kept: deque[Any] = deque()
    append = kept.append
    return Make(lambda n: append(("ann", "click", "run-5k", n)), kept.clear)


def id_and_copy(url: str, folder: str) -> Make:
    """The least that must be done: an id with the time in it, and bytes that nobody changes."""
    kept: deque[bytes] = deque()
    numbers = count(10**11)

    def record(
        user: str, kind: str, item: str | None = None, *, at: Any = None, session: Any = None,
        value: Any = None, text: Any = None, success: Any = None, error: Any = None,
        duration_ms: Any = None, request: Any = None, position: Any = None, context: Any = None,
        data: Any = None,
    ) -> str:  # fmt: skip
        now = time.time_ns()
        id = f"evt_019b76da-a800-7000-8000-{next(numbers)}"
        kept.append(
            dumps(
                (id, now, user, kind, item, at, session, value, text, success, error,
                 duration_ms, request, position, context, data), 2,
            )
        )  # fmt: skip
        return id

    return Make(lambda n: record("ann", "click", "run-5k", position=n % 100), kept.clear)


def file_handler(url: str, folder: str) -> Make:
    """A line a call through the standard library's logging."""
    handler = logging.FileHandler(f"{folder}.log")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logger = logging.getLogger("events")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(handler)
    return Make(lambda n: logger.info("%s %s %s %d", "ann", "click", "run-5k", n), handler.close)


def structlog(url: str, folder: str) -> Make:
    """A line of JSON a call through structlog, as its page on performance has it."""
    module = import_module("structlog")
    file = open(f"{folder}.jsonl", "w")  # noqa: SIM115  # it is open as long as the process runs
    module.configure(
        processors=[module.processors.TimeStamper(fmt="iso"), module.processors.JSONRenderer()],
        logger_factory=module.WriteLoggerFactory(file=file),
        cache_logger_on_first_use=True,
    )
    logger = module.get_logger()
    return Make(lambda n: logger.info("click", user="ann", item="run-5k", position=n), file.close)


OTHERS: dict[str, Callable[..., Make]] = {
    "deque": appending,
    "floor": id_and_copy,
    "file": file_handler,
    "structlog": structlog,
}


def calls(name: str, make: Make) -> Figures:
    """CPU of the calling thread, a call, in microseconds; the empty loop is taken off."""
    often = FEW if name in PEERS else CALLS
    thread = []
    for _ in range(ROUNDS):
        thread.append(_thread_time(make.record, often) - _thread_time(_nothing, often))
    make.close()
    return {"thread_us": thread}


def _nothing(n: int) -> None:
    """What a round of calls costs without any of them."""


def _thread_time(record: Callable[[int], object], often: int) -> float:
    began = time.thread_time_ns()
    for n in range(often):
        record(n)
    return (time.thread_time_ns() - began) / often / 1_000


def whole(name: str, make: Make) -> Figures:
    """CPU of the process, a call, until everything is sent; and how long the slowest calls take."""
    often = ROUNDS * FEW
    make.record(0)
    began = time.process_time_ns()
    took = []
    for n in range(often):
        before = time.perf_counter_ns()
        make.record(n)
        took.append(time.perf_counter_ns() - before)
    make.close()
    spent = time.process_time_ns() - began
    took.sort()
    return {"process_us": [spent / often / 1_000], "p99_us": [took[often * 99 // 100] / 1_000]}


def slowly(name: str, make: Make) -> Figures:
    """Ten events a second for ten seconds: share of a core, and how long the slowest calls take."""
    make.record(0)
    began, wall = time.process_time_ns(), time.perf_counter_ns()
    took = []
    for n in range(100):
        before = time.perf_counter_ns()
        make.record(n)
        took.append(time.perf_counter_ns() - before)
        time.sleep(0.1)
    share = (time.process_time_ns() - began) / (time.perf_counter_ns() - wall)
    make.close()
    took.sort()
    return {"percent": [share * 100], "p99_us": [took[98] / 1_000]}


def memory(name: str, make: Make) -> Figures:
    """Memory of a thousand events that wait, in kilobytes."""
    for n in range(1_000):
        make.record(n)
    before = _resident()
    for n in range(90_000):
        make.record(n)
    figure = (_resident() - before) / 90
    make.own.close(0.01)
    return {"kilobytes": [figure]}


def _resident() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return float(line.split()[1])
    raise LookupError("VmRSS")


QUESTIONS = {"calls": calls, "whole": whole, "slowly": slowly, "memory": memory}


def main() -> None:
    name, question, url, folder = sys.argv[1:5]
    make = {**MAKES, **OTHERS}[name](url, folder)
    print(json.dumps(QUESTIONS[question](name, make)))


if __name__ == "__main__":
    main()
