"""Wording: a number of things as people say it."""

from __future__ import annotations


def counted(count: int, thing: str, things: str | None = None) -> str:
    """The number and the noun that agrees with it; the plural has an ``s`` unless it is told.

    >>> counted(1, "event"), counted(1_200, "event"), counted(0, "process", "processes")
    ('1 event', '1,200 events', '0 processes')
    """
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"
