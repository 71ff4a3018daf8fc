"""Quantiles of a few numbers, and where another number stands among them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

STEPS = 20  # parts into which the numbers are divided


def quantiles(numbers: Sequence[float]) -> list[float]:
    """The smallest number, those with a twentieth, two twentieths ... of the others below, the largest.

    >>> quantiles([3.0, 1.0, 2.0])[::10]
    [1.0, 2.0, 3.0]
    >>> quantiles([])
    []
    """
    ordered = sorted(numbers)
    if not ordered:
        return []
    last = len(ordered) - 1
    return [_at(ordered, last * step / STEPS) for step in range(STEPS + 1)]


def rank(number: float, known: Sequence[float]) -> float:
    """The share of numbers below, in [0, 1], of which ``known`` are the quantiles; ties count half.

    .5 where nothing is known.

    >>> rank(2.5, quantiles([1.0, 2.0, 3.0])), rank(0.0, quantiles([1.0, 2.0]))
    (0.75, 0.0)
    """
    if not known:
        return 0.5
    first, after = bisect_left(known, number), bisect_right(known, number)
    if after > first:  # it is one of them, or several
        place = (first + after - 1) / 2
    elif first in (0, len(known)):
        place = min(first, len(known) - 1)
    else:
        low, high = known[first - 1], known[first]
        place = first - 1 + (number - low) / (high - low)
    return place / (len(known) - 1)


def _at(ordered: Sequence[float], place: float) -> float:
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
