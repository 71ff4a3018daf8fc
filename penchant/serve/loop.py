"""The loop: policies of penchant shown to simulated people, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from random import Random

import penchant
from penchant.core.errors import InvalidEvent
from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.measure.ranking import Estimate, bootstrap, paired
from penchant.measure.simulation import Outcome, Simulation, Visit, closed_loop
from penchant.serve.engine import Penchant

PLACES = 10  # items of a slate
POLICIES = ("random", "popularity", "penchant")
BATCH = 5_000  # events written at once


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What worlds are compared in: people look around for ``warm`` days, then see slates."""

    users: int = 150
    items: int = 300
    seed: int = 1
    start: Instant
    warm: int = 14
    days: int = 14

    def simulation(self) -> Simulation:
        return Simulation(users=self.users, items=self.items, seed=self.seed, start=self.start)


def before(visits: Iterable[Visit], border: Instant) -> Iterator[Visit]:
    """The visits before an instant; the one after it is used up."""
    return takewhile(lambda visit: visit.at < border, visits)


def fill(p: Penchant, world: Simulation, events: Iterable[Event]) -> int:
    """Put the catalogue and events of a world into a store; how many events were new.

    Raises ``InvalidEvent`` where the world lies in the future.
    """
    p.put_items(item.to_dict() for item in world.catalogue())
    accepted = 0
    stream = iter(events)
    while batch := list(islice(stream, BATCH)):
        receipt = p.track_many(batch)
        for refused in receipt.rejected:
            raise InvalidEvent(refused.field, refused.reason)
        accepted += receipt.accepted
    return accepted


def play(policy: str, world: World) -> Outcome:
    """What one policy gets in a world of its own, on a store in memory."""
    now = [world.start]
    simulation = world.simulation()
    visits = simulation.visits()
    warm = world.start + world.warm * DAY
    with penchant.open(":memory:", clock=lambda: now[0], follow=False) as p:
        now[0] = warm
        fill(p, simulation, simulation.events(before(visits, warm)))
        names = [item.id for item in simulation.catalogue()]

        def decide(user: str, at: Instant) -> tuple[str, Sequence[str]]:
            now[0] = at
            request = f"{policy}-{user}-{at}"
            if policy == "random":
                return request, Random(request).sample(names, min(PLACES, len(names)))
            slate = p.trending(PLACES) if policy == "popularity" else p.user(user).recommend(PLACES)
            return request, [choice.item for choice in slate]

        lived = before(visits, warm + world.days * DAY)
        return closed_loop(simulation, lived, decide, p.track_many)


def compared(outcomes: dict[str, Outcome], one: str, other: str) -> Estimate:
    """By how many clicks per exposure ``one`` is better, user by user, with its interval."""
    return paired(outcomes[one].rates(), outcomes[other].rates(), Random(1))


def measured(outcome: Outcome) -> Estimate:
    """Clicks per exposure, the mean over users, with its interval."""
    return bootstrap(outcome.rates(), Random(1))
