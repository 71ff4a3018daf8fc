"""Trend and season of a share: whether it rises or falls over time, or comes and goes with the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

from penchant.state.chisquare import above

LEAST = 20  # events of the name, and of all others, before anything is said
TILES = 3  # with events, at least
WIDTH = (
    1.6448536269514722  # standard errors on either side that hold the slope in nine of ten cases
)
QUARTERS = 4
YEARS = 2


@dataclass(frozen=True, slots=True)
class Trend:
    """By how much a share changes from tile to tile, where that lies with 90 %, and how likely by chance."""

    slope: float
    low: float
    high: float
    p: float


def trend(counts: Sequence[int], totals: Sequence[int]) -> Trend | None:
    """The trend of ``counts`` of ``totals``, tile by tile, the oldest first; ``None`` with too few.

    Too few are 20 events of the name or of all others, and tiles of three with events. Sources: the slope
    and its test are Armitage's (1955), for proportions that change evenly; where they scatter more
    than chance alone lets them, the error grows by that much (McCullagh, Nelder 1989, 4.5).

    >>> steady = trend([5, 5, 5, 5], [10, 10, 10, 10])
    >>> steady.slope, steady.p
    (0.0, 1.0)
    >>> rising = trend([1, 4, 6, 9], [10, 10, 10, 10])
    >>> round(rising.slope, 3), rising.low > 0
    (0.26, True)
    """
    told = [(at, c, n) for at, (c, n) in enumerate(zip(counts, totals, strict=True)) if n]
    events, every = sum(counts), sum(totals)
    if len(told) < TILES or events < LEAST or every - events < LEAST:
        return None
    share = events / every
    middle = sum(at * n for at, _, n in told) / every
    width = sum(n * (at - middle) ** 2 for at, _, n in told)
    slope = sum((c - n * share) * (at - middle) for at, c, n in told) / width
    variance = share * (1.0 - share)
    scatter = sum((c - n * (share + slope * (at - middle))) ** 2 / n for at, c, n in told)
    error = sqrt(max(variance, scatter / (len(told) - 2)) / width)
    reach = WIDTH * error
    return Trend(slope, slope - reach, slope + reach, erfc(abs(slope) / error / sqrt(2.0)))


@dataclass(frozen=True, slots=True)
class Season:
    """How often a name came in each quarter of the year, as a multiple of what its share lets expect, and
    how likely the quarters differ as much by chance."""

    ratios: tuple[float, ...]
    p: float


def season(counts: Sequence[int], totals: Sequence[int]) -> Season | None:
    """The season of ``counts`` of ``totals`` in the eight quarters of two years, from the first to the last.

    ``None`` where a quarter saw nothing at all, or with fewer than 20 events of the name or of all others.
    What both years share is measured by what differs between them: what came in one year only is no season.
    Pearson's test of four shares, its statistic divided by the scatter within quarters where that is more
    than chance.

    >>> spring = season([9, 1, 1, 1, 9, 1, 1, 1], [10] * 8)
    >>> [round(ratio, 2) for ratio in spring.ratios], spring.p < 0.001
    ([3.0, 0.33, 0.33, 0.33], True)
    >>> season([18, 1, 1, 1, 0, 1, 1, 1], [20] * 8).p > 0.05
    True
    """
    events, every = sum(counts), sum(totals)
    if not all(totals) or events < LEAST or every - events < LEAST:
        return None
    share = events / every
    ratios, between, within = [], 0.0, 0.0
    for part in range(QUARTERS):
        seen, of = sum(counts[part::QUARTERS]), sum(totals[part::QUARTERS])
        ratios.append(seen / (of * share))
        between += (seen - of * share) ** 2 / (of * share * (1.0 - share))
        rate = seen / of
        if 0.0 < rate < 1.0:
            within += sum(
                (c - n * rate) ** 2 / (n * rate * (1.0 - rate))
                for c, n in zip(counts[part::QUARTERS], totals[part::QUARTERS], strict=True)
            )
    scatter = max(within / (QUARTERS * (YEARS - 1)), 1.0)
    return Season(tuple(ratios), above(between / scatter, QUARTERS - 1))
