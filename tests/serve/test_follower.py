from __future__ import annotations

from threading import Event

import pytest

from penchant.core.errors import StoreUnavailable
from penchant.core.ports import Snapshot
from penchant.serve import follower as module
from penchant.serve.engine import Penchant
from penchant.serve.follower import Follower


def snapshot(p: Penchant, user: str) -> Snapshot | None:
    return p.parts.store.load("user", user)


def test_whoever_is_due_is_folded_and_kept(p: Penchant) -> None:
    p.track_many({"user": "ann", "kind": "click", "item": f"i{n}"} for n in range(100))
    follower = p.parts.follower

    follower.sweep({"ann": False, "nobody": True})
    folded = follower.sweep_now()
    p.parts.writer.flush()

    kept = snapshot(p, "ann")
    assert folded == 2
    assert kept is not None
    assert kept.upto == p.parts.store.end()
    assert follower.sweep_now() == 0


def test_a_tail_that_nobody_reads_stays_short(p: Penchant) -> None:
    tails = []
    for batch in range(200):
        p.track_many(
            {"id": f"{batch}-{n}", "user": "ann", "kind": "click", "item": "tea"} for n in range(20)
        )
        p.parts.follower.sweep_now()
        p.parts.writer.flush()
        kept = snapshot(p, "ann")
        tails.append(p.parts.store.end() - (kept.upto if kept else 0))

    assert max(tails) < 1_000  # of 4,000 events; one in 128 is due in the mean


def test_no_more_users_are_due_than_are_remembered(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DUE", 3)

    p.parts.follower.sweep(dict.fromkeys("ab", False))
    p.parts.follower.sweep(dict.fromkeys("cde", False))

    assert p.parts.follower.sweep_now() == 3


def test_only_what_is_overdue_is_swept_while_many_events_wait(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = p.parts.follower
    follower.sweep({"ann": False, "bob": True, "eve": False})
    follower.sweep({"ann": True, "bob": False})
    monkeypatch.setattr(p.parts.writer, "waiting", lambda: module.BUSY)

    assert follower.sweep_now() == 2

    monkeypatch.undo()
    assert follower.sweep_now() == 1


def test_the_log_is_followed_between_the_people_who_are_swept(
    p: Penchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEPT", 2)
    behind: list[int] = []
    everybody_was_swept = Event()

    def follow(user: str) -> None:
        p.track_many([{"user": "ann", "kind": "click"}])  # whoever is swept, somebody else writes
        behind.append(p.parts.population.behind())
        if len(behind) == 10:
            everybody_was_swept.set()

    monkeypatch.setattr(p.parts.states, "follow", follow)
    p.parts.follower.sweep(dict.fromkeys("abcdefghij", False))
    p.parts.follower.start()

    assert everybody_was_swept.wait(timeout=20)
    assert behind[:10] == [1, 2] * 5


@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), RuntimeError("a bad feature")])
def test_trouble_does_not_end_it(
    p: Penchant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Exception,
) -> None:
    went_on = Event()
    turns = [trouble]

    def turn(self: Follower) -> None:
        if turns:
            raise turns.pop()
        went_on.set()

    monkeypatch.setattr(module, "PERIOD", 0.001)
    monkeypatch.setattr(Follower, "_turn", turn)
    p.parts.follower.start()

    assert went_on.wait(timeout=20)
    assert str(trouble) in caplog.text
