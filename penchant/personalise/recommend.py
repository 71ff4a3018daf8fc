"""Recommend: from candidates with scores to a slate with reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import TypeAlias

from penchant.core.instant import DAY, Instant
from penchant.core.slate import Choice, Reason
from penchant.profile.features.recent import Touch

POLICY = "covisitation+popularity"
FADE: Instant = 7 * DAY  # half-life in which an item already touched comes back
NOTHING = 0.01  # what is left of a score below that is nothing: the first two and a half hours

Scores: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Source:
    """One source of candidates: its weight beside the other sources, scores relative to ``best``,
    and what each score rests on."""

    name: str
    weight: float
    scores: Scores
    best: float
    because: Callable[[str], Sequence[str]]


def popularity_weight(touches: int) -> float:
    """The share of popularity beside co-visitation, after so many touches: 1/4 + 1/2 * 4 / (4 + n).

    What is popular decides nearly alone for a newcomer and a third after twenty touches; fitted to
    the best fixed shares by length of history (docs/design/004-first-decisions.md).

    >>> popularity_weight(0), popularity_weight(4), round(popularity_weight(20), 2)
    (0.75, 0.5, 0.33)
    """
    return 0.25 + 0.5 * 4 / (4 + touches)


def blend(sources: Sequence[Source], kept: Scores) -> dict[str, float]:
    """Score of every candidate in [0, 1]: the weighted mean of score / best over the sources.

    ``kept`` says what of an item's score remains where that is not all of it; 0.0 drops the item.
    A source without scores gives up its weight to the others, so that a slate from one source
    still reaches 1.
    """
    scores: dict[str, float] = {}
    for source, weight in _weighed(sources):
        best = source.best
        for item, score in source.scores.items():
            scores[item] = scores.get(item, 0.0) + weight * (score / best)
    for item, factor in kept.items():
        if item in scores:
            scores[item] = sum(share for _, share in _shares(item, sources, factor))
            if not scores[item]:
                del scores[item]
    return scores


def choose(
    count: int,
    scores: Scores,
    allowed: Callable[[str], bool],
    explained: Callable[[str], Choice],
) -> tuple[Choice, ...]:
    """The best ``count`` allowed candidates, best first, ties by item.

    Only as many are tested against the filter as the slate needs, in order of their scores.
    """
    passing = (item for item in best_first(scores, count) if allowed(item))
    return tuple(explained(item) for item in islice(passing, count))


def explain(item: str, sources: Sequence[Source], kept: float = 1.0) -> Choice:
    """One choice with its reasons; the score is exactly the sum of their shares."""
    why = tuple(
        Reason(source.name, share, tuple(source.because(item)))
        for source, share in _shares(item, sources, kept)
    )
    return Choice(item, sum((reason.share for reason in why), 0.0), 1.0, why)


def faded(touched: Iterable[Touch], now: Instant) -> dict[str, float]:
    """What the seen rule ``fade`` leaves of the score of items touched lately.

    1 - 2 ** -(age / 7 days) since the last touch: nothing at once, half after a week.
    """
    last = {touch.item: touch.at for touch in touched}
    left = {item: 1.0 - 2.0 ** (-max(now - at, 0) / FADE) for item, at in last.items()}
    return {item: share if share >= NOTHING else 0.0 for item, share in left.items()}


def best_first(scores: Scores, count: int) -> Iterator[str]:
    """Items by score, ties by item; sorted no further than a slate of ``count`` usually reaches."""

    def order(item: str) -> tuple[float, str]:
        return -scores[item], item

    first = nsmallest(4 * count, scores, key=order)
    yield from first
    if len(first) < len(scores):
        yield from sorted(scores, key=order)[len(first) :]


def _shares(item: str, sources: Sequence[Source], kept: float) -> list[tuple[Source, float]]:
    """What each source that speaks for an item adds to its score."""
    shares = (
        (source, weight * (source.scores.get(item, 0.0) / source.best) * kept)
        for source, weight in _weighed(sources)
    )
    return [(source, share) for source, share in shares if share > 0]


def _weighed(sources: Sequence[Source]) -> list[tuple[Source, float]]:
    """The sources that have something to say, with weights that sum to 1."""
    told = [source for source in sources if source.best > 0]
    total = sum(source.weight for source in told)
    return [(source, source.weight / total) for source in told]
