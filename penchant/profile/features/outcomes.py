"""Outcomes: how long things took and how often they succeeded."""

from __future__ import annotations

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.moments import Moments


class State(msgspec.Struct, array_like=True):
    durations: Moments = msgspec.field(default_factory=Moments)
    succeeded: int = 0
    failed: int = 0


class Outcomes(Feature[State]):
    """Durations and success of the events that tell them; an event with an ``error`` failed.

    Reads ``{duration_ms: {mean, spread, count}, succeeded, failed, success_rate}``; the rate is a
    fraction of the events that tell an outcome, ``None`` while none does.
    """

    name = "outcomes"
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        if event.duration_ms is not None:
            state.durations.add(event.duration_ms)
        if event.success is False or event.error is not None:
            state.failed += 1
        elif event.success:
            state.succeeded += 1

    def merge(self, one: State, other: State) -> State:
        return State(
            one.durations.merge(other.durations),
            one.succeeded + other.succeeded,
            one.failed + other.failed,
        )

    def read(self, state: State, now: Instant) -> Reading:
        told = state.succeeded + state.failed
        durations = state.durations
        value = {
            "duration_ms": {
                "mean": durations.mean if durations.count else None,
                "spread": durations.spread(),
                "count": durations.count,
            },
            "succeeded": state.succeeded,
            "failed": state.failed,
            "success_rate": state.succeeded / told if told else None,
        }
        return Reading(value, max(told, durations.count))
