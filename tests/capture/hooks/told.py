"""What a hook told, and a clock that a test moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import penchant
from tests.capture.sink import Sink

ENVELOPE = ("id", "at")


class Ticks:
    """Seconds of a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True, slots=True)
class Told:
    """A recorder and the sink that it sends to."""

    recorder: penchant.Recorder
    sink: Sink

    @property
    def events(self) -> list[dict[str, Any]]:
        """What arrived, without ids and instants."""
        assert self.recorder.flush(30.0)
        assert self.recorder.counts.rejected == 0
        return [
            {name: value for name, value in event.items() if name not in ENVELOPE}
            for event in self.sink.events
        ]

    def only(self, *fields: str) -> list[tuple[Any, ...]]:
        """These fields of the events that arrived."""
        return [tuple(event.get(field) for field in fields) for event in self.events]
