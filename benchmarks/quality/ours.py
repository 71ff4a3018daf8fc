"""Penchant's own candidates and blend, run through the classes that serve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from benchmarks.quality.logs import Case
from penchant.core.event import Event
from penchant.core.instant import DAY
from penchant.measure.ranking import rank
from penchant.personalise.candidates.covisitation import Covisitation
from penchant.personalise.candidates.popularity import Popularity
from penchant.personalise.recommend import Source, blend, popularity_weight
from penchant.profile.feature import Feature
from penchant.profile.fold import Fold, Folded
from penchant.serve.configuration import read_kinds

Places = list[float | None]
HALF_LIVES = (1, 3, 7, 30, 36_500)  # days, of the popularity rule
LATEST = 28  # days of the prequential test


class Model:
    """Popularities of several half-lives beside the co-visitation with its defaults."""

    def __init__(self, half_lives: Sequence[int] = HALF_LIVES) -> None:
        self.popularities = {days: Popularity(timedelta(days=days)) for days in half_lives}
        self.covisitation = Covisitation()
        features: list[Feature[Any]] = [*self.popularities.values(), self.covisitation]
        self.fold = Fold(features, read_kinds(":memory:", "general"))
        self.folded: Folded = self.fold.zero()

    def learn(self, events: Iterable[Event]) -> None:
        for event in events:
            self.fold.step(self.folded, self.folded.upto + 1, event, None)

    def scores(self, history: Sequence[str]) -> dict[str, Mapping[str, float]]:
        """Scores of all items by row of the table; the history is newest first."""
        states = dict(zip(self.fold.features, self.folded.states, strict=True))
        found: dict[str, Mapping[str, float]] = {
            _popular(days): states[feature].weights for days, feature in self.popularities.items()
        }
        state = states[self.covisitation]
        near = self.covisitation.scores(state, self.covisitation.query(state, history))
        found["co-visitation"] = near
        found["penchant: the blend that serves"] = blend(self._sources(near, states, history), {})
        return found

    def _sources(
        self, near: Mapping[str, float], states: Mapping[Any, Any], history: Sequence[str]
    ) -> list[Source]:
        weight = popularity_weight(len(history[:24]))  # a profile remembers 24 touches
        popular = {
            item: value for item, value in states[self.popularities[1]].weights.items() if value > 0
        }
        return [
            Source("covisitation", 1 - weight, near, max(near.values(), default=0.0), _nothing),
            Source("popularity", weight, popular, max(popular.values(), default=0.0), _nothing),
        ]


def leave_last_out(events: Sequence[Event], cases: Sequence[Case]) -> dict[str, Places]:
    """Places of the targets by row, from a model fitted once."""
    model = Model()
    model.learn(events)
    places: dict[str, Places] = {}
    for case in cases:
        for name, scores in model.scores(case.history).items():
            places.setdefault(name, []).append(rank(case.target, scores, set(case.history)))
    return places


def prequential(
    events: Sequence[Event], *, before: int = 0, every: int = 1
) -> tuple[dict[str, Places], list[str]]:
    """Each event of 28 days scored, then learned from; with the user of each.

    The 28 days end ``before`` days before the last event: settings are chosen on the 28 days
    before the tested ones.
    """
    end = events[-1].at - before * DAY
    model = Model()
    histories: dict[str, list[str]] = {}
    places: dict[str, Places] = {}
    users: list[str] = []
    for number, event in enumerate(events):
        if event.at > end:
            break
        history = histories.setdefault(event.user, [])
        if event.at > end - LATEST * DAY and number % every == 0:
            users.append(event.user)
            for name, scores in model.scores(history).items():
                places.setdefault(name, []).append(rank(str(event.item), scores, set(history)))
        model.learn((event,))
        history.insert(0, str(event.item))
    return places, users


def _popular(days: int) -> str:
    return "popularity, all time" if days > 10_000 else f"popularity, half-life {days} d"


def _nothing(item: str) -> Sequence[str]:
    return ()
