"""Simulation: people with tastes that drift visit, look, click by place and liking, and buy.

Nothing here knows a clock or global chance: the same seed and start give the same world, the same
visits and the same events on any machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import accumulate
from random import Random

from penchant.core.event import Event
from penchant.core.instant import DAY, HOUR, SECOND, Instant
from penchant.core.item import Item

CATEGORIES = (
    "tea", "books", "garden", "kitchen", "music", "games", "camping", "running",
    "cycling", "art", "pets", "wool",
)  # fmt: skip
TAGS = (
    "gift", "small", "large", "local", "organic", "vintage", "new", "handmade", "quiet", "bright",
    "light", "sturdy", "simple", "rare", "classic", "seasonal", "indoor", "outdoor", "slow", "quick",
)  # fmt: skip
ZONES = (-8, -5, 0, 1, 1, 2, 5, 9)  # hours east of UTC that people live in
TASTE = 0.25  # Dirichlet parameter: a few likings, the rest near nothing
SETTLE: Instant = 20 * DAY  # half of the way to what a person comes to like
TURN: Instant = 60 * DAY  # mean time until they come to like something else
PLACES = 8  # items of a list as shown by the stream


@dataclass(slots=True)
class Taste:
    """How much a person likes each category and tag, in [0, 1], the best liked one being 1."""

    categories: list[float]
    tags: list[float]

    @classmethod
    def drawn(cls, rng: Random) -> Taste:
        """Dirichlet shares (gamma variates), relative to the largest."""
        return cls(_likings(len(CATEGORIES), rng), _likings(len(TAGS), rng))

    def approach(self, other: Taste, share: float) -> None:
        """Go that share of the way to another taste."""
        for mine, theirs in ((self.categories, other.categories), (self.tags, other.tags)):
            for place, value in enumerate(theirs):
                mine[place] += share * (value - mine[place])


@dataclass(slots=True)
class Person:
    """Somebody with a taste, where it is heading, and habits: zone, hour of day, visits a day."""

    id: str
    taste: Taste
    heading: Taste
    zone: int
    hour: float
    rate: float
    weekend: float
    seen: Instant

    def drift(self, at: Instant, rng: Random) -> None:
        """Let the taste move on until ``at``, and sometimes turn to another one."""
        elapsed = at - self.seen
        self.seen = at
        if rng.random() < elapsed / TURN:
            self.heading = Taste.drawn(rng)
        self.taste.approach(self.heading, 1.0 - 2.0 ** (-elapsed / SETTLE))

    def next_visit(self, after: Instant, rng: Random) -> Instant:
        """A later instant, near the person's hour; visits at the weekend are rarer or more common."""
        at = after
        while True:
            day = (at + int(rng.expovariate(self.rate) * DAY)) // DAY
            local = day * DAY + int(rng.gauss(self.hour, 2.0) * HOUR)
            at = max(local - self.zone * HOUR, at + HOUR // 2)
            if (day + 3) % 7 < 5 or rng.random() < self.weekend:
                return at


@dataclass(frozen=True, slots=True)
class Thing:
    """An item as the world knows it: places of its category and tags, and its general appeal."""

    item: Item
    category: int
    tags: tuple[int, ...]
    appeal: float


@dataclass(frozen=True, slots=True)
class Visit:
    """A person comes; ``number`` counts visits of the world."""

    number: int
    at: Instant
    person: Person


def examined(place: int) -> float:
    """How likely the item at a 0-based place is looked at: 1 / (1 + place) ** 0.7.

    The position-based click model; Craswell et al. 2008.

    >>> examined(0), round(examined(9), 2)
    (1.0, 0.2)
    """
    return float((1 + place) ** -0.7)


class Simulation:
    """A world of ``users`` and ``items`` from a ``seed``, living from ``start`` on.

    One instance lives once: iterate ``events()`` or ``visits()`` once, and not both. People are called
    ``user-1``, items ``item-1`` and so on.
    """

    def __init__(self, *, users: int, items: int, seed: int, start: Instant) -> None:
        if users < 1 or items < 1:
            raise ValueError(f"a world needs people and items, got {users} users and {items} items")
        rng = Random(f"world/{seed}")
        self.seed = seed
        self.start = start
        self.things = [_thing(number, rng, start) for number in range(1, items + 1)]
        self.people = [_person(number, rng, start) for number in range(1, users + 1)]
        self._by_id = {thing.item.id: thing for thing in self.things}
        self._shelves = _shelves(self.things)
        self._rng = Random(f"life/{seed}")

    def catalogue(self) -> list[Item]:
        """All items, for the store."""
        return [thing.item for thing in self.things]

    def liking(self, person: Person, item: str) -> float:
        """How much the person likes an item now, in [0, 1]; an unknown item not at all."""
        thing = self._by_id.get(item)
        if thing is None:
            return 0.0
        tags = sum(person.taste.tags[tag] for tag in thing.tags) / len(thing.tags)
        return 0.75 * person.taste.categories[thing.category] + 0.25 * tags

    def visits(self) -> Iterator[Visit]:
        """Who comes when, in order of time, without end."""
        rng = self._rng
        coming = [
            (person.next_visit(self.start, rng), number)
            for number, person in enumerate(self.people)
        ]
        coming.sort()
        number = 0
        while True:
            at, place = heappop(coming)
            person = self.people[place]
            person.drift(at, rng)
            heappush(coming, (person.next_visit(at, rng), place))
            number += 1
            yield Visit(number, at, person)

    def events(self, visits: Iterable[Visit] | None = None) -> Iterator[Event]:
        """What happens when people look around by themselves, in order of time.

        Every list they look at is told as exposures; clicks and purchases name its request. Without
        end unless some ``visits`` of this world are handed in.
        """
        waiting: list[tuple[Instant, int, Event]] = []
        told = 0
        for visit in self.visits() if visits is None else visits:
            while waiting and waiting[0][0] < visit.at:
                yield heappop(waiting)[2]
            for event in self._look_around(visit):
                told += 1
                heappush(waiting, (event.at, told, event))
        while waiting:
            yield heappop(waiting)[2]

    def answer(
        self, visit: Visit, request: str, shown: Sequence[str], rng: Random, at: Instant
    ) -> Iterator[Event]:
        """The clicks and purchases of a person who is shown a list, in order of time."""
        person = visit.person
        for place, item in enumerate(shown):
            liking = self.liking(person, item)
            if rng.random() >= examined(place) * (0.01 + 0.7 * liking**2):
                continue
            at += int(rng.uniform(3, 40) * SECOND)
            yield _told(self.seed, visit, request, "click", item, place, at)
            if rng.random() < 0.3 * liking:
                at += int(rng.uniform(20, 120) * SECOND)
                yield _told(self.seed, visit, request, "purchase", item, place, at)

    def _look_around(self, visit: Visit) -> Iterator[Event]:
        """A session: lists of a category the person has in mind, or of anything."""
        rng, at, page = self._rng, visit.at, 0
        while page == 0 or (page < 6 and rng.random() < 0.6):
            request = f"req-{self.seed}-{visit.number}-{page}"
            shown = self._shelf(visit.person, rng)
            for place, item in enumerate(shown):
                yield _told(self.seed, visit, request, "exposure", item, place, at)
            for event in self.answer(visit, request, shown, rng, at):
                yield event
                at = event.at
            at += int(rng.uniform(5, 60) * SECOND)
            page += 1

    def _shelf(self, person: Person, rng: Random) -> list[str]:
        """A list as a shop shows it: items of one category, or of all, the appealing ones first."""
        category = len(CATEGORIES)
        if rng.random() < 0.8:
            category = rng.choices(range(category), person.taste.categories)[0]
        names, weights = self._shelves[category]
        return list(dict.fromkeys(rng.choices(names, cum_weights=weights, k=PLACES)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy got: exposures and clicks by user who came."""

    exposures: dict[str, int]
    clicks: dict[str, int]

    def clicks_per_exposure(self) -> float:
        """All clicks over all exposures; 0.0 when nothing was shown."""
        return _rate(sum(self.clicks.values()), sum(self.exposures.values()))

    def rates(self) -> list[float]:
        """Clicks per exposure of each user who came, by user id; 0.0 who was shown nothing."""
        return [
            _rate(self.clicks.get(user, 0), shown) for user, shown in sorted(self.exposures.items())
        ]


# A policy is asked for a slate, (request, items), and told what happened to it.
Decide = Callable[[str, Instant], tuple[str, Sequence[str]]]
Tell = Callable[[Sequence[Event]], object]


def closed_loop(
    world: Simulation,
    visits: Iterable[Visit],
    decide: Decide,
    tell: Tell,
) -> Outcome:
    """Show each visitor the slate of a policy, let them click, and tell the policy.

    Chance depends on seed and visit alone: two policies in equal worlds meet the same people at
    the same instants, and the same slate gets the same clicks.
    """
    outcome = Outcome({}, {})
    for visit in visits:
        user = visit.person.id
        request, shown = decide(user, visit.at)
        rng = Random(f"click/{world.seed}/{visit.number}")
        events = [
            _told(world.seed, visit, request, "exposure", item, place, visit.at)
            for place, item in enumerate(shown)
        ]
        answers = list(world.answer(visit, request, shown, rng, visit.at))
        tell([*events, *answers])
        outcome.exposures[user] = outcome.exposures.get(user, 0) + len(events)
        clicked = sum(event.kind == "click" for event in answers)
        outcome.clicks[user] = outcome.clicks.get(user, 0) + clicked
    return outcome


def _rate(clicks: int, exposures: int) -> float:
    return clicks / exposures if exposures else 0.0


def _told(
    seed: int, visit: Visit, request: str, kind: str, item: str, place: int, at: Instant
) -> Event:
    return Event(
        id=f"{request}/{place}/{kind}",
        user=visit.person.id,
        kind=kind,
        at=at,
        item=item,
        session=f"visit-{seed}-{visit.number}",
        request=request,
        position=place,
        offset=visit.person.zone * 60,
    )


def _likings(count: int, rng: Random) -> list[float]:
    drawn = [rng.gammavariate(TASTE, 1.0) + 1e-9 for _ in range(count)]
    most = max(drawn)
    return [value / most for value in drawn]


def _thing(number: int, rng: Random, start: Instant) -> Thing:
    category = rng.randrange(len(CATEGORIES))
    tags = tuple(sorted(rng.sample(range(len(TAGS)), 2)))
    names = tuple(TAGS[tag] for tag in tags)
    item = Item(
        id=f"item-{number}",
        category=CATEGORIES[category],
        tags=names,
        title=f"{names[0].capitalize()} {names[1]} {CATEGORIES[category]} {number}",
        price=round(rng.lognormvariate(3.0, 0.8), 2),
        added=start,
    )
    return Thing(item, category, tags, rng.lognormvariate(0.0, 0.8))


def _person(number: int, rng: Random, start: Instant) -> Person:
    return Person(
        id=f"user-{number}",
        taste=Taste.drawn(rng),
        heading=Taste.drawn(rng),
        zone=rng.choice(ZONES),
        hour=rng.choice((8.0, 12.5, 18.0, 20.5)),
        rate=min(rng.lognormvariate(-0.7, 0.7), 5.0),
        weekend=rng.uniform(0.3, 1.0),
        seen=start,
    )


def _shelves(things: Sequence[Thing]) -> list[tuple[list[str], list[float]]]:
    """Names and cumulative appeal by category, and of everything at the end.

    A category without items shows everything.
    """
    shelves: list[tuple[list[str], list[float]]] = []
    for category in (*range(len(CATEGORIES)), None):
        chosen = [thing for thing in things if thing.category == category] or list(things)
        names = [thing.item.id for thing in chosen]
        shelves.append((names, list(accumulate(thing.appeal for thing in chosen))))
    return shelves
