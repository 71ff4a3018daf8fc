"""Pace: how the shipping thread waits, and how long after a failure."""

from __future__ import annotations

import random
import threading
import time

FIRST = 0.5  # seconds: the longest first pause after a failure
LONGEST = 60.0  # seconds: no pause is longer, unless the target asks for it
ASKED_MOST = 3_600.0  # seconds: the most that a ``Retry-After`` is believed


def pause(failures: int, chance: float, asked: float | None = None) -> float:
    """Seconds to wait after so many failures in a row: exponential, with full jitter.

    ``chance`` is in [0, 1). What the target asked for is the least, and up to a tenth is added to
    it, lest all come back at once.

    Source: M. Brooker, "Exponential Backoff And Jitter" (2015), full jitter.

    >>> pause(1, 0.5), pause(4, 0.5), pause(100, 0.5), pause(1, 0.5, asked=20.0)
    (0.25, 2.0, 30.0, 21.0)
    """
    if asked is not None:
        return min(max(asked, 0.0), ASKED_MOST) * (1 + chance / 10)
    return chance * min(LONGEST, FIRST * 2.0 ** min(failures - 1, 30))


class Pace:
    """The clock and the bell of the shipping thread."""

    def __init__(self) -> None:
        self._bell = threading.Condition()
        self._more = False
        self._urgent = False

    def now(self) -> float:
        """Seconds of a clock that is never set."""
        return time.monotonic()

    def chance(self) -> float:
        """A random number in [0, 1)."""
        return random.random()

    def ring(self, *, urgent: bool = False) -> None:
        """End the wait; one after a failure ends only if it is urgent."""
        with self._bell:
            self._more = True
            self._urgent |= urgent
            self._bell.notify_all()

    def wait(self, seconds: float, *, failed: bool) -> bool:
        """Wait for the bell, or that long. Returns whether it was urgent."""
        with self._bell:
            self._bell.wait_for(lambda: self._urgent or (self._more and not failed), seconds)
            urgent, self._more, self._urgent = self._urgent, False, False
            return urgent
