"""The report: answers with spread, floor and budget, written into RESULTS.md a section each."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Protocol

PAGE = Path(__file__).parent / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure: ``values`` of several runs in ``unit``, the floor's, and the budget in words."""

    what: str
    unit: str
    values: Sequence[float]
    floor: str = ""
    floors: Sequence[float] = ()
    budget: str = ""
    met: bool | None = None
    memory_mb: float | None = None

    def line(self) -> str:
        """The figure as a row of the table."""
        cells = [
            self.what,
            f"{_short(median(self.values))} {self.unit}",
            f"{_short(min(self.values))}-{_short(max(self.values))}",
            f"{self.floor}: {_short(median(self.floors))}" if self.floors else "",
            f"{median(self.values) / median(self.floors):.2f}" if self.floors else "",
            self.budget + {True: " - met", False: " - **missed**", None: ""}[self.met],
            "" if self.memory_mb is None else f"{self.memory_mb:.0f} MB",
        ]
        return "| " + " | ".join(cells) + " |"


class Row(Protocol):
    """A line of the table of a question."""

    def line(self) -> str: ...


HEAD = ("what", "median", "spread", "floor", "ratio", "budget", "memory")


def write(name: str, about: str, answers: Sequence[Row], head: Sequence[str] = HEAD) -> None:
    """Put the section of one question in the place of its last one."""
    table = [
        about.strip(),
        "",
        f"`python -m benchmarks {name}` on {_machine()}, commit {commit()}.",
        "",
        f"| {' | '.join(head)} |",
        "|---" * len(head) + "|",
        *(answer.line() for answer in answers),
    ]
    put(PAGE, name, "\n".join(table))


def put(page: Path, name: str, text: str) -> None:
    """Put a section in the place of the last one of that name; a new one at the end."""
    section = f"<!-- {name} -->\n{text}\n<!-- /{name} -->"
    there = page.read_text()
    place = re.compile(f"<!-- {name} -->.*<!-- /{name} -->", re.DOTALL)
    if place.search(there):
        there = place.sub(lambda _: section, there)
    else:
        there = there.rstrip() + "\n\n" + section + "\n"
    page.write_text(there)


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Seconds of each of some calls."""
    seconds = []
    for _ in range(times):
        began = perf_counter()
        work()
        seconds.append(perf_counter() - began)
    return seconds


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _short(number: float) -> str:
    if number >= 1_000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def _machine() -> str:
    names = ("msgspec", "starlette", "uvicorn", "uvloop")
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}, shared), Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {libraries}"
    )


def commit() -> str:
    """The commit that is measured."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"
