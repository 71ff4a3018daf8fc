"""The parts of an engine, and how they hang together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

from penchant.core.admission import Edge
from penchant.core.errors import StoreUnavailable
from penchant.core.instant import Instant
from penchant.core.kinds import Kinds
from penchant.core.settings import Settings
from penchant.io import forks, system
from penchant.io.stores.archived import ArchivedStore
from penchant.io.stores.postgres_address import shown
from penchant.profile.fold import Fold
from penchant.profile.profile import Profile
from penchant.serve.decisions import Decisions
from penchant.serve.folds import crowd_fold, person_fold
from penchant.serve.follower import Follower
from penchant.serve.intake import Intake
from penchant.serve.metered import MeteredStore
from penchant.serve.population import Population
from penchant.serve.shelf import Shelf
from penchant.serve.states import States
from penchant.serve.versions import Versions
from penchant.serve.writer import Writer

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive


@dataclass(frozen=True, slots=True, repr=False)
class Parts:
    """The parts of an engine, for whatever works on several of them: doctor, check, rebuild."""

    place: str  # as it is shown, without a password
    address: str
    settings: Settings
    kinds: Kinds
    store: MeteredStore
    archive: Archive | None
    fold: Fold
    crowd: Fold
    shelf: Shelf
    writer: Writer
    versions: Versions
    states: States
    population: Population
    decisions: Decisions
    follower: Follower
    intake: Intake
    edge: Edge
    now: Callable[[], Instant]
    profiles: dict[str, Profile] = field(default_factory=dict)

    def leave_behind(self) -> None:
        """In a process that was forked off: raise from every call of what has threads or files."""
        for name in ("store", "shelf", "writer", "states", "population", "decisions", "follower"):
            object.__setattr__(self, name, _LeftBehind(self.place))


class _LeftBehind:
    """Stands for a part in a process that was forked off: the threads of the real one are not here."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __getattr__(self, name: str) -> NoReturn:
        raise StoreUnavailable(forks.left_behind(self._place))


def assemble(
    place: str, opened: ArchivedStore, settings: Settings, kinds: Kinds, now: Callable[[], Instant]
) -> Parts:
    """The parts upon an opened store; no thread but the writer's is running."""
    store = MeteredStore(opened)
    shelf = Shelf(store, settings.cache_items)
    fold = person_fold(settings, kinds)
    crowd = crowd_fold(settings, kinds)
    versions = Versions(store.version)  # the shelf has to see what was read after it was told one
    population = Population(store, crowd, shelf, versions.now)
    writer = Writer(store, settings.queue_capacity, lambda due: follower.sweep(due))
    states = States(store, fold, shelf, writer, settings.cache_users, now, versions.now)
    zone = ZoneInfo(settings.zone)
    edge = Edge(kinds, zone, settings.strict_kinds, now, system.event_id, population.zone_of)
    follower = Follower(population, states, writer)
    decisions = Decisions(population, crowd, shelf, system.request_id, now)
    return Parts(
        place=shown(place),
        address=place,
        settings=settings,
        kinds=kinds,
        store=store,
        archive=opened.archive,
        fold=fold,
        crowd=crowd,
        shelf=shelf,
        writer=writer,
        versions=versions,
        states=states,
        population=population,
        decisions=decisions,
        follower=follower,
        intake=Intake(edge),
        edge=edge,
        now=now,
    )
