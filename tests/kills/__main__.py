"""python -m tests.kills: kill whoever takes part, at random moments under load, and print the tally."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from tests.kills.victims import VICTIMS, Victim, database
from tests.kills.world import Outcome
from tests.servers.databases import new_database
from tests.servers.postgres import Postgres, programs
from tests.servers.shared import ABSENT, lay_out

HEAD = f"{'store':<12}{'killed':<16}{'runs':>6}{'acknowledged':>14}{'lost':>6}{'doubled':>9}{'differing':>11}"


@contextmanager
def folder() -> Iterator[tuple[str, Path]]:
    """A new folder for a store, and one to work in."""
    with tempfile.TemporaryDirectory(prefix="penchant-kills-") as work:
        yield str(Path(work) / "taste"), Path(work)


def tally(
    store: str, victims: dict[str, Victim], runs: int, seed: int, server: Postgres | None
) -> bool:
    """Run and print; whether nothing was lost, doubled or different."""
    outcomes = {name: (Outcome(), 0) for name in victims}
    began = perf_counter()
    for number, name in enumerate(islice(cycle(victims), runs)):
        with folder() as (place, work):
            if server is None:
                one = victims[name](place, work, seed + number)
            else:
                with new_database(server.url("{}")) as url:
                    one = victims[name](url, work, seed + number)
        total, count = outcomes[name]
        total.add(one)
        outcomes[name] = total, count + 1
        if not one.passed:
            print(f"{store}, {name}, seed {seed + number}: {one}", flush=True)
    for name, (total, count) in outcomes.items():
        print(
            f"{store:<12}{name:<16}{count:>6}{total.acknowledged:>14}{total.lost:>6}"
            f"{total.doubled:>9}{total.differing:>11}",
            flush=True,
        )
    print(f"{store}: {runs} runs in {perf_counter() - began:.0f} s from seed {seed}", flush=True)
    return all(total.passed for total, _ in outcomes.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.kills", description=__doc__)
    parser.add_argument("--folder", type=int, default=100, metavar="RUNS")
    parser.add_argument("--database", type=int, default=30, metavar="RUNS")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    print(HEAD, flush=True)
    passed = tally("folder", VICTIMS, told.folder, told.seed, None)
    if told.database:
        if programs() is None:
            sys.exit(ABSENT)
        server = Postgres({}, on_disk=True)  # as it is installed: every commit waits for the disk
        try:
            server.start()
            lay_out(server)
            victims = {**VICTIMS, "PostgreSQL": database(server)}
            passed &= tally("PostgreSQL", victims, told.database, told.seed, server)
        finally:
            server.remove()
    sys.exit(not passed)


if __name__ == "__main__":
    main()
