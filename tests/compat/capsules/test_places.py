"""Where a facade works, and what it says of servers that nothing is sent to."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from penchant.compat.capsules import (
    BehavioralTracker,
    BVStorage,
)
from penchant.compat.capsules.places import Place
from penchant.serve.engine import Penchant


def test_servers_that_nothing_is_sent_to_are_named_in_the_log(
    p: Penchant, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "penchant.compat"):
        BehavioralTracker("localhost:9092", "interaction-events", store=p)
        BVStorage(redis_url="redis://:secret@localhost:6379", store=p)

    assert [record.args[0] for record in caplog.records if isinstance(record.args, tuple)] == [
        "kafka_bootstrap_servers",
        "kafka_topic",
        "redis_url",
    ]
    assert "secret" not in caplog.text


def test_a_store_that_was_open_before_stays_open(p: Penchant) -> None:
    asyncio.run(BVStorage(store=p).close())

    assert p.track("ann", "tap", id="e1") == "e1"


def test_without_a_place_the_store_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENCHANT_STORE", str(tmp_path / "named"))

    place = Place(None)
    place.engine.track("ann", "tap")
    place.close()
    place.close()

    assert (tmp_path / "named" / "penchant.db").exists()
