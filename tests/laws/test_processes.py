"""Laws of one place under two processes: what either was told is true for both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generate import USERS
from tests.laws.actions import ACTION, EVENTS, TURNS
from tests.laws.conftest import Places
from tests.laws.opener import Here, There

Told = dict[str, Any]
Pair = tuple[Here, There]

stores = pytest.mark.parametrize("places", ["sqlite", "postgres"], indirect=True)
AT_ONCE = st.lists(st.tuples(ACTION, ACTION), max_size=15)


@pytest.fixture(scope="module")
def other() -> Iterator[There]:
    """The other process; it lives as long as this module's tests."""
    there = There()
    yield there
    there.end()


@contextmanager
def both(other: There, places: Places) -> Iterator[Pair]:
    """Two openers of a new place: one in this process, one in the other."""
    here = Here()
    with places() as place:
        here.open(place)
        other.open(place)
        try:
            yield here, other
        finally:
            other.close()
            here.close()


class Log:
    """What the log must hold, by the first acceptance of each id."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}

    def take(self, sent: list[Told]) -> int:
        """How many of these are new."""
        before = len(self.users)
        for event in sent:
            self.users.setdefault(event["id"], event["user"])
        return len(self.users) - before

    def counts(self) -> dict[str, int]:
        return {user: Counter(self.users.values())[user] for user in USERS}


def events_of(opener: Here | There, user: str) -> int:
    counted: int = opener("read", user)["readings"]["activity"]["value"]["events"]
    return counted


def assert_agree(pair: Pair) -> None:
    """Replay equals live in both, and both say and decide the same, with reasons that add up."""
    for opener in pair:
        assert opener("check") is True
    for user in USERS:
        one, same = (opener("read", user) for opener in pair)
        assert one == same
        slate, alike = (opener("decide", user) for opener in pair)
        assert slate == alike
        for choice in slate:
            assert sum(reason["share"] for reason in choice["why"]) == choice["score"]


@stores
@given(story=TURNS)
def test_each_reads_what_the_other_was_told(other: There, places: Places, story: Any) -> None:
    log = Log()
    with both(other, places) as pair:
        for who, (action, subject) in story:
            told = pair[who](action, subject)
            if action == "send":
                new = log.take(subject)

                assert (told["accepted"], told["duplicates"]) == (new, len(subject) - new)
                for user in {event["user"] for event in subject}:
                    assert events_of(pair[1 - who], user) == log.counts()[user]

        assert_agree(pair)


@stores
@given(story=AT_ONCE)
def test_an_id_sent_by_both_at_once_counts_once(other: There, places: Places, story: Any) -> None:
    log = Log()
    accepted = 0
    with both(other, places) as pair:
        here, there = pair
        for mine, theirs in story:
            there.tell(*theirs)
            told = [(mine, here(*mine)), (theirs, there.hear())]
            for (action, subject), answer in told:
                if action == "send":
                    log.take(subject)
                    accepted += answer["accepted"]

        assert accepted == len(log.users)
        assert here("count") == there("count") <= accepted
        assert_agree(pair)


@stores
@given(sent=st.lists(EVENTS, min_size=1, max_size=10), whole=st.integers(0, 9))
@settings(max_examples=8)
def test_what_a_killed_process_acknowledged_is_there(
    places: Places, sent: list[list[Told]], whole: int
) -> None:
    log = Log()
    here, killed = Here(), There()
    with places() as place:
        killed.open(place)
        for events in sent[:whole]:
            killed("send", events)
            log.take(events)
        if sent[whole:]:
            killed.tell("send", sent[whole])  # it dies while it does this, or before, or after
        killed.end()
        here.open(place)

        counts = {user: events_of(here, user) for user in USERS}
        assert all(counts[user] >= count for user, count in log.counts().items())
        for events in sent:
            here("send", events)
            log.take(events)
        assert {user: events_of(here, user) for user in USERS} == log.counts()
        assert here("check") is True
        here.close()
