"""Occurrences: how often each of very many keys was met so far, in bounded memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from types import TracebackType

IN_MEMORY = 500_000  # different keys counted in memory; more go to a temporary file


class Occurrences:
    """Counts keys of 64 bits. Used as a context manager, it leaves no file behind."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._in_memory = in_memory
        self._counts: dict[int, int] = {}
        self._table: sqlite3.Connection | None = None

    def number(self, keys: Sequence[int]) -> list[int]:
        """For each key in turn, how often it was met before: 0, then 1, ...

        >>> with Occurrences() as seen:
        ...     seen.number([7, 7, 9]), seen.number([7])
        ([0, 1, 0], [2])
        """
        if self._table is None and len(self._counts) + len(keys) <= self._in_memory:
            return [self._count(key) for key in keys]
        known = self._known(set(keys))
        numbers = []
        for key in keys:
            number = known[key]
            known[key] = number + 1
            numbers.append(number)
        self._keep(known)
        return numbers

    def _count(self, key: int) -> int:
        number = self._counts.get(key, 0)
        self._counts[key] = number + 1
        return number

    def _known(self, keys: set[int]) -> dict[int, int]:
        table = self._spilled()
        found = dict.fromkeys(keys, 0)
        wanted = sorted(keys)
        for start in range(0, len(wanted), 500):
            chunk = wanted[start : start + 500]
            marks = ",".join("?" * len(chunk))
            rows = table.execute(f"SELECT key, met FROM counts WHERE key IN ({marks})", chunk)
            found.update(rows.fetchall())
        return found

    def _spilled(self) -> sqlite3.Connection:
        if self._table is None:
            self._table = sqlite3.connect("", isolation_level=None)  # a file that SQLite removes
            self._table.execute("CREATE TABLE counts (key INTEGER PRIMARY KEY, met INTEGER)")
            self._keep(self._counts)
            self._counts = {}
        return self._table

    def _keep(self, counts: dict[int, int]) -> None:
        table = self._table
        assert table is not None
        table.execute("BEGIN")
        table.executemany("INSERT OR REPLACE INTO counts VALUES (?, ?)", sorted(counts.items()))
        table.execute("COMMIT")

    def __enter__(self) -> Occurrences:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._table is not None:
            self._table.close()
