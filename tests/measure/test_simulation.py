"""Simulation: the same seed, the same world; tastes drift; clicks fall with the place."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.measure.simulation import Simulation, Visit, closed_loop, examined

START: Instant = 1_767_225_600_000_000  # 2026-01-01
GOLDEN = ("user-4", "item-30", 1767260118847877)


def world(users: int = 30, items: int = 60, seed: int = 1) -> Simulation:
    return Simulation(users=users, items=items, seed=seed, start=START)


def stream(count: int, **options: int) -> list[Event]:
    return list(islice(world(**options).events(), count))


def test_the_same_seed_gives_the_same_stream() -> None:
    assert stream(2_000) == stream(2_000)
    assert world().catalogue() == world().catalogue()


def test_the_stream_is_the_one_it_always_was() -> None:
    """A change here changes every documented run of the demo: say so in the changelog."""
    first = stream(1)[0]

    assert (first.user, first.item, first.at) == GOLDEN


def test_another_seed_gives_another_stream() -> None:
    assert stream(50) != stream(50, seed=2)


def test_events_come_in_order_of_time_with_ids_of_their_own() -> None:
    events = stream(5_000)

    assert [event.at for event in events] == sorted(event.at for event in events)
    assert len({event.id for event in events}) == len(events)
    assert events[0].at >= START


def test_every_click_names_what_was_shown() -> None:
    events = stream(5_000)
    shown = {(e.request, e.position, e.item) for e in events if e.kind == "exposure"}
    answers = [event for event in events if event.kind != "exposure"]

    assert {event.kind for event in answers} == {"click", "purchase"}
    assert all((event.request, event.position, event.item) in shown for event in answers)


def test_a_purchase_follows_a_click_on_the_item() -> None:
    clicked: set[tuple[str | None, int | None]] = set()
    for event in stream(5_000):
        if event.kind == "purchase":
            assert (event.request, event.position) in clicked
        elif event.kind == "click":
            clicked.add((event.request, event.position))


def test_tastes_drift_slowly_and_stay_in_0_to_1() -> None:
    one = world()
    person = one.people[0]
    before = list(person.taste.categories)

    person.drift(START + DAY, Random(1))
    after_a_day = list(person.taste.categories)
    person.drift(START + 90 * DAY, Random(1))

    def distance(now: list[float]) -> float:
        return sum(abs(a - b) for a, b in zip(before, now, strict=True))

    assert 0 < distance(after_a_day) < 0.2 < distance(person.taste.categories)
    assert all(0 <= value <= 1 for value in person.taste.categories)


def test_people_have_hours_of_their_own() -> None:
    visits = list(islice(world(users=3).visits(), 600))
    person = visits[0].person
    hours = [
        (visit.at // 3_600_000_000 + person.zone) % 24 for visit in visits if visit.person is person
    ]

    near = sum(min(abs(hour - person.hour), 24 - abs(hour - person.hour)) <= 5 for hour in hours)

    assert near > 0.9 * len(hours)


def test_a_session_is_one_persons_and_takes_minutes() -> None:
    sessions: dict[str, list[Event]] = {}
    for event in stream(20_000):
        sessions.setdefault(str(event.session), []).append(event)

    spans = [events[-1].at - events[0].at for events in sessions.values()]
    lists = [len({event.request for event in events}) for events in sessions.values()]

    assert all(len({event.user for event in events}) == 1 for events in sessions.values())
    assert len(sessions) > 300
    assert max(spans) < DAY // 24
    assert 1 < sum(lists) / len(lists) < 6 == max(lists)


def test_the_same_item_is_clicked_less_further_down() -> None:
    one = world(users=1, items=20)
    visit = Visit(1, START, one.people[0])
    best = max((item.id for item in one.catalogue()), key=lambda id: one.liking(visit.person, id))

    clicks = [0] * 10
    for draw in range(500):
        for event in one.answer(visit, "r", [best] * 10, Random(draw), START):
            if event.kind == "click" and event.position is not None:
                clicks[event.position] += 1

    assert clicks[0] > clicks[2] > clicks[9] > 0


def test_the_chance_to_be_looked_at_falls_with_the_place() -> None:
    chances = [examined(place) for place in range(50)]

    assert chances[0] == 1.0
    assert chances == sorted(chances, reverse=True)


def test_nobody_likes_an_unknown_item() -> None:
    one = world()

    assert one.liking(one.people[0], "unheard-of") == 0.0


@pytest.mark.parametrize(("users", "items"), [(0, 1), (1, 0)])
def test_an_empty_world_is_refused(users: int, items: int) -> None:
    with pytest.raises(ValueError, match="needs people and items"):
        world(users=users, items=items)


def test_the_smallest_world_lives() -> None:
    assert len(stream(50, users=1, items=1)) == 50


def test_two_policies_meet_the_same_people_and_only_their_slates_differ() -> None:
    met: list[list[tuple[str, Instant]]] = []
    rates = []
    for reverse in (False, True):
        one = world()
        seen: list[tuple[str, Instant]] = []

        def liked(
            user: str,
            at: Instant,
            one: Simulation = one,
            seen: list[tuple[str, Instant]] = seen,
            reverse: bool = reverse,
        ) -> tuple[str, list[str]]:
            seen.append((user, at))
            person = next(person for person in one.people if person.id == user)
            names = [item.id for item in one.catalogue()]
            names.sort(key=lambda id: one.liking(person, id), reverse=not reverse)
            return f"{user}-{at}", names[:5]

        outcome = closed_loop(one, islice(one.visits(), 200), liked, lambda events: None)
        met.append(seen)
        rates.append(outcome.clicks_per_exposure())

    assert met[0] == met[1]
    assert rates[0] > 10 * rates[1]


def test_a_policy_is_told_what_became_of_its_slate() -> None:
    one = world()
    told: list[Event] = []

    outcome = closed_loop(
        one, islice(one.visits(), 50), lambda user, at: (f"{user}{at}", ["item-1"]), told.extend
    )

    assert sum(outcome.exposures.values()) == sum(e.kind == "exposure" for e in told) == 50
    assert sum(outcome.clicks.values()) == sum(e.kind == "click" for e in told)


def test_nothing_shown_is_no_click_per_exposure() -> None:
    one = world()

    nobody = closed_loop(one, [], lambda user, at: ("r", []), lambda events: None)
    nothing = closed_loop(
        one, islice(one.visits(), 50), lambda user, at: ("r", []), lambda events: None
    )

    assert (nobody.clicks_per_exposure(), nobody.rates()) == (0.0, [])
    assert nothing.clicks_per_exposure() == 0.0
    assert set(nothing.rates()) == {0.0}
