"""Surroundings: on which devices, where, with whom and in which weather a person is there."""

from __future__ import annotations

from typing import Any

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.state import few
from penchant.state.tally import Bound

ASPECTS = ("device", "platform", "place", "company", "weather")
# What a context tells, by the names it may have there.
NAMES = {name: name for name in ASPECTS} | {"device_type": "device", "location": "place"}
BOUND = Bound(keys=4, size=28)  # of each aspect


class Surroundings(Feature[dict[str, dict[str, int]]]):
    """Counts events by what their ``context`` tells, the four commonest of each aspect.

    A ``location`` of ``{lat, lon}`` in degrees is the tenth of a degree it lies in, some 11 km. Reads
    ``{device, platform, place, company, weather}``, each a share in [0, 1] by name of the events that
    tell it; what no event told is absent.
    """

    name = "surroundings"
    needs = "events whose context names a device, platform, place, company or weather"
    version = 2
    state = dict[str, dict[str, int]]

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> dict[str, dict[str, int]]:
        return {}

    def step(self, state: dict[str, dict[str, int]], signal: Signal, item: Item | None) -> None:
        context = signal.event.context
        if context is None:
            return
        for name, told in context.items():
            aspect = NAMES.get(name)
            if aspect is None or (name != aspect and aspect in context):
                continue
            text = told if type(told) is str else _place(told)
            if text:
                few.count(state.setdefault(aspect, {}), text, BOUND)

    def merge(
        self, one: dict[str, dict[str, int]], other: dict[str, dict[str, int]]
    ) -> dict[str, dict[str, int]]:
        return {
            aspect: few.added(one.get(aspect, {}), other.get(aspect, {}), BOUND)
            for aspect in ASPECTS
            if aspect in one or aspect in other
        }

    def read(self, state: dict[str, dict[str, int]], now: Instant) -> Reading:
        value = {aspect: few.shares(state[aspect]) for aspect in ASPECTS if state.get(aspect)}
        return Reading(value, max((sum(table.values()) for table in state.values()), default=0))


def _place(told: Any) -> str | None:
    """A location as text; ``None`` for what is none."""
    match told:
        case {"lat": int() | float() as lat, "lon": int() | float() as lon}:
            return f"{lat:z.1f},{lon:z.1f}"  # z: no -0.0 beside 0.0
    return None
