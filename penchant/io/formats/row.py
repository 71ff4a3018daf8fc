"""Rows: what a reader yields, one a record of the source, whether it could be read or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

LONGEST = 1 << 20  # characters of one record: no log has longer ones, and memory stays bounded


class Row(NamedTuple):
    """One record: its ``fields`` by column, or ``None`` and the ``reason`` why it has none.

    ``number`` counts lines of a text file from 1, so that an editor finds the row; elements of an
    array and rows of a table where there are no lines. ``raw`` is the record as it stands in the
    source, kept where it could not be read.
    """

    number: int
    fields: dict[str, Any] | None
    reason: str = ""
    raw: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to read: ``delimiter`` between columns and their names, where the source has no header."""

    delimiter: str | None = None
    columns: tuple[str, ...] | None = None
