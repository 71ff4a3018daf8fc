"""Ranking: where the items that were chosen stood in a list, and how sure that figure is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from random import Random

DRAWS = 1_000


def rank(target: str, scores: Mapping[str, float], hidden: Collection[str] = ()) -> float | None:
    """The place of ``target`` counted from 0, equal scores sharing their mean place.

    rank = #(score > target's) + (#(score = target's) - 1) / 2 over all items but the hidden ones.
    ``None``, a miss, where the target is hidden, has no score, or one of 0 or less: a sparse source
    says nothing of such an item. Full ranking: sampled negatives change which method wins
    (Krichene and Rendle 2020).

    >>> rank("b", {"a": 3.0, "b": 2.0, "c": 2.0}), rank("b", {"a": 3.0, "b": 2.0}, {"a"})
    (1.5, 0.0)
    >>> rank("z", {"a": 3.0}) is None
    True
    """
    score = scores.get(target, 0.0)
    if score <= 0 or target in hidden:
        return None
    rivals = [other for item, other in scores.items() if other >= score and item not in hidden]
    equal = rivals.count(score)
    return len(rivals) - equal + (equal - 1) / 2


def ndcg(place: float | None, k: int = 10) -> float:
    """NDCG@k of one relevant item at a 0-based ``place``: 1 / log2(place + 2) if place < k, else 0.

    A miss (``None``) is 0. With one relevant item the ideal is 1, so that no division is left.
    Source: Järvelin and Kekäläinen 2002.

    >>> ndcg(0.0), ndcg(2.0), ndcg(10.0), ndcg(None)
    (1.0, 0.5, 0.0, 0.0)
    """
    return 1.0 / log2(place + 2.0) if place is not None and place < k else 0.0


def recall(place: float | None, k: int = 10) -> float:
    """Recall@k of one relevant item: 1 if it stands among the first ``k``, else 0.

    >>> recall(9.0), recall(9.5), recall(10.0), recall(None)
    (1.0, 1.0, 0.0, 0.0)
    """
    return 1.0 if place is not None and place < k else 0.0


def reciprocal_rank(place: float | None, k: int = 20) -> float:
    """What one relevant item adds to MRR@k: 1 / (place + 1) if place < k, else 0.

    >>> reciprocal_rank(0.0), reciprocal_rank(3.0), reciprocal_rank(20.0), reciprocal_rank(None)
    (1.0, 0.25, 0.0, 0.0)
    """
    return 1.0 / (place + 1.0) if place is not None and place < k else 0.0


def ndcg_of(gains: Sequence[float], k: int = 10) -> float:
    """NDCG@k of a whole list: sum of gain / log2(place + 2), over that of the ideal order.

    ``gains`` (>= 0) in the order shown, of everything that could have been shown. 0.0 where no
    item has a gain. Source: Järvelin and Kekäläinen 2002, with linear gains.

    >>> ndcg_of([3.0, 2.0, 0.0]), ndcg_of([0.0, 0.0, 1.0]), ndcg_of([])
    (1.0, 0.5, 0.0)
    """
    ideal = _discounted(sorted(gains, reverse=True)[:k])
    return _discounted(gains[:k]) / ideal if ideal > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the interval that holds it in 95 of 100 samples."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float], rng: Random, *, draws: int = DRAWS) -> Estimate:
    """Mean of ``values``, one a user, with a 95 % percentile interval.

    Users are drawn with replacement ``draws`` times; the interval runs from the 2.5th to the 97.5th
    percentile of the means. For a *paired* comparison hand in the differences by user. Raises
    ``ValueError`` without values. Source: Efron and Tibshirani 1993, chapter 13.

    >>> bootstrap([1.0, 1.0], Random(1))
    Estimate(mean=1.0, low=1.0, high=1.0)
    """
    if not values:
        raise ValueError("a mean of no values is not defined; hand in one value a user")
    count = len(values)
    means = sorted(sum(rng.choices(values, k=count)) / count for _ in range(draws))
    return Estimate(
        sum(values) / count, means[int(0.025 * (draws - 1))], means[round(0.975 * (draws - 1))]
    )


def paired(
    ours: Sequence[float], theirs: Sequence[float], rng: Random, *, draws: int = DRAWS
) -> Estimate:
    """By how much ``ours`` is better than ``theirs``, both by user in the same order.

    Drawing the differences keeps what makes a user easy or hard for both out of the interval.

    >>> paired([0.5, 1.0], [0.25, 0.75], Random(1))
    Estimate(mean=0.25, low=0.25, high=0.25)
    """
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    return bootstrap(differences, rng, draws=draws)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / log2(place + 2.0) for place, gain in enumerate(gains))
