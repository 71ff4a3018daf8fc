"""The recorders under one interface, each with the settings it comes with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Make:
    """One recorder that is open: ``record`` takes a number, ``close`` sends what is left."""

    record: Callable[[int], object]
    close: Callable[[], object]
    own: Any = None


def memory(url: str, folder: str, **options: Any) -> Make:
    """Penchant, with what waits in memory."""
    recorder = import_module("penchant").Recorder(url, **options)
    record = recorder.record
    return Make(
        lambda n: record("ann", "click", "run-5k", position=n % 100), recorder.close, recorder
    )


def spool(url: str, folder: str, **options: Any) -> Make:
    """Penchant, with what waits on disk."""
    return memory(url, folder, spool=folder, **options)


def posthog(url: str, folder: str, **options: Any) -> Make:
    client = import_module("posthog").Posthog("key", host=url, **options)
    capture = client.capture
    return Make(
        lambda n: capture("click", distinct_id="ann", properties={"item": "run-5k", "position": n}),
        client.shutdown,
    )


def segment(url: str, folder: str, **options: Any) -> Make:
    client = import_module("segment.analytics.client").Client("key", host=url, **options)
    track = client.track
    return Make(lambda n: track("ann", "click", {"item": "run-5k", "position": n}), client.shutdown)


def snowplow(url: str, folder: str, **options: Any) -> Make:
    module = import_module("snowplow_tracker")
    logging.getLogger("snowplow_tracker").setLevel(logging.ERROR)
    emitter = module.AsyncEmitter(url.removeprefix("http://"), protocol="http", **options)
    tracker = module.Tracker("benchmark", emitter)

    def record(n: int) -> None:
        event = module.StructuredEvent(category="ann", action="click", label="run-5k", value=n)
        tracker.track(event)

    return Make(record, tracker.flush)


MAKES: dict[str, Callable[..., Make]] = {
    "memory": memory,
    "spool": spool,
    "posthog": posthog,
    "segment": segment,
    "snowplow": snowplow,
}
PEERS = ("posthog", "segment", "snowplow")
# So that a row about timeouts takes seconds; Snowplow comes without a timeout and keeps that.
SHORT: dict[str, dict[str, Any]] = {
    "memory": {"timeout": 1.0},
    "spool": {"timeout": 1.0},
    "posthog": {"timeout": 1},
    "segment": {"timeout": 1},
    "snowplow": {},
}
