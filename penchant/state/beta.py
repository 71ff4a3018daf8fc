"""The beta distribution: what is believed of a share after so many events for it and against it."""

from __future__ import annotations

from functools import cache
from math import exp, lgamma, log, log1p, log2, sqrt
from statistics import NormalDist

_TINY = 1e-300
_CLOSE = 1e-12
_TERMS = 1_000  # of the continued fraction; it takes some sqrt(a + b)
_STEPS = 100  # halvings at most: beyond 60 the two ends are neighbouring floats
_NORMAL = NormalDist()
_TAILS = 0.05, 0.95
_LEAST, _MOST, _STEPS_A_DOUBLING = -7, 9, 2  # log2 of a, in the table of intervals
_MEANS_A_HALF = 5  # columns of the table: means of 0 to a half


def below(share: float, a: float, b: float) -> float:
    """P(X <= share) for X ~ Beta(a, b): the regularised incomplete beta function I_share(a, b).

    ``a`` and ``b`` are above 0. Source: DLMF 8.17.22 by Lentz's method, and 8.17.4 where it
    converges faster.

    >>> round(below(0.5, 2.0, 2.0), 12), below(0.0, 3.0, 1.0), below(1.0, 3.0, 1.0)
    (0.5, 0.0, 1.0)
    """
    if share <= 0.0:
        return 0.0
    if share >= 1.0:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(share) + b * log1p(-share))
    if share < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(share, a, b) / a
    return 1.0 - front * _fraction(1.0 - share, b, a) / b


def quantile(level: float, a: float, b: float) -> float:
    """The share that X ~ Beta(a, b) does not exceed with probability ``level``, in [0, 1].

    To a part in ten million of the way to 0 or 1, whichever is nearer. Newton's method from the normal
    approximation, between two ends that close in; where it would leave them, halving.

    >>> round(quantile(0.5, 3.0, 3.0), 9), round(quantile(0.05, 1.0, 1.0), 9)
    (0.5, 0.05)
    """
    low, high = 0.0, 1.0
    total = a + b
    share = a / total + _NORMAL.inv_cdf(level) * sqrt(a * b / (total + 1.0)) / total
    if not 0.0 < share < 1.0:
        share = a / total * level
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    for _ in range(_STEPS):
        gap = below(share, a, b) - level
        if gap > 0.0:
            high = share
        else:
            low = share
        density = exp(scale + (a - 1.0) * log(share) + (b - 1.0) * log1p(-share))
        following = share - gap / density if density > _TINY else low
        if not low < following < high:
            following = (low + high) / 2.0
        if abs(following - share) <= 1e-7 * min(following, 1.0 - following) or following in (
            low,
            high,
        ):
            return following
        share = following
    return share


def interval(a: float, b: float) -> tuple[float, float]:
    """Where X ~ Beta(a, b) lies with a probability of 90 %, 5 % on either side.

    ``a`` + ``b`` is 2 or more; then each end is right to .005 of a share, .015 where one of them is below
    a half: it is interpolated, in standard deviations from the mean, between quantiles that are
    computed once. A profile has dozens of intervals; by :func:`quantile` they would take ten times as long.

    >>> [round(end, 2) for end in interval(30.0, 70.0)]
    [0.23, 0.38]
    >>> [round(quantile(level, 30.0, 70.0), 2) for level in (0.05, 0.95)]
    [0.23, 0.38]
    """
    if a > b:
        low, high = interval(b, a)
        return 1.0 - high, 1.0 - low
    total = a + b
    mean = a / total
    row = (min(max(log2(a), _LEAST), _MOST) - _LEAST) * _STEPS_A_DOUBLING
    column = mean * 2 * _MEANS_A_HALF
    table = _table()
    above, left = min(int(row), len(table) - 2), min(int(column), _MEANS_A_HALF - 1)
    down, right = row - above, column - left
    ends = (
        _between(
            _between(table[above][left][tail], table[above][left + 1][tail], right),
            _between(table[above + 1][left][tail], table[above + 1][left + 1][tail], right),
            down,
        )
        for tail in (0, 1)
    )
    deviation = sqrt(mean * (1.0 - mean) / (total + 1.0))
    low, high = (mean + deviation * end for end in ends)
    low = min(max(low, 0.0), 1.0)
    return low, min(max(high, low), 1.0)


def _between(one: float, other: float, part: float) -> float:
    return one + (other - one) * part


@cache
def _table() -> list[list[tuple[float, ...]]]:
    """Both quantiles in standard deviations from the mean, by the logarithm of a and by the mean."""
    return [
        [
            _standardised(
                2.0 ** (_LEAST + step / _STEPS_A_DOUBLING), max(mean, 0.002) / _MEANS_A_HALF / 2
            )
            for mean in range(_MEANS_A_HALF + 1)
        ]
        for step in range((_MOST - _LEAST) * _STEPS_A_DOUBLING + 1)
    ]


def _standardised(a: float, mean: float) -> tuple[float, ...]:
    b = a * (1.0 - mean) / mean
    deviation = sqrt(mean * (1.0 - mean) / (a + b + 1.0))
    return tuple((quantile(level, a, b) - mean) / deviation for level in _TAILS)


def _fraction(share: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function."""
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * share / (a + 1.0))
    total = d
    for m in range(1, _TERMS):
        even = m * (b - m) * share / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / _away(1.0 + even * d)
        c = _away(1.0 + even / c)
        total *= c * d
        odd = -(a + m) * (a + b + m) * share / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _away(1.0 + odd * d)
        c = _away(1.0 + odd / c)
        step = c * d
        total *= step
        if abs(step - 1.0) < _CLOSE:
            break
    return total


def _away(value: float) -> float:
    """A divisor that is not zero."""
    return value if abs(value) > _TINY else _TINY
