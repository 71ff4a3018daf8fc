"""Is anything lost or doubled when somebody is killed in the midst of work?

A hundred runs on a folder and thirty on PostgreSQL with its own defaults: a server under load, an import,
a program that records with a spool, `penchant retire`, or every process of PostgreSQL is killed with
SIGKILL at a random moment, then started again. Acknowledged events that are not in the log are lost; what is
stored or counted more than once, also after everything was sent again, is doubled; people whose states are
not those of a replay differ.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from tests.kills.victims import VICTIMS, Victim, database
from tests.kills.world import Outcome
from tests.servers.databases import new_database
from tests.servers.postgres import Postgres, programs
from tests.servers.shared import ABSENT, lay_out

FOLDER, DATABASE = 100, 30  # runs
SEED = 1
HEAD = ("store", "killed", "runs", "acknowledged", "lost", "doubled", "differing")


@dataclass(slots=True)
class Tally:
    """What became of all runs with one victim on one store."""

    store: str
    victim: str
    runs: int = 0
    outcome: Outcome = field(default_factory=Outcome)

    def line(self) -> str:
        told = self.outcome
        counts = (self.runs, told.acknowledged, told.lost, told.doubled, told.differing)
        return f"| {self.store} | {self.victim} | {' | '.join(f'{count:,}' for count in counts)} |"


def answers(small: bool) -> Iterator[Tally]:
    part = 10 if small else 1
    passed = True
    for tally in (*_on_folders(FOLDER // part), *_on_databases(DATABASE // part)):
        passed &= tally.outcome.passed
        yield tally
    if not passed:
        sys.exit("something was lost, doubled or different; the runs and their seeds stand above")


def _on_folders(runs: int) -> list[Tally]:
    return _tallies("folder", VICTIMS, runs, lambda work: nullcontext(str(work / "taste")))


def _on_databases(runs: int) -> list[Tally]:
    if programs() is None:
        sys.exit(ABSENT)
    server = Postgres({}, on_disk=True)  # as it is installed: every commit waits for the disk
    try:
        server.start()
        lay_out(server)
        victims = {**VICTIMS, "PostgreSQL": database(server)}
        return _tallies("PostgreSQL", victims, runs, lambda work: new_database(server.url("{}")))
    finally:
        server.remove()


def _tallies(
    store: str,
    victims: dict[str, Victim],
    runs: int,
    place: Callable[[Path], AbstractContextManager[str]],
) -> list[Tally]:
    """Runs with one victim after the other; what goes wrong is said at once, with its seed."""
    tallies = {name: Tally(store, name) for name in victims}
    for seed, name in enumerate(islice(cycle(victims), runs), start=SEED):
        with _work() as work, place(work) as taken:
            outcome = victims[name](taken, work, seed)
        tallies[name].runs += 1
        tallies[name].outcome.add(outcome)
        if not outcome.passed:
            print(f"{store}, {name}, seed {seed}: {outcome}", flush=True)
    return list(tallies.values())


@contextmanager
def _work() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="penchant-kills-") as work:
        yield Path(work)
