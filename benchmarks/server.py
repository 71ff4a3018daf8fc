"""A real server in a process of its own, and the load that is put on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.request import urlopen

THREADS = ("event loop", "writer", "follower")


@dataclass(frozen=True, slots=True)
class Server:
    """Where it answers, and its process."""

    port: int
    process: subprocess.Popen[str]

    def load(
        self, ask: str, *, connections: int, seconds: float, batch: int = 1, rate: float = 0.0
    ) -> dict[str, Any]:
        """What the load generator measured: events and requests per second, p50 and p99 in ms.

        It sends ``rate`` events per second; 0 is as many as are answered.
        """
        words = ["--ask", ask, "--connections", connections, "--seconds", seconds, "--batch", batch]
        words += ["--rate", rate]
        ran = subprocess.run(
            [sys.executable, "benchmarks/load.py", str(self.port), *map(str, words)],
            capture_output=True,
            text=True,
            check=True,
        )
        told: dict[str, Any] = json.loads(ran.stdout)
        return told

    def following(self) -> float:
        """Seconds until everything in the log is known of everyone."""
        began = perf_counter()
        while self._lag():
            sleep(0.005)
        return perf_counter() - began

    def _lag(self) -> int:
        with urlopen(f"http://127.0.0.1:{self.port}/metrics") as told:
            lines = told.read().decode().splitlines()
        return next(
            int(one.split()[1]) for one in lines if one.startswith("penchant_population_lag")
        )

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU that its threads have used, those of the kernel for them included."""
        threads = sorted(
            Path(f"/proc/{self.process.pid}/task").iterdir(), key=lambda p: int(p.name)
        )
        used = {}
        for name, thread in zip(THREADS, threads, strict=False):  # in the order of their start
            fields = (thread / "stat").read_text().rpartition(")")[2].split()
            used[name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return used

    def memory_mb(self, *, now: bool = False) -> float:
        """The most memory its process has held, or what it holds ``now``."""
        field = "VmRSS" if now else "VmHWM"
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1_000
        return 0.0


@contextmanager
def server(folder: Path | str) -> Iterator[Server]:
    """``penchant serve`` on a folder and any free port, stopped afterwards."""
    command = ["-m", "penchant.serve.cli", "--store", str(folder), "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield Server(int(url.rpartition(":")[2]), process)
        finally:
            process.terminate()
            process.wait()
