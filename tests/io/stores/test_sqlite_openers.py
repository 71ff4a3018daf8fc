"""Several processes that open one new folder at the same moment."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from penchant.io.stores.sqlite import SqliteStore

PROCESSES, ROUNDS = 6, 40
# Opens the folder it is told, adds an event of its own, and says how many were new.
OPENER = """
import sys
from pathlib import Path
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores.sqlite import SqliteStore

print("ready", flush=True)
for folder in sys.stdin:
    store = SqliteStore(Path(folder.strip()))
    new = store.commit([Append([Event(id=sys.argv[1], user="ann", kind="click", at=1)])])
    store.close()
    print(*new, flush=True)
"""


@contextmanager
def openers() -> Iterator[list[subprocess.Popen[str]]]:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        assert heard(running) == ["ready"] * PROCESSES
        yield running
    finally:
        for process in running:
            process.communicate(timeout=60)


def heard(running: list[subprocess.Popen[str]]) -> list[str]:
    """The next line of each."""
    return [process.stdout.readline().strip() for process in running if process.stdout]


def test_a_new_folder_may_be_opened_by_several_processes_at_once(tmp_path: Path) -> None:
    with openers() as running:
        for turn in range(ROUNDS):
            for process in running:
                assert process.stdin is not None
                process.stdin.write(f"{tmp_path / str(turn)}\n")
                process.stdin.flush()
            assert heard(running) == ["1"] * PROCESSES

    store = SqliteStore(tmp_path / "0")
    assert store.count() == PROCESSES
    store.close()
