"""Decisions: from a person's states and what everyone does to slates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant
from penchant.core.names import check_name
from penchant.core.settings import SEEN
from penchant.core.slate import Choice, Slate
from penchant.core.suggestion import closest
from penchant.personalise import where as filters
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.personalise.candidates.popularity import LEADERS, Popularity
from penchant.personalise.next_action import Prediction, others_of, predict
from penchant.personalise.recommend import (
    POLICY,
    Source,
    blend,
    choose,
    explain,
    faded,
    popularity_weight,
)
from penchant.profile.features.actions import Habit
from penchant.profile.features.recent import Touch
from penchant.profile.fold import Fold, Folded
from penchant.profile.successions import Successions
from penchant.serve.population import Population
from penchant.serve.shelf import Shelf

MOST = 500  # choices a slate may hold


@dataclass(frozen=True, slots=True)
class History:
    """What a decision knows of the person: latest touches, oldest first; items to leave out."""

    touches: Sequence[Touch]
    hidden: frozenset[str] = frozenset()

    def items(self) -> list[str]:
        """Chosen items, newest first, with repeats: also those that were liked little."""
        return [touch.item for touch in reversed(self.touches) if touch.chosen]


class Decisions:
    """Reads population and catalogue; changes nothing."""

    def __init__(
        self,
        population: Population,
        fold: Fold,
        shelf: Shelf,
        new_request: Callable[[Instant], str],
        now: Callable[[], Instant],
    ) -> None:
        self._population = population
        self._fold = fold
        self._shelf = shelf
        self._new_request = new_request
        self._now = now
        self._leaders: tuple[int, dict[str, float]] = (-1, {})
        self._popularity = fold.feature(Popularity)
        self._covisitation = fold.feature(Covisitation)
        self._successions = fold.feature(Successions)

    def recommend(
        self, count: int, history: History, where: Mapping[str, Any] | None, seen: str
    ) -> Slate:
        """The best ``count`` items for a history."""
        check_count(count)
        allowed = self._allowed(where)
        categories = filters.categories_of(where)
        now = self._now()

        def decide(folded: Folded) -> tuple[Choice, ...]:
            chosen = self._choose(
                count, self._sources(folded, history, categories), history, allowed, seen, now
            )
            if len(chosen) < count and categories is None:
                # The leaders were filtered or seen: look at everything.
                everything = self._sources(folded, history, None, everything=True)
                chosen = self._choose(count, everything, history, allowed, seen, now)
            return chosen

        return self._slate(self._population.read(decide), now)

    def rank(self, items: Sequence[str], history: History, scores: Sequence[float] | None) -> Slate:
        """The given items, each exactly once, best first; without evidence their order stays."""
        check_items("items", items)
        given = check_scores(items, scores)
        now = self._now()

        def decide(folded: Folded) -> tuple[Choice, ...]:
            sources = self._given_sources(folded, history, items)
            if given is not None:
                best = max(given.values(), default=0.0)
                sources = [*sources, Source("given", 1.0, given, best, _nothing)]
            return tuple(explain(item, sources) for item in items)

        choices = self._population.read(decide)
        return self._slate(sorted(choices, key=lambda choice: -choice.score), now)

    def explain(self, item: str, history: History, seen: str) -> Choice:
        """What would be the score of one item in a slate for this history, and why."""
        check_name("item", item)
        now = self._now()
        kept = self._kept(history, seen, now)

        def decide(folded: Folded) -> Choice:
            return explain(item, self._given_sources(folded, history, [item]), kept.get(item, 1.0))

        return self._population.read(decide)

    def trending(self, count: int, where: Mapping[str, Any] | None) -> Slate:
        """What is popular lately, without regard to a person."""
        return self.recommend(count, History(()), where, "keep")

    def next(self, after: Sequence[str], count: int, where: Mapping[str, Any] | None) -> Slate:
        """What tends to follow the items, the last of which was touched last."""
        check_items("after", after)
        check_count(count)
        history = History([Touch(0, item, 1.0) for item in after])
        allowed = self._allowed(where)

        def decide(folded: Folded) -> tuple[Choice, ...]:
            source = self._near(folded, history)
            return self._choose(count, [source], history, allowed, "keep", 0)

        return self._slate(self._population.read(decide), self._now())

    def next_actions(self, user: str, role: str, own: Habit, count: int) -> tuple[Prediction, ...]:
        """What the person is about to do, from their own habit and what others do."""
        check_count(count)

        def decide(folded: Folded) -> tuple[Prediction, ...]:
            state = self._fold.state(folded, "successions")
            others = others_of(self._successions, state, user, role, own, count)
            return predict(own, others, count)

        return self._population.read(decide)

    def similar(self, item: str, count: int, where: Mapping[str, Any] | None) -> Slate:
        """Items touched by the same people at about the same time, before it or after; never the
        item itself."""
        allowed = self._allowed(where)
        check_count(count)

        def decide(folded: Folded) -> tuple[Choice, ...]:
            around = self._covisitation.around(self._fold.state(folded, "covisitation"), item)
            best = max(around.values(), default=0.0)
            source = Source("covisitation", 1.0, around, best, lambda _: (item,))
            return self._choose(count, [source], History(()), allowed, "keep", 0)

        return self._slate(self._population.read(decide), self._now())

    def knows(self, item: str) -> bool:
        """Whether the catalogue or any event has named the item."""
        self._shelf.refresh()
        if self._shelf.current(item) is not None:
            return True
        return self._population.read(
            lambda folded: (
                item in self._fold.state(folded, "popularity").weights
                or item in self._fold.state(folded, "covisitation").rows
            )
        )

    def _sources(
        self,
        folded: Folded,
        history: History,
        categories: Sequence[str] | None,
        everything: bool = False,
    ) -> list[Source]:
        state = self._fold.state(folded, "popularity")
        if categories is not None:
            ids = chain.from_iterable(map(self._shelf.of_category, categories))
            popular = self._popularity.among(state, ids)
        elif everything:
            popular = self._popularity.among(state, state.weights)
        else:
            popular = self._leading(folded)
        best = max(popular.values(), default=0.0)
        return [self._near(folded, history), _popular(popular, best, history)]

    def _leading(self, folded: Folded) -> dict[str, float]:
        """The leaders of popularity, sorted once for every state of the population."""
        upto, leading = self._leaders
        if upto != folded.upto:
            state = self._fold.state(folded, "popularity")
            leading = dict(self._popularity.top(state, LEADERS))
            self._leaders = folded.upto, leading
        return leading

    def _given_sources(
        self, folded: Folded, history: History, items: Sequence[str]
    ) -> list[Source]:
        state = self._fold.state(folded, "popularity")
        popular = {item: max(state.weights.get(item, 0.0), 0.0) for item in items}
        leading = next(iter(self._leading(folded).values()), 0.0)
        best = max([*popular.values(), leading])
        return [self._near(folded, history), _popular(popular, best, history)]

    def _near(self, folded: Folded, history: History) -> Source:
        state = self._fold.state(folded, "covisitation")
        items = history.items()
        query = self._covisitation.query(state, items)
        scores = self._covisitation.scores(state, query)
        return Source(
            "covisitation",
            1.0 - popularity_weight(len(items)),
            scores,
            max(scores.values(), default=0.0),
            lambda item: self._covisitation.because(state, query, item),
        )

    def _choose(
        self,
        count: int,
        sources: Sequence[Source],
        history: History,
        allowed: Callable[[str], bool],
        seen: str,
        now: Instant,
    ) -> tuple[Choice, ...]:
        kept = self._kept(history, seen, now)
        scores = blend(sources, kept)
        self._shelf.fetch(scores if len(scores) <= 4 * count else ())
        return choose(
            count, scores, allowed, lambda item: explain(item, sources, kept.get(item, 1.0))
        )

    def _kept(self, history: History, seen: str, now: Instant) -> dict[str, float]:
        check_seen(seen)
        if seen == "hide":
            return dict.fromkeys(history.hidden, 0.0)
        return faded(history.touches, now) if seen == "fade" else {}

    def _allowed(self, where: Mapping[str, Any] | None) -> Callable[[str], bool]:
        passes = filters.compile(where)
        shelf = self._shelf
        shelf.refresh()
        return lambda item: passes(shelf.current(item)) and not shelf.removed(item)

    def _slate(self, choices: Sequence[Choice], now: Instant) -> Slate:
        return Slate(self._new_request(now), tuple(choices), POLICY, None, now)


def check_count(count: object) -> None:
    """Raise ``InvalidArgument`` unless ``count`` is a whole number from 1 to 500."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST:
        raise InvalidArgument("count", f"expected a whole number from 1 to {MOST}, got {count!r}")


def check_seen(seen: object) -> None:
    """Raise ``InvalidArgument`` unless ``seen`` names a seen rule."""
    if seen not in SEEN:
        near = closest(seen, SEEN) if isinstance(seen, str) else ""
        raise InvalidArgument("seen", f"expected one of {', '.join(SEEN)}, got {seen!r}{near}")


def check_items(field: str, items: Sequence[str]) -> None:
    """Raise ``InvalidArgument`` unless ``items`` are 1 to 500 item ids; they may repeat."""
    if isinstance(items, str | bytes) or not isinstance(items, Sequence):
        raise InvalidArgument(field, f"expected a list of item ids, got {repr(items)[:60]}")
    if not 1 <= len(items) <= MOST:
        raise InvalidArgument(field, f"expected 1 to {MOST} item ids, got {len(items)}")
    for place, item in enumerate(items):
        check_name(f"{field}[{place}]", item)


def check_scores(items: Sequence[str], scores: Sequence[float] | None) -> dict[str, float] | None:
    """Given scores by item. Raises ``InvalidArgument`` for an item named twice, and unless the
    scores are as many as the items, finite and not negative."""
    if len(set(items)) < len(items):
        raise InvalidArgument("items", "names an item twice; every item is ranked once")
    if scores is None:
        return None
    if not isinstance(scores, list | tuple) or len(scores) != len(items):
        raise InvalidArgument("scores", f"expected {len(items)} numbers, one per item")
    for place, score in enumerate(scores):
        if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score < 1e300:
            raise InvalidArgument(
                f"scores[{place}]", f"expected a number of at least 0, got {score!r}"
            )
    return dict(zip(items, map(float, scores), strict=True))


def _popular(weights: dict[str, float], best: float, history: History) -> Source:
    weight = popularity_weight(len(history.items()))
    return Source("popularity", weight, weights, best, _nothing)


def _nothing(item: str) -> Sequence[str]:
    return ()
