"""When a read may be answered without a thread."""

from __future__ import annotations

from threading import Event, Thread

import penchant
from penchant.profile.fold import Folded


def test_states_are_at_hand_once_they_were_read() -> None:
    with penchant.open(":memory:", follow=False) as p:
        states = p.parts.states
        before = states.holds("ann")
        p.user("ann").profile()

        assert (before, states.holds("ann")) == (False, True)


def test_states_are_not_at_hand_while_somebody_folds() -> None:
    with penchant.open(":memory:", follow=False) as p:
        states = p.parts.states
        p.user("ann").profile()
        folding, done = Event(), Event()

        def fold(folded: Folded) -> None:
            folding.set()
            done.wait()

        thread = Thread(target=states.read, args=("bob", fold))
        thread.start()
        folding.wait()
        meanwhile = states.holds("ann")
        done.set()
        thread.join()

        assert not meanwhile
        assert states.holds("ann")


def test_a_waiting_event_of_a_user_is_not_counted_off_by_another_write() -> None:
    with penchant.open(":memory:", follow=False) as p:
        for place in range(200):
            p.track("ann", "click", f"i{place}")
            p.track_many([{"user": "ann", "kind": "view"}])

            assert p.user("ann").profile().activity["events"] == 2 * (place + 1)


def test_items_do_not_fill_the_queue_of_events() -> None:
    with penchant.open(":memory:", follow=False, queue_capacity=5) as p:
        for place in range(10):
            p.item(f"i{place}")

        assert p.stats()["waiting"] == 0
        assert p.track_many([{"user": "ann", "kind": "click"}]).accepted == 1
