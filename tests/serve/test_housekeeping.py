from __future__ import annotations

import logging
from pathlib import Path
from threading import Event

import pytest

import penchant
from penchant.core.errors import StoreUnavailable
from penchant.core.instant import DAY
from penchant.serve.housekeeping import Housekeeping
from penchant.serve.retention import Progress, Retirement
from tests.conftest import NOON, ManualClock


def test_a_store_with_retention_lets_old_events_go_by_itself(tmp_path: Path) -> None:
    old = (NOON - 100 * DAY) / 1e6
    with penchant.open(tmp_path, clock=ManualClock(), follow=False) as p:
        p.track_many({"user": "ann", "kind": "click", "at": old, "item": f"i{n}"} for n in range(9))

    with penchant.open(tmp_path, clock=ManualClock(), retention_days=90) as p:
        p._housekeeping.turn()

        assert p.parts.store.count() == 0
        assert p.user("ann").profile().activity["events"] == 9


def test_closing_breaks_off_what_is_under_way() -> None:
    begun = Event()

    def retire(progress: Progress) -> Retirement:
        while True:
            begun.set()
            progress(0)

    housekeeping = Housekeeping(retire)
    housekeeping.start()
    begun.wait()

    housekeeping.close()

    assert not housekeeping._thread.is_alive()


def test_what_keeps_events_in_the_log_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def retire(progress: Progress) -> Retirement:
        raise StoreUnavailable("the disk is full")

    with caplog.at_level(logging.WARNING):
        Housekeeping(retire).turn()

    assert "old events stay in the log: the disk is full" in caplog.text
