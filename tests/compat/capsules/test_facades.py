"""The documented Python names: calls as they are documented, on a store."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.compat.capsules import (
    BehavioralTracker,
    BehavioralVectorComputer,
    BVStorage,
    InteractionEvent,
    InteractionType,
    MetricsCollector,
    MonitoringDashboard,
)
from penchant.compat.capsules.places import Place
from penchant.core.errors import InvalidArgument, InvalidEvent, NotFound
from penchant.serve.engine import Penchant
from tests.compat.capsules.told import taps


def test_a_logged_interaction_is_known_to_the_next_read(p: Penchant) -> None:
    tracker = BehavioralTracker(store=p)

    logged = asyncio.run(
        tracker.log_interaction(
            user_id="user_123",
            session_id="session_456",
            event_type=InteractionType.TAP.value,
            capsule_id="capsule_789",
            capsule_type="task",
            device_type="web",
            duration_ms=1500,
        )
    )

    profile = p.user("user_123").profile()
    assert (logged.event_type, logged.duration_ms, logged.success) == ("tap", 1500, True)
    assert logged.event_id is not None
    assert profile.activity["kinds"] == {"tap": 1}
    assert profile.surroundings["device"] == {"web": 1.0}
    assert profile.categories[0]["name"] == "task"


def test_a_wrong_interaction_is_refused_and_nothing_is_logged(p: Penchant) -> None:
    tracker = BehavioralTracker(store=p)

    with pytest.raises(InvalidEvent, match="duration_ms"):
        asyncio.run(tracker.log_interaction(user_id="ann", event_type="tap", duration_ms=-1))

    assert p.user("ann").history() == []


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


def test_a_storage_reads_the_vector_that_its_events_make(tmp_path: Path) -> None:
    async def use() -> Any:
        storage = BVStorage(postgres_dsn=str(tmp_path / "store"))
        await storage.initialize()
        for one in taps(3):
            await storage.store_interaction_event(InteractionEvent(**one))
        found = await storage.get_behavioral_vector(user_id="user_123")
        nobody = await storage.get_behavioral_vector(user_id="nobody")
        await storage.close()
        return found, nobody

    found, nobody = asyncio.run(use())

    assert (found.user_id, found.total_interactions, found.version) == ("user_123", 3, "1.0")
    assert found.user_preferences["layout_preference"] == "standard"
    assert nobody is None
    with penchant.open(tmp_path / "store", follow=False) as p:
        assert len(p.user("user_123").history()) == 3


def test_a_storage_has_one_place() -> None:
    with pytest.raises(InvalidArgument, match="store: name one of postgres_dsn and store"):
        BVStorage("a", store="b")


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


def test_a_computed_vector_is_of_the_events_of_the_user_alone() -> None:
    events = [*taps(20), *taps(5, "other")]

    found = asyncio.run(
        BehavioralVectorComputer().compute_behavioral_vector(user_id="user_123", events=events)
    )

    assert (found.total_interactions, found.total_sessions) == (20, 1)
    assert found.avg_session_duration_minutes == 19.0
    assert found.expertise_level == "novice"
    assert found.usage_patterns["capsule_type_distribution"]["task"] == pytest.approx(14 / 20)
    assert found.proficiency_indicators["avg_interaction_duration_ms"] == pytest.approx(809.5)


def test_expertise_is_told_by_the_people_of_a_store() -> None:
    with penchant.open(":memory:", follow=False) as p:
        for number in range(12):
            asyncio.run(log_all(p, taps(40, f"u{number}", duration_ms=100 * number + 1)))
        p.parts.population.catch_up()
        computer = BehavioralVectorComputer(store=p)

        levels = [
            asyncio.run(
                computer.compute_behavioral_vector(
                    user_id="user_123", events=taps(40, duration_ms=duration)
                )
            ).expertise_level
            for duration in (5_000, 1)
        ]

    assert levels[0] == "novice"
    assert levels[1] == "power_user"


async def log_all(p: Penchant, interactions: list[dict[str, Any]]) -> None:
    tracker = BehavioralTracker(store=p)
    for one in interactions:
        await tracker.log_interaction(**one)


@pytest.mark.parametrize(
    ("events", "error", "reason"),
    [
        ([], NotFound, "nothing is known of this user"),
        ([{"user_id": "user_123"}], InvalidEvent, r"events\[0\].event_type: is required"),
        ([*taps(1), *taps(1, duration_ms=-1)], InvalidEvent, r"events\[1\].duration_ms"),
    ],
)
def test_events_that_make_no_vector_say_why(
    events: list[dict[str, Any]], error: type[Exception], reason: str
) -> None:
    computer = BehavioralVectorComputer()

    with pytest.raises(error, match=reason):
        asyncio.run(computer.compute_behavioral_vector(user_id="user_123", events=events))


def test_a_dashboard_collects_until_it_is_stopped(p: Penchant) -> None:
    class Counting(MetricsCollector):
        dashboard: MonitoringDashboard
        collected = 0

        def collect(self) -> dict[str, Any]:
            self.collected += 1
            if self.collected == 3:
                self.dashboard.stop()
            return super().collect()

    p.track("ann", "tap", durable=True)
    collector = Counting(store=p)
    collector.dashboard = dashboard = MonitoringDashboard(collector)

    asyncio.run(dashboard.start_monitoring(interval_seconds=0.001))

    assert collector.collected == 3
    assert dashboard.latest is not None
    assert dashboard.latest["system"]["events_stored"] == 1
    assert dashboard.latest["system"]["error_rate"] is None  # no server in this process


def test_an_interval_that_is_none_is_refused(p: Penchant) -> None:
    dashboard = MonitoringDashboard(MetricsCollector(store=p))

    with pytest.raises(InvalidArgument, match="interval_seconds: expected above 0, got 0"):
        asyncio.run(dashboard.start_monitoring(interval_seconds=0))
