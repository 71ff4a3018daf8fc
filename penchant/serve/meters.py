"""Meters: what a process did and how long it took, counted as it happens."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from threading import Lock
from typing import ParamSpec, TypeVar

WINDOW = 60  # seconds that a rate looks back
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Meter:
    """How often something happened: ever, and in the last minute. Safe to use from several threads.

    ``clock`` is in seconds and never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.total = 0
        self._clock = clock
        self._begun = clock()
        self._second = int(self._begun)
        self._slots = [0] * WINDOW
        self._lock = Lock()

    def add(self, count: int = 1) -> None:
        """Count what happened now."""
        with self._lock:
            self._slots[self._turned() % WINDOW] += count
            self.total += count

    def lately(self) -> int:
        """How often in the last minute: the second under way and the 59 before."""
        with self._lock:
            self._turned()
            return sum(self._slots)

    def per_second(self) -> float:
        """The mean rate of the last minute, or of the time since the meter was made if shorter."""
        return self.lately() / min(max(self._clock() - self._begun, 1.0), WINDOW)

    def counting(self, call: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        """The same call, counted each time."""

        def counted(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            self.add()
            return call(*args, **kwargs)

        return counted

    def _turned(self) -> int:
        """The second that it is, the slots of those since the last look being empty."""
        second = int(self._clock())
        for passed in range(max(self._second, second - WINDOW) + 1, second + 1):
            self._slots[passed % WINDOW] = 0
        self._second = second
        return second


class Durations:
    """A histogram of seconds; ``counts`` has one place a bound and one for what is beyond."""

    def __init__(self, bounds: Sequence[float] = SECONDS) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.seconds += seconds

    def mean(self) -> float | None:
        """``None`` before anything was measured."""
        count = sum(self.counts)
        return self.seconds / count if count else None

    def quantile(self, share: float) -> float | None:
        """The duration that a share of all does not exceed, as if they lay evenly between bounds.

        Beyond the last bound it is that bound: no more is known. ``None`` before anything was measured.
        """
        left = share * sum(self.counts)
        if not left:
            return None
        below = 0.0
        for bound, count in zip(self.bounds, self.counts, strict=False):
            if left <= count:
                return below + (bound - below) * left / count
            left -= count
            below = bound
        return below
