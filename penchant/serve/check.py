"""Check: the states as they are served equal a replay of the log, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from penchant.core.ports import Store
from penchant.profile.fold import Fold, Folded
from penchant.serve.population import Population
from penchant.serve.states import States

PAGE = 1_000  # users looked at between two words of progress


@dataclass(frozen=True, slots=True)
class Checked:
    """How many users were compared, whose states differ, and whether the population's do."""

    users: int
    differing: tuple[str, ...]
    population_differs: bool

    @property
    def passed(self) -> bool:
        return not self.differing and not self.population_differs

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "passed": self.passed}


def check(
    store: Store,
    fold: Fold,
    states: States,
    crowd: Fold,
    population: Population,
    progress: Callable[[int], None],
) -> Checked:
    """Compare every user and the population with their replay; reads only.

    Events that arrive meanwhile are left out of the replay as far as the live states lack them. A
    difference is looked at twice: an item may have arrived between state and replay.
    """
    users = 0
    differing: list[str] = []
    after = ""
    while names := store.users(after, PAGE):
        for user in names:
            if _differs(user, fold, states) and _differs(user, fold, states):
                differing.append(user)
        users += len(names)
        after = names[-1]
        progress(users)
    population.catch_up()
    live_upto, live_crowd = population.read(lambda folded: _encoded(crowd, folded))
    replayed = crowd.encode(population.replayed(live_upto))
    return Checked(users, tuple(differing), replayed != live_crowd)


def _differs(user: str, fold: Fold, states: States) -> bool:
    upto, live = states.read(user, lambda folded: _encoded(fold, folded))
    return fold.encode(states.replayed(user, upto=upto)) != live


def _encoded(fold: Fold, folded: Folded) -> tuple[int, bytes]:
    return folded.upto, fold.encode(folded)
