"""Rebuild: every state folded anew from the log, on all cores, one person at a time.

The parent hands out ranges of user names; workers are processes of their own that read the folder,
fold, and write snapshots. Memory holds one person per worker, and the population once.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any

from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.ports import SaveSnapshots, Store
from penchant.core.settings import Settings
from penchant.io import system
from penchant.io.stores import MEMORY, open_whole
from penchant.profile.fold import Fold
from penchant.serve.configuration import read_kinds, read_settings
from penchant.serve.folds import crowd_fold, person_fold
from penchant.serve.population import EVERYONE, KEY, Population
from penchant.serve.shelf import Shelf
from penchant.serve.states import USER, from_the_start, snapshot_of, with_readings

MOST = 1_000  # worker processes
RANGE = 500  # users a worker is given at once, and snapshots it commits at once

Progress = Callable[[int, int], None]  # users and events folded so far
_Steps = Generator[tuple[int, int], None, None]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: users and events folded, processes used, wall seconds."""

    users: int
    events: int
    processes: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class Folder:
    """What is folded from, and with what."""

    store: Store
    fold: Fold
    crowd: Fold
    shelf: Shelf

    def users(self, after: str, last: str) -> tuple[int, int]:
        """Fold the users after one name up to another; how many users and events there were.

        Also those that came since the range was made: they must not push others out of it.
        """
        users = events = 0
        while after < last:
            names = [name for name in self.store.users(after, RANGE) if name <= last]
            after = names[-1]
            users += len(names)
            events += self._fold(names)
        return users, events

    def _fold(self, names: Sequence[str]) -> int:
        """Fold these users and keep their snapshots; how many events there were."""
        events = 0
        snapshots = []
        for user in names:
            folded, tail = from_the_start(self.store, self.fold, user)
            self.shelf.refresh()  # after the tail: holds every item version its events found
            known = self.shelf.change  # before the fold: others may bring it further meanwhile
            self.fold.extend(folded, tail, self.shelf.find)
            snapshot = snapshot_of(USER, user, self.fold, folded, known)
            if self.store.keeps_readings:
                snapshot = with_readings(snapshot, self.fold, folded, system.now())
            snapshots.append(snapshot)
            events += len(tail)
        self.store.commit([SaveSnapshots(snapshots)])
        return events

    def everyone(self) -> None:
        """Fold the population."""
        population = Population(self.store, self.crowd, self.shelf)
        one = snapshot_of(EVERYONE, KEY, self.crowd, population.replayed(), 0)
        self.store.commit([SaveSnapshots([one])])


def rebuild(
    place: str, settings: Settings, folder: Folder, processes: int | None, progress: Progress
) -> Rebuilt:
    """Fold every user and the population from the log; their snapshots replace those of before.

    ``folder`` does it by itself in memory, where no other process can look in.
    """
    began = perf_counter()
    workers = _workers(processes)
    if place == MEMORY:
        workers = 1
        steps = _alone(folder)
    else:
        steps = _together(place, settings, folder.store, workers)
    users = events = 0
    with closing(steps):  # broken off, it ends its workers at once
        for more_users, more_events in steps:
            users += more_users
            events += more_events
            progress(users, events)
    return Rebuilt(users, events, workers, perf_counter() - began)


def _workers(processes: int | None) -> int:
    if processes is None:
        return os.cpu_count() or 1
    if isinstance(processes, bool) or not isinstance(processes, int) or not 1 <= processes <= MOST:
        raise InvalidArgument(
            "processes", f"expected a whole number from 1 to {MOST}, got {processes!r}"
        )
    return processes


def _ranges(store: Store) -> Iterator[tuple[str, str]]:
    """Ranges of users: the name after which each begins, and its last one."""
    after = ""
    while names := store.users(after, RANGE):
        yield after, names[-1]
        after = names[-1]


def _alone(folder: Folder) -> _Steps:
    folder.everyone()
    for after, last in _ranges(folder.store):
        yield folder.users(after, last)


def _together(place: str, settings: Settings, store: Store, workers: int) -> _Steps:
    """Ranges handed to worker processes as they become free; the population goes first."""
    tasks: SimpleQueue[dict[str, Any]] = SimpleQueue()
    tasks.put({"everyone": True})
    for after, last in _ranges(store):
        tasks.put({"after": after, "last": last})
    done: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
    with ThreadPoolExecutor(workers) as threads:
        attending = [
            threads.submit(_attend, place, settings, tasks, done.put) for _ in range(workers)
        ]
        try:
            for _ in range(workers):
                while (step := done.get()) is not None:
                    yield step
        finally:
            while _next(tasks) is not None:
                pass
        for worker in attending:
            worker.result()


def _attend(
    place: str,
    settings: Settings,
    tasks: SimpleQueue[dict[str, Any]],
    report: Callable[[tuple[int, int] | None], None],
) -> None:
    """Keep one worker process busy until no task is left."""
    try:
        with subprocess.Popen(
            [sys.executable, "-m", "penchant.serve.rebuild"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            worker.stdin.write(json.dumps({"place": place, "options": _plain(settings)}) + "\n")
            while (task := _next(tasks)) is not None:
                worker.stdin.write(json.dumps(task) + "\n")
                worker.stdin.flush()
                users, events = json.loads(worker.stdout.readline())
                report((users, events))
            worker.stdin.close()
    except (OSError, ValueError) as error:
        raise StoreUnavailable(
            "a rebuild worker died; its error stands above, 'penchant rebuild' begins again"
        ) from error
    finally:
        report(None)


def _next(tasks: SimpleQueue[dict[str, Any]]) -> dict[str, Any] | None:
    try:
        return tasks.get_nowait()
    except Empty:
        return None


def _plain(settings: Settings) -> dict[str, Any]:
    told = {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in asdict(settings).items()
        if name != "keys"
    }
    return {**told, "postgres_pool_min": 1, "postgres_pool_max": 2}  # a worker has one thread


def main() -> None:
    """A worker: one task a line on standard input, one answer a line on standard output.

    The first line names store and settings: on the command line everybody would see the password.
    """
    gc.disable()  # states hold no cycles; walking millions of them took a third of the time
    told = json.loads(sys.stdin.readline())
    place = told["place"]
    settings = read_settings(place, told["options"])
    kinds = read_kinds(place, settings.preset)
    store = open_whole(place, settings)
    shelf = Shelf(store, settings.cache_items)
    folder = Folder(store, person_fold(settings, kinds), crowd_fold(settings, kinds), shelf)
    for line in sys.stdin:
        task = json.loads(line)
        users = events = 0
        if "everyone" in task:
            folder.everyone()
        else:
            users, events = folder.users(task["after"], task["last"])
        try:
            sys.stdout.write(f"[{users}, {events}]\n")
            sys.stdout.flush()
        except BrokenPipeError:  # nobody is left to be told
            os._exit(1)
    store.close()


if __name__ == "__main__":
    main()
