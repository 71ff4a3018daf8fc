"""Laws of retention: a store that let its old events go answers like one that kept them all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penchant
from penchant.core.instant import moment
from penchant.serve.engine import Penchant
from tests.conftest import NOON, ManualClock
from tests.generate import CATALOGUE, USERS, fields

ARCHIVES = pytest.mark.parametrize("archive", [None, "months"], ids=["gone", "archived"])
BATCHES = st.lists(
    st.tuples(st.lists(fields(), max_size=8), st.sampled_from((None, None, 0, 1, 400))),
    max_size=6,
)


@contextmanager
def twins(archive: str | None) -> Iterator[tuple[Penchant, Penchant]]:
    """A store that keeps all, and one that lets events go; both know the same items."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        both = [
            stack.enter_context(
                penchant.open(folder / name, clock=ManualClock(), follow=False, archive=archive)
            )
            for name in ("keeps", "retires")
        ]
        for p in both:
            p.put_items(
                [
                    {"id": item.id, "category": item.category, "tags": list(item.tags)}
                    for item in CATALOGUE.values()
                ]
            )
        yield both[0], both[1]


def live(pair: tuple[Penchant, Penchant], batches: Any) -> None:
    """Send both the same; after each batch, one retires what is older than so many days."""
    keeps, retires = pair
    for number, (sent, days) in enumerate(batches):
        named = [{"id": f"e{number}-{place}", **told} for place, told in enumerate(sent)]
        assert keeps.track_many(named).to_dict() == retires.track_many(named).to_dict()
        if days is not None:
            retires.retire(older_than=timedelta(days=days))


@ARCHIVES
@given(batches=BATCHES)
def test_profiles_decisions_and_statistics_do_not_change(archive: str | None, batches: Any) -> None:
    with twins(archive) as (keeps, retires):
        live((keeps, retires), batches)

        for user in USERS:
            one, other = (p.user(user).profile().to_dict() for p in (keeps, retires))
            assert one["readings"] == other["readings"]
            slate, alike = (p.user(user).recommend(5, seen="keep").items for p in (keeps, retires))
            assert slate == alike
        for window in (None, timedelta(hours=2), timedelta(days=30)):
            assert keeps.stats(window) == retires.stats(window)
        assert retires.check().passed


@ARCHIVES
@given(batches=BATCHES)
@settings(max_examples=25)  # a rebuild starts a process
def test_a_rebuild_and_what_is_sent_again_change_nothing(archive: str | None, batches: Any) -> None:
    with twins(archive) as (keeps, retires):
        live((keeps, retires), batches)
        sent = [event.to_row() for user in USERS for event in keeps.user(user).history(1_000)]

        again = retires.track_many(sent)
        retires.rebuild(processes=1)

        assert (again.accepted, again.duplicates) == (0, len(sent))
        for user in USERS:
            one, other = (p.user(user).profile().to_dict() for p in (keeps, retires))
            assert one["readings"] == other["readings"]


@given(batches=BATCHES, back=st.integers(0, 60 * 24 * 40))
def test_an_archived_event_is_read_like_any_other(batches: Any, back: int) -> None:
    then = moment(NOON - back * 60_000_000)
    with twins("months") as (keeps, retires):
        live((keeps, retires), batches)

        for user in USERS:
            one, other = (p.user(user) for p in (keeps, retires))
            assert one.history(1_000) == other.history(1_000)
            assert one.history(2) == other.history(2)
            before, alike = (p.user(user, at=then).profile().to_dict() for p in (keeps, retires))
            assert before["readings"] == alike["readings"]
        for session in ("s1", "s2"):
            assert keeps.session(session).events() == retires.session(session).events()
        stores = [p.parts.store for p in (keeps, retires)]
        assert stores[0].count() == stores[1].count()
        assert stores[0].users() == stores[1].users()
        assert stores[0].since(0, 1_000) == stores[1].since(0, 1_000)
