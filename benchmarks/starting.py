"""How long until it is there? Importing, the command line's help, opening a folder.

Whole processes, eleven each; the floor is an interpreter that does nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from statistics import median

from benchmarks.report import Answer, timed

RUNS = 11


def answers(small: bool) -> Iterator[Answer]:
    def run(*arguments: str) -> list[float]:
        command = [sys.executable, *arguments]
        return timed(lambda: subprocess.run(command, check=True, capture_output=True), RUNS)

    bare = median(run("-c", "pass"))
    imported = [(seconds - bare) * 1e3 for seconds in run("-c", "import penchant")]
    yield Answer(
        "`import penchant`, beyond a bare interpreter", "ms", imported,
        budget="<= 30 ms", met=median(imported) <= 30,
    )  # fmt: skip
    helped = [seconds * 1e3 for seconds in run("-m", "penchant.serve.cli", "--help")]
    yield Answer(
        "`penchant --help`, whole process", "ms", helped, "bare interpreter", [bare * 1e3],
        "<= 100 ms", median(helped) <= 100,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        opening = f"import penchant; penchant.open({folder!r}).close()"
        opened = [seconds * 1e3 for seconds in run("-c", opening)]
        yield Answer(
            "open and close a folder, whole process", "ms", opened, "bare interpreter", [bare * 1e3]
        )
