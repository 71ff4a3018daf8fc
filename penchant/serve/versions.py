"""Versions: the store's version, as whoever reads on this thread was told it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import local


class Versions:
    """The version of a store, asked for now unless this thread was told one.

    Telling is for who must not wait: a version may be told that was asked for after the read began.

    >>> versions = Versions(lambda: 7)
    >>> with versions.told(5):
    ...     versions.now()
    5
    >>> versions.now()
    7
    """

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._told = local()

    def now(self) -> int:
        told: int | None = getattr(self._told, "version", None)
        return self._ask() if told is None else told

    @contextmanager
    def told(self, version: int) -> Iterator[None]:
        """Within, and on this thread, that version is the present one."""
        self._told.version = version
        try:
            yield
        finally:
            self._told.version = None
