"""An application that records and ends in one of the ways that lose events elsewhere.

Run as ``python -m benchmarks.recorders.host RECORDER CASE URL FOLDER COUNT``. Prints the counts of a
recorder that has some, as JSON.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.recorders.makes import MAKES, SHORT, Make

DOWN = 600.0  # seconds that a sink is down, of a clock that pauses move on


class Elapsed:
    """Time that passes by waiting: a pause takes none, and is added up. ``up`` is made at its end."""

    def __init__(self, up: Path) -> None:
        self._up = up
        self._waited = 0.0
        self._sleep = time.sleep
        self._monotonic = time.monotonic

    def wait(self, seconds: float) -> None:
        self._waited += seconds
        if self._waited >= DOWN:
            self._up.touch()
        self._sleep(0.01)

    def patch(self) -> None:
        """For the recorders whose pauses nobody can hand in: the standard library's."""
        elapsed = self

        class Timer(threading.Timer):
            def run(self) -> None:
                elapsed.wait(self.interval)
                self.interval = 0.0
                super().run()

        time.sleep = self.wait  # type: ignore[assignment]  # of this process only
        time.monotonic = lambda: self._monotonic() + self._waited
        threading.Timer = Timer  # type: ignore[misc]  # it stands in for the class


def pace(elapsed: Elapsed) -> Any:
    from penchant.capture.pace import Pace

    class Waiting(Pace):
        def wait(self, seconds: float, *, failed: bool) -> bool:
            if failed:
                elapsed.wait(seconds)
                return True
            return super().wait(seconds, failed=failed)

    return Waiting()


def burst(make: Make, count: int) -> None:
    for n in range(count):
        make.record(n)
    make.close()


def ending(make: Make, count: int) -> None:
    for n in range(count):
        make.record(n)


def killed(make: Make, count: int) -> None:
    ending(make, count)
    os.kill(os.getpid(), signal.SIGKILL)


def forked(make: Make, count: int) -> None:
    """The parent has recorded before it is forked; the child records and ends as programs end."""
    make.record(0)
    child = os.fork()
    if child == 0:
        ending(make, count - 1)
        return
    os.waitpid(child, 0)
    make.close()


def threads(make: Make, count: int) -> None:
    working = [threading.Thread(target=ending, args=(make, count // 50)) for _ in range(50)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    make.close()


def clock(make: Make, count: int) -> None:
    """The system's clock is set an hour and a year ahead, and back, while events come in."""
    read, read_ns = time.time, time.time_ns
    jumps = [0, 3_600, 365 * 86_400, -3_600, -365 * 86_400]
    if make.own is None:
        for place, jump in enumerate(jumps):
            time.time = lambda jump=jump: read() + jump  # type: ignore[misc]  # of this row only
            for n in range(place * count // 5, (place + 1) * count // 5):
                make.record(n)
    else:
        for jump in jumps:
            make.own._nanoseconds = lambda jump=jump: read_ns() + jump * 10**9
            ending(make, count // 5)
        make.own._nanoseconds = read_ns
    make.close()


def disk_full(make: Make, count: int) -> None:
    """No file may grow any more, as on a full disk, from the first event on."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
    burst(make, count)


def waiting(make: Make, count: int) -> None:
    """The next process: it records nothing, and finds what was left."""
    deadline = time.monotonic() + 20
    while make.own.counts.stored < count and time.monotonic() < deadline:
        time.sleep(0.01)
    make.close()


def away(make: Make, count: int) -> None:
    """The program ends while nobody is there; it waits for two seconds, where it can be told."""
    ending(make, count)
    if make.own is not None:
        make.own.close(2.0)
    else:
        make.close()


def become_nobody() -> None:
    """Nothing is read-only for root; what is imported later may be out of reach for others."""
    import tempfile

    import penchant

    with tempfile.TemporaryDirectory() as folder:
        for target in ("http://127.0.0.1:1", folder):
            with penchant.Recorder(target, spool=f"{folder}/spool") as recorder:
                recorder.record("ann", "click")
                recorder.close(0.1)
    if os.getuid() == 0:
        os.setuid(65_534)


CASES: dict[str, Callable[[Make, int], None]] = {
    "burst": burst,
    "exit": ending,
    "kill": killed,
    "fork": forked,
    "threads": threads,
    "clock": clock,
    "disk": disk_full,
    "next": waiting,
    "away": away,
    "nobody": away,
}


def main() -> None:
    name, case, url, folder, count = sys.argv[1:6]
    made: list[Make] = []
    parent = os.getpid()

    def tell() -> None:
        counts = made[0].own.counts.to_dict() if made and made[0].own is not None else {}
        kind = "counts" if os.getpid() == parent else "child"
        print(json.dumps({kind: counts}), flush=True)

    atexit.register(tell)  # before the recorder's own, so that it comes after it
    options = dict(SHORT[name]) if case in ("never", "nobody") else {}
    if case == "down":
        elapsed = Elapsed(Path(folder).with_name("up"))
        if name in ("memory", "spool"):
            options["pace"] = pace(elapsed)
        else:
            elapsed.patch()
    if case == "nobody":
        become_nobody()
    made.append(MAKES[name](url, folder, **options))
    make = made[0]
    if case in ("down", "answers", "never"):
        for n in range(int(count)):
            make.record(n)
        if make.own is not None:
            make.own.close(25.0)
        else:
            make.close()
    else:
        CASES[case](make, int(count))


if __name__ == "__main__":
    main()
