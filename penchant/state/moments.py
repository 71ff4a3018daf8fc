"""Mean and spread of numbers seen one at a time, mergeable."""

from __future__ import annotations

from math import sqrt

import msgspec


class Moments(msgspec.Struct, array_like=True):
    """Count, mean and sum of squared deviations of the numbers added.

    Source: Chan, Golub, LeVeque 1979, the pairwise update; exact to rounding in any order.

    >>> m = Moments()
    >>> for x in (1.0, 2.0, 3.0): m.add(x)
    >>> m.mean, m.spread()
    (2.0, 1.0)
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def add(self, number: float) -> None:
        self.count += 1
        delta = number - self.mean
        self.mean += delta / self.count
        self.squares += delta * (number - self.mean)

    def merge(self, other: Moments) -> Moments:
        count = self.count + other.count
        if count == 0:
            return Moments()
        delta = other.mean - self.mean
        mean = self.mean + delta * other.count / count
        between = delta * delta * self.count * other.count / count
        return Moments(count, mean, self.squares + other.squares + between)

    def spread(self) -> float:
        """The sample standard deviation; 0.0 below two numbers."""
        return sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0
