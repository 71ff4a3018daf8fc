"""The indexes by user and by session: filled from the head of the log, a slice with every commit."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from penchant.io.stores.sqlite_head import Head, Run

RUN = 8_192  # events that gather before they are indexed: sorted, several meet on a page
PATIENCE = 32_768  # events after which a run that another process began is taken over
LARGEST = 1_024  # rows of one statement


class Indexes:
    """The indexes as one writing process keeps them.

    The table ``indexed`` says up to which position they are complete, which process is at the run
    that follows and how much of it is done; it is written with the entries or not at all. Entries
    beyond that position may be there already, and are passed over when they come again.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._name = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._run: Run | None = None

    def turn(self, head: Head, end: int, appended: int) -> None:
        """Within a transaction that appends so many events after ``end``: index some of those before.

        A little more than is appended, so that the head stays short without a long pause.
        """
        if appended and (run := self._under_way(head, end, RUN)):
            self._index(run, 1 << (appended + appended // 4).bit_length())

    def finish(self, head: Head, end: int) -> None:
        """Within a transaction: index all there is, unless another process is at it."""
        if run := self._under_way(head, end, 1):
            self._index(run, len(run))

    def _under_way(self, head: Head, end: int, least: int) -> Run | None:
        """The run of this process that is under way, begun now where it is worth it."""
        upto, name, since = self._connection.execute(
            "SELECT upto, name, since FROM indexed"
        ).fetchone()
        if self._run is not None and name == self._name and upto < self._run.upto:
            return self._run
        self._run = None
        free = name in (None, self._name) or end - since >= PATIENCE
        if end - upto < least or not free or head.upto != end:
            return None
        logged = head.since(upto)
        if not logged:  # the head begins later: it has not followed yet
            return None
        self._run = Run(logged)
        self._connection.execute(
            "UPDATE indexed SET name = ?, since = ?, done = 0", (self._name, end)
        )
        return self._run

    def _index(self, run: Run, count: int) -> None:
        start = self._connection.execute("SELECT done FROM indexed").fetchone()[0]
        for index, rows in run.entries(start, start + count).items():
            insert_rows(self._connection, f"INSERT OR IGNORE INTO {index}", rows)
        if start + count < len(run):
            self._connection.execute("UPDATE indexed SET done = ?", (start + count,))
        else:
            self._connection.execute("UPDATE indexed SET upto = ?, name = NULL", (run.upto,))


def insert_rows(
    connection: sqlite3.Connection, insert: str, rows: Sequence[Sequence[Any]], end: str = ""
) -> None:
    """Insert rows of equal width, many with one statement.

    The driver gives up the interpreter for each statement and has to wait for it again, which takes
    longer than the row while other threads compute.
    """
    start = 0
    size = LARGEST
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        part = rows[start : start + size]
        statement = _statement(insert, len(part[0]), size, end)
        connection.execute(statement, list(chain.from_iterable(part)))
        start += size


@lru_cache(maxsize=128)
def _statement(insert: str, width: int, rows: int, end: str) -> str:
    row = "(" + ", ".join("?" * width) + ")"
    return f"{insert} VALUES {', '.join([row] * rows)}{end}"
