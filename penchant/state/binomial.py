"""Binomial counts: how surprising they are, how sure a share is, which of many findings stand."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, log1p, sqrt

Z = 1.64  # the lower bound then holds in 95 of 100 samples


def tail(successes: int, trials: int, chance: float) -> float:
    """P(X >= successes) of a binomial count with ``trials`` and ``chance`` in [0, 1].

    Exact to rounding: terms are summed from the bound away from the mean, each by its ratio to the one
    before. Raises ``ValueError`` outside 0 <= successes <= trials.

    >>> round(tail(3, 4, 0.5), 6), tail(0, 4, 0.5), tail(2, 2, 0.0)
    (0.3125, 1.0, 0.0)
    """
    if not 0 <= successes <= trials or not 0 <= chance <= 1:
        raise ValueError(f"expected 0 <= {successes} <= {trials} and {chance} from 0 to 1")
    if successes == 0 or chance == 1:
        return 1.0
    if chance == 0:
        return 0.0
    if successes > trials * chance:
        return min(_sum_upwards(successes, trials, chance), 1.0)
    # P(X < s) is the chance of more than trials - s failures
    return max(1.0 - _sum_upwards(trials - successes + 1, trials, 1 - chance), 0.0)


def lower_bound(successes: float, trials: float, z: float = Z) -> float:
    """The share that is at least behind ``successes`` of ``trials``; 0.0 without trials.

    Wilson's lower bound. Source: Wilson 1927; z 1.64 is 95 % on one side.

    >>> round(lower_bound(9, 10), 3), round(lower_bound(90, 100), 3), lower_bound(0, 0)
    (0.653, 0.84, 0.0)
    """
    if trials <= 0:
        return 0.0
    share = successes / trials
    middle = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return max((middle - reach) / (1 + z * z / trials), 0.0)


def discoveries(chances: Sequence[float], tests: int, rate: float = 0.05) -> list[bool]:
    """Which of these p-values stand so that at most ``rate`` of those that do are false, on average.

    ``tests`` says how many hypotheses were looked at, those with p-values not worth computing
    included. Source: Benjamini and Hochberg 1995.

    >>> discoveries([0.001, 0.2, 0.012], 4)
    [True, False, True]
    """
    ordered = sorted(chances)
    border = -1.0
    for place, chance in enumerate(ordered, start=1):
        if chance <= rate * place / tests:
            border = chance
    return [chance <= border for chance in chances]


def _sum_upwards(first: int, trials: int, chance: float) -> float:
    """The sum of the terms from ``first`` on, which lies above the mean: they fall."""
    odds = chance / (1 - chance)
    term = exp(
        lgamma(trials + 1)
        - lgamma(first + 1)
        - lgamma(trials - first + 1)
        + first * log(chance)
        + (trials - first) * log1p(-chance)
    )
    total = 0.0
    for count in range(first, trials + 1):
        total += term
        term *= (trials - count) / (count + 1) * odds
        if term < total * 1e-17:
            break
    return total
