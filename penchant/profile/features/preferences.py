"""Preferences: what a person chose for the interface, and when."""

from __future__ import annotations

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.interface import SETTINGS, understood
from penchant.core.item import Item
from penchant.core.kinds import CONFIGURE, PREFERENCES, Kind
from penchant.profile.feature import Feature, Reading, Signal


class Pin(msgspec.Struct, array_like=True, frozen=True):
    """One choice; ``value`` is ``None`` where it was taken back."""

    value: str | None
    at: Instant


class Preferences(Feature[dict[str, Pin]]):
    """The latest choice of each setting, by its own time: an event that arrives late changes nothing newer.

    A choice is told by ``data`` of the kinds ``preferences`` and ``configure``, such as
    ``{"layout": "compact"}``; null takes one back; what is no setting there is ignored. Reads
    ``{setting: {value, since}}`` of the choices that stand.
    """

    name = "preferences"
    needs = "choices told by prefer(), or events of the kinds preferences and configure"
    ordered = True  # of two choices at one instant
    state = dict[str, Pin]

    def touches(self, kind: Kind) -> bool:
        return kind.name in (PREFERENCES, CONFIGURE)

    def zero(self) -> dict[str, Pin]:
        return {}

    def step(self, state: dict[str, Pin], signal: Signal, item: Item | None) -> None:
        for name, value in understood(signal.event.data).items():
            _take(state, name, Pin(value, signal.event.at))

    def merge(self, one: dict[str, Pin], other: dict[str, Pin]) -> dict[str, Pin]:
        merged = dict(one)
        for name, pin in other.items():
            _take(merged, name, pin)
        return merged

    def read(self, state: dict[str, Pin], now: Instant) -> Reading:
        value = {
            name: {"value": state[name].value, "since": instant.text(state[name].at)}
            for name in SETTINGS
            if name in state and state[name].value is not None
        }
        return Reading(value, len(state))


def _take(state: dict[str, Pin], name: str, pin: Pin) -> None:
    known = state.get(name)
    if known is None or pin.at >= known.at:
        state[name] = pin
