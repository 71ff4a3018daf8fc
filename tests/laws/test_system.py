"""Laws of an opened store, over generated histories, with two openers of one place interleaved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import penchant
from penchant.io.stores import MEMORY
from penchant.serve.engine import Penchant
from tests.conftest import ManualClock
from tests.generate import ITEMS, USERS, fields
from tests.laws.actions import TURNS
from tests.laws.conftest import Places
from tests.laws.opener import answer


@contextmanager
def openers(places: Places, clock: ManualClock) -> Iterator[list[Penchant]]:
    """Two openers of one place; in memory, where nobody else can look in, the same one twice."""
    with ExitStack() as stack:
        place = stack.enter_context(places())
        several = 1 if place == MEMORY else 2
        opened = [
            stack.enter_context(penchant.open(place, clock=clock, follow=False))
            for _ in range(several)
        ]
        yield [opened[0], opened[-1]]


stores = pytest.mark.parametrize(
    "places", ["memory", "sqlite", "archive", "postgres"], indirect=True
)


@stores
@given(story=TURNS)
def test_replay_equals_live_bit_for_bit(places: Places, story: Any) -> None:
    with openers(places, ManualClock()) as both:
        for who, (action, subject) in story:
            answer(both[who], action, subject)

        for p in both:
            report = p.check()
            assert report.passed, report


@stores
@given(story=TURNS)
def test_both_openers_read_the_same_and_decide_the_same(places: Places, story: Any) -> None:
    with openers(places, ManualClock()) as both:
        for who, (action, subject) in story:
            answer(both[who], action, subject)
        for p in both:
            p.parts.population.catch_up()

        for user in USERS:
            one, other = (p.user(user).profile().to_dict() for p in both)
            assert one == other
            slate, alike = (p.user(user).recommend(5, seen="keep").items for p in both)
            assert slate == alike


@stores
@given(sent=st.lists(fields(), max_size=20), again=st.lists(st.integers(0, 19), max_size=20))
def test_an_event_counts_once_however_often_and_by_whom_it_is_sent(
    places: Places, sent: list[dict[str, Any]], again: list[int]
) -> None:
    with openers(places, ManualClock()) as (one, other):
        named = [{"id": f"id {number}", **told} for number, told in enumerate(sent)]

        first = one.track_many(named)
        profiles = [other.user(user).profile().to_dict() for user in USERS]
        repeated = [named[number] for number in again if number < len(named)]
        second = other.track_many(repeated)
        third = one.track_many(reversed(named))

        assert first.accepted == len(named)
        assert (second.accepted, second.duplicates) == (0, len(repeated))
        assert (third.accepted, third.duplicates) == (0, len(named))
        assert [one.user(user).profile().to_dict() for user in USERS] == profiles


@stores
@given(sent=st.lists(fields(), min_size=1, max_size=20), batch=st.integers(1, 20))
def test_batching_does_not_matter(places: Places, sent: list[dict[str, Any]], batch: int) -> None:
    named = [{"id": f"e{number}", **told} for number, told in enumerate(sent)]
    with openers(places, ManualClock()) as (whole, _), openers(places, ManualClock()) as (parts, _):
        whole.track_many(named)
        for start in range(0, len(named), batch):
            parts.track_many(named[start : start + batch])

        for user in USERS:
            assert whole.user(user).profile().to_dict() == parts.user(user).profile().to_dict()


@stores
@given(sent=st.lists(fields(), min_size=1, max_size=15))
def test_the_next_read_sees_what_was_tracked(places: Places, sent: list[dict[str, Any]]) -> None:
    with openers(places, ManualClock()) as (one, other):
        counts = dict.fromkeys(USERS, 0)
        for told in sent:
            one.track(**told)
            counts[told["user"]] += 1
            assert one.user(told["user"]).profile().activity["events"] == counts[told["user"]]
        one.flush()

        for user, count in counts.items():
            assert other.user(user).profile().activity["events"] == count


@stores
@given(sent=st.lists(fields(), max_size=30), seen=st.sampled_from(("hide", "keep", "fade")))
def test_reasons_sum_to_the_score(places: Places, sent: list[dict[str, Any]], seen: str) -> None:
    with openers(places, ManualClock()) as (p, _):
        p.track_many(sent)

        for user in USERS:
            slate = p.user(user).recommend(10, seen=seen)
            for choice in (*slate, *p.user(user).rank(ITEMS, scores=[3, 0, 1, 2]), *p.trending()):
                assert sum(reason.share for reason in choice.why) == choice.score
                assert 0.0 <= choice.score <= 1.0
                assert choice.propensity == 1.0
            scores = [choice.score for choice in slate]
            assert scores == sorted(scores, reverse=True)


@stores
@given(sent=st.lists(fields(), max_size=30), order=st.permutations(USERS))
def test_asking_others_first_does_not_change_a_slate(
    places: Places, sent: list[dict[str, Any]], order: list[str]
) -> None:
    with openers(places, ManualClock()) as (p, _):
        p.track_many(sent)

        first = {user: p.user(user).recommend(5).items for user in USERS}
        again = {user: p.user(user).recommend(5).items for user in order}

        assert first == again


@stores
@given(told=st.lists(fields(("ann",)), min_size=1, max_size=20), cut=st.integers(0, 20))
def test_a_past_profile_is_the_profile_of_the_events_until_then(
    places: Places, told: list[dict[str, Any]], cut: int
) -> None:
    told = sorted(told, key=lambda one: float(one["at"]))
    until = told[min(cut, len(told) - 1)]["at"]
    with openers(places, ManualClock()) as (p, _), openers(places, ManualClock()) as (past, _):
        p.track_many(told)
        past.track_many([one for one in told if one["at"] <= until])
        instant = penchant.core.instant.moment(round(until * 1e6))

        then = p.user("ann", at=instant).profile()
        expected = past.user("ann", at=instant).profile()

        assert then.to_dict()["readings"] == expected.to_dict()["readings"]


@pytest.mark.parametrize("place", ["sqlite", "postgres"], indirect=True)
def test_a_rebuild_leaves_every_state_as_it_was(place: str) -> None:
    with penchant.open(place, clock=ManualClock(), follow=False) as p:
        p.track_many(
            {"id": f"e{n}", "user": f"u{n % 40}", "kind": "click", "item": f"i{n * 7 % 90}"}
            for n in range(2_000)
        )
        p.parts.population.catch_up()
        before = [p.user(f"u{n}").profile().to_dict() for n in range(40)]
        trending = p.trending(20).items

        rebuilt = p.rebuild(processes=2)

        assert (rebuilt.users, rebuilt.events) == (40, 2_000)
        assert [p.user(f"u{n}").profile().to_dict() for n in range(40)] == before
        assert p.trending(20).items == trending
        assert p.check().passed
