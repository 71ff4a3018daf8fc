"""Outcomes: how long things took and how often they succeeded."""

from __future__ import annotations

from math import sqrt

import msgspec

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state.beta import interval
from penchant.state.moments import Moments

NINE_TENTHS = 1.645  # standard errors on either side of a mean


class State(msgspec.Struct, array_like=True):
    durations: Moments = msgspec.field(default_factory=Moments)
    succeeded: int = 0
    failed: int = 0
    events: int = 0


class Outcomes(Feature[State]):
    """Durations and success of the events that tell them; an event with an ``error`` failed.

    Reads ``{duration_ms: {mean, spread, count, interval}, succeeded, failed, success_rate,
    success_interval, error_rate, error_interval}``. The success rate is a fraction of the events that tell an
    outcome (CONTRACT S0-14 calls it completion), the error rate of all events; ``None`` without any.
    Intervals hold the true value in nine of ten cases: of a rate, by the beta posterior with Jeffreys'
    prior; of a mean duration, by its standard error, ``None`` below two.
    """

    name = "outcomes"
    needs = "events with success or error"
    version = 2
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        state.events += 1
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
            one.events + other.events,
        )

    def read(self, state: State, now: Instant) -> Reading:
        told = state.succeeded + state.failed
        durations = state.durations
        value = {
            "duration_ms": {
                "mean": durations.mean if durations.count else None,
                "spread": durations.spread(),
                "count": durations.count,
                "interval": _mean_interval(durations),
            },
            "succeeded": state.succeeded,
            "failed": state.failed,
            "success_rate": state.succeeded / told if told else None,
            "success_interval": _interval(state.succeeded, told),
            "error_rate": state.failed / state.events if state.events else None,
            "error_interval": _interval(state.failed, state.events),
        }
        return Reading(value, max(told, durations.count))


def _interval(hits: int, count: int) -> list[float] | None:
    return list(interval(hits + 0.5, count - hits + 0.5)) if count else None


def _mean_interval(durations: Moments) -> list[float] | None:
    if durations.count < 2:
        return None
    reach = NINE_TENTHS * durations.spread() / sqrt(durations.count)
    return [max(durations.mean - reach, 0.0), durations.mean + reach]
