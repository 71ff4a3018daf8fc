"""Comparing: whether two stores know the same of everybody, bit for bit, folded from their logs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from penchant.core.instant import Instant
from penchant.core.ports import SaveSnapshots, Snapshot, Store
from penchant.profile.fold import Fold, Folded
from penchant.serve.population import EVERYONE, KEY, followed_to
from penchant.serve.shelf import Shelf
from penchant.serve.states import USER, from_the_start, rested, snapshot_of, with_readings

USERS = 500  # people whose snapshots are kept with one commit


@dataclass(frozen=True, slots=True)
class Compared:
    """How many people were compared, who differs, and whether the population does."""

    users: int
    differing: tuple[str, ...]
    population_differs: bool


class Comparison:
    """Folds the same log in two stores; what it folds in the second it keeps there as snapshots."""

    def __init__(
        self, one: Store, other: Store, fold: Fold, crowd: Fold, now: Callable[[], Instant]
    ) -> None:
        self._one, self._other = one, other
        self._shelves = Shelf(one, 100_000), Shelf(other, 100_000)
        self._fold, self._crowd = fold, crowd
        self._now = now

    def run(self, upto: int, progress: Callable[[int], None]) -> Compared:
        """Compare what the first holds up to a position with all that the other holds."""
        users = 0
        differing: list[str] = []
        for names in self._names():
            kept = []
            for name in names:
                one = self._person(self._one, self._shelves[0], name, upto)
                other = self._person(self._other, self._shelves[1], name)
                if self._fold.encode(one) != self._fold.encode(other):
                    differing.append(name)
                kept.append(self._snapshot(name, other))
            self._other.commit([SaveSnapshots(kept)])
            users += len(names)
            progress(users)
        return Compared(users, tuple(differing), self._population_differs(upto))

    def _names(self) -> Iterator[list[str]]:
        """People of either store, a page at a time."""
        after = ""
        while True:
            both = {*self._one.users(after, USERS), *self._other.users(after, USERS)}
            names = sorted(both)[:USERS]
            if not names:
                return
            yield names
            after = names[-1]

    def _person(self, store: Store, shelf: Shelf, name: str, upto: int | None = None) -> Folded:
        folded, tail = from_the_start(store, self._fold, name)
        shelf.refresh()  # after the tail: holds every item version its events found
        if upto is not None:
            tail = [logged for logged in tail if logged[0] <= upto]
        return self._fold.extend(folded, tail, shelf.find)

    def _snapshot(self, name: str, folded: Folded) -> Snapshot:
        snapshot = snapshot_of(USER, name, self._fold, folded, self._shelves[1].change)
        if self._other.keeps_readings:
            return with_readings(snapshot, self._fold, folded, self._now())
        return snapshot

    def _population_differs(self, upto: int) -> bool:
        one = self._everyone(self._one, self._shelves[0], upto)
        other = self._everyone(self._other, self._shelves[1])
        kept = snapshot_of(EVERYONE, KEY, self._crowd, other, 0)
        self._other.commit([SaveSnapshots([kept])])
        return self._crowd.encode(one) != self._crowd.encode(other)

    def _everyone(self, store: Store, shelf: Shelf, upto: int | None = None) -> Folded:
        folded = rested(self._crowd, store.base(EVERYONE, KEY))
        return followed_to(store, self._crowd, shelf, folded, upto)
