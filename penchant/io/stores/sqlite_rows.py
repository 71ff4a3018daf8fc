"""Rows of a table, inserted many at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

LARGEST = 1_024  # rows of one statement
EXACT = 64  # rows up to which there is a statement for every number of them


def insert_rows(
    connection: sqlite3.Connection, insert: str, rows: Sequence[Sequence[Any]], end: str = ""
) -> int:
    """Insert rows of equal width, many with one statement; the key of the row inserted last.

    The driver gives up the interpreter for each statement and has to wait for it again, which takes
    longer than the row while other threads compute.
    """
    start = last = 0
    size = LARGEST
    while start < len(rows):
        left = len(rows) - start
        while size > left:
            size = size // 2 if size // 2 > EXACT else left
        part = rows[start : start + size]
        statement = _statement(insert, len(part[0]), size, end)
        last = connection.execute(statement, list(chain.from_iterable(part))).lastrowid or 0
        start += size
    return last


@lru_cache(maxsize=256)
def _statement(insert: str, width: int, rows: int, end: str) -> str:
    row = "(" + ", ".join("?" * width) + ")"
    return f"{insert} VALUES {', '.join([row] * rows)}{end}"
