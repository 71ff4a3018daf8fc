"""The chi-square distribution: how rarely chance alone goes so far."""

from __future__ import annotations

from functools import cache
from math import exp, lgamma, log

_CLOSE = 1e-13
_TERMS = 10_000  # of either sum; they take some sqrt(freedom)
_HALVINGS = 60
_TINY = 1e-300


def above(statistic: float, freedom: float) -> float:
    """P(X >= statistic) for X ~ chi-square with ``freedom`` > 0 degrees, whole or not; in [0, 1].

    Source: the regularised incomplete gamma function Q(freedom / 2, statistic / 2): DLMF 8.11.4 below
    its middle, the continued fraction 8.9.2 by Lentz's method above.

    >>> round(above(3.841458820694124, 1), 9), above(0.0, 5)
    (0.05, 1.0)
    """
    if statistic <= 0.0:
        return 1.0
    a, x = freedom / 2.0, statistic / 2.0
    front = exp(a * log(x) - x - lgamma(a))
    return 1.0 - front * _series(a, x) if x < a + 1.0 else front * _fraction(a, x)


@cache
def exceeded(level: float, freedom: int) -> float:
    """The statistic that chance alone exceeds with probability ``level``, in (0, 1).

    Computed once for each pair.

    >>> round(exceeded(0.05, 1), 6)
    3.841459
    """
    low, high = 0.0, freedom + 1.0
    while above(high, freedom) > level:
        high *= 2.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if above(middle, freedom) > level else (low, middle)
    return high


def _series(a: float, x: float) -> float:
    term = total = 1.0 / a
    for n in range(1, _TERMS):
        term *= x / (a + n)
        total += term
        if term < total * _CLOSE:
            break
    return total


def _fraction(a: float, x: float) -> float:
    b = x + 1.0 - a
    c, d = 1.0 / _TINY, 1.0 / b
    total = d
    for n in range(1, _TERMS):
        term = n * (a - n)
        b += 2.0
        d = 1.0 / _away(term * d + b)
        c = _away(b + term / c)
        total *= c * d
        if abs(c * d - 1.0) < _CLOSE:
            break
    return total


def _away(value: float) -> float:
    """A divisor that is not zero."""
    return value if abs(value) > _TINY else _TINY
