"""Zones: where people said they live, known for everyone, so that events carry a local time.

The edge writes the offset into the event when it accepts it. Habits are then a matter of the event
alone: whoever moves keeps the habits of where they lived, and two halves of a history add up.
"""

from __future__ import annotations

from typing import Any

from penchant.core.instant import Instant, zone_named
from penchant.core.item import Item
from penchant.core.kinds import TRAITS, Kind
from penchant.profile.feature import Feature, Reading, Signal

PEOPLE = 500_000  # who told a zone longest ago is forgotten beyond, and counted in the store's zone


class Zones(Feature[dict[str, str]]):
    """The latest zone each person told, by user; for everyone. Reads how many there are."""

    name = "zones"
    ordered = True
    state = dict[str, str]

    def touches(self, kind: Kind) -> bool:
        return kind.name == TRAITS

    def zero(self) -> dict[str, str]:
        return {}

    def step(self, state: dict[str, str], signal: Signal, item: Item | None) -> None:
        zone = told_zone(signal.event.data)
        if zone is not None:
            state.pop(signal.event.user, None)
            state[signal.event.user] = zone
            if len(state) > PEOPLE:
                del state[next(iter(state))]

    def merge(self, one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
        merged = {**{user: zone for user, zone in one.items() if user not in other}, **other}
        for user in list(merged)[: max(len(merged) - PEOPLE, 0)]:
            del merged[user]
        return merged

    def read(self, state: dict[str, str], now: Instant) -> Reading:
        return Reading({"people": len(state)}, len(state))


def told_zone(data: dict[str, Any] | None) -> str | None:
    """The zone a traits event tells, if it tells a known one."""
    zone = (data or {}).get("zone")
    return zone if isinstance(zone, str) and is_zone(zone) else None


def is_zone(name: str) -> bool:
    """Whether ``name`` is a zone of the tz database, such as ``Europe/Madrid``."""
    try:
        zone_named(name)
    except ValueError:
        return False
    return True
