"""What is lost when things go wrong, by penchant's recorder and by others?

Each case is an application in a process of its own that records against a sink on this machine. The
sink counts the ids it acknowledged; a cell says how many of the events never were. For penchant also
the counts: captured = stored + rejected + dropped + waiting. Settings are those a recorder comes with,
but in the row of a sink that never answers, where timeouts are a second (Snowplow has none and keeps
none). The ten minutes of a sink that is down are passed by the pauses between tries. A case
that takes more than 30 seconds is ended. Each has a home of its own, which is empty at first: what waits
in penchant's memory at the end is left there. Where the next process starts, the counts are its counts.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.recorders.makes import PEERS
from benchmarks.recorders.sink import serving
from benchmarks.server import server

ROOT = Path(__file__).parents[1]
PEERS_PYTHON = ROOT / ".venv-recorders" / "bin" / "python"
DEADLINE = 30.0  # seconds
OURS = ("memory", "spool")
VERSIONS = (
    (ROOT / "benchmarks" / "recorders" / "requirements.txt").read_text().split()[: len(PEERS)]
)
HEAD = ("events recorded", "penchant, memory", "penchant, spool", *VERSIONS)


@dataclass(frozen=True, slots=True)
class Case:
    """What happens, to how many events, and what the sink answers before it takes them."""

    what: str
    case: str
    count: int
    script: Sequence[str] = ()


CASES = (
    Case("a burst of 30,000, then close", "burst", 30_000),
    Case("500, and the program ends without close", "exit", 500),
    Case("500, then SIGKILL; the next process starts", "kill", 500),
    Case("one, fork, 500 in the child", "fork", 501),
    Case("500 while the sink is down for ten minutes", "down", 500),
    Case("500 to a sink that is down until the program has ended; the next starts", "away", 500),
    Case("500; the sink answers 429 three times", "answers", 500, ["429"] * 3),
    Case("500; the sink answers 500 three times", "answers", 500, ["500"] * 3),
    Case("500; a proxy answers 200 with a page three times", "answers", 500, ["garbage"] * 3),
    Case("500; the sink never answers twice", "never", 500, ["never"] * 2),
    Case("500; the clock jumps an hour and a year, both ways", "clock", 500),
    Case("50 threads, 200 each", "threads", 10_000),
    Case("2,000 on a full disk", "disk", 2_000),
)


# Where a process leaves something to the next, by case and recorder.
NEXT = {("kill", "spool"), ("away", "memory"), ("away", "spool")}


@dataclass(frozen=True, slots=True)
class Row:
    """One case and what each recorder made of it."""

    what: str
    cells: Sequence[str]

    def line(self) -> str:
        return f"| {self.what} | " + " | ".join(self.cells) + " |"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recorder in one case."""

    lost: int
    again: int
    hangs: bool
    counts: dict[str, int]

    def cell(self) -> str:
        words = [f"**lost {self.lost:,}**" if self.lost else "0 lost"]
        if self.again:
            words.append(f"{self.again:,} twice")
        if self.hangs:
            words.append("hangs")
        if self.counts:
            names = ("stored", "rejected", "dropped", "waiting")
            parts = " + ".join(f"{self.counts[name]:,}" for name in names)
            words.append(f"{self.counts['captured']:,} = {parts}")
        return "; ".join(words)


def answers(small: bool) -> Iterator[Row]:
    peers = PEERS if PEERS_PYTHON.exists() else ()
    for case in CASES:
        cells = [outcome(name, case).cell() for name in OURS]
        for name in PEERS:
            if case.case == "disk":
                cells.append("keeps nothing on disk")
            else:
                cells.append(outcome(name, case).cell() if name in peers else "not installed")
        yield Row(case.what, cells)
    nothing = ["" for _ in PEERS]
    yield Row("a burst of 30,000 to a penchant server", [_to_a_server(n) for n in OURS] + nothing)
    yield Row("a burst of 30,000 into a folder", [_into_a_folder(n) for n in OURS] + nothing)
    yield Row("500, and the spool is read-only", ["has none", _read_only_spool(), *nothing])
    yield Row("500 into a folder that is read-only", [_read_only_folder(n) for n in OURS] + nothing)


def outcome(name: str, case: Case) -> Outcome:
    """Run one recorder through one case."""
    with workplace() as place:
        up = place / "up" if case.case in ("down", "away") else None
        with serving(list(case.script), until=up) as (url, sink):
            counts, hangs = host(name, case.case, url, place, case.count)
            if (case.case, name) in NEXT:
                (place / "up").touch()
                counts, hangs = host(name, "next", url, place, case.count)
            acknowledged = dict(sink.acknowledged)
    again = sum(times - 1 for times in acknowledged.values())
    return Outcome(case.count - len(acknowledged), again, hangs, counts)


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that anybody may use."""
    place = Path(tempfile.mkdtemp())
    place.chmod(0o777)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def at_home(place: Path) -> dict[str, str]:
    """The environment of a process whose home is in that place, as is what it leaves there."""
    return {**os.environ, "HOME": str(place / "home")}


def host(
    name: str, case: str, target: str, place: Path, count: int, log: IO[str] | None = None
) -> tuple[dict[str, int], bool]:
    """The counts of an application in a process of its own, and whether it had to be ended."""
    python = PEERS_PYTHON if name in PEERS else sys.executable
    words = [name, case, target, str(place / "events.spool"), str(count)]
    running = subprocess.Popen(
        [python, "-m", "benchmarks.recorders.host", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=log or subprocess.DEVNULL, text=True,
        start_new_session=True, env=at_home(place),
    )  # fmt: skip
    try:
        told, _ = running.communicate(timeout=DEADLINE)
        hangs = False
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        told, _ = running.communicate()
        hangs = True
    counts: dict[str, int] = {}
    for line in told.splitlines():
        for one in json.loads(line).values():
            counts = {field: counts.get(field, 0) + number for field, number in one.items()}
    return counts, hangs


def _to_a_server(name: str) -> str:
    with workplace() as place, server(str(place / "taste")) as served:
        url = f"http://127.0.0.1:{served.port}"
        counts, hangs = host(name, "burst", url, place, 30_000)
        return Outcome(30_000 - stored(place), 0, hangs, counts).cell()


def _into_a_folder(name: str) -> str:
    with workplace() as place:
        counts, hangs = host(name, "burst", str(place / "taste"), place, 30_000)
        return Outcome(30_000 - stored(place), 0, hangs, counts).cell()


def stored(place: Path) -> int:
    """How many events are in the log, which has each once."""
    with closing(sqlite3.connect(place / "taste" / "penchant.db")) as log:
        return int(log.execute("SELECT count(*) FROM events").fetchone()[0])


def _read_only_spool() -> str:
    with workplace() as place, serving([]) as (url, sink), (place / "log").open("w+") as log:
        (place / "events.spool").mkdir(mode=0o555)
        host("spool", "nobody", url, place, 500, log)
        log.seek(0)
        refused = "InvalidArgument: spool: cannot be written" in log.read()
        return "refused when it is made" if refused else f"{len(sink.acknowledged)} sent"


def _read_only_folder(name: str) -> str:
    ended, next = read_only_folder(name)
    return f"{ended.cell()}; the next process, when it is writable: {next.cell()}"


def read_only_folder(name: str) -> tuple[Outcome, Outcome]:
    """What a program could not store in a folder, and what the next one did, which may write there."""
    with workplace() as place:
        taste = place / "taste"
        taste.mkdir(mode=0o555)
        counts, hangs = host(name, "nobody", str(taste), place, 500)
        ended = Outcome(500 - counts["waiting"], 0, hangs, counts)
        taste.chmod(0o777)
        counts, hangs = host(name, "next", str(taste), place, 500)
        return ended, Outcome(500 - stored(place), 0, hangs, counts)
