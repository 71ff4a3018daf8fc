"""Traits: what the application told of a person: role, goals, department, locale, zone."""

from __future__ import annotations

from typing import Any

import msgspec

from penchant.core.admission import TRAITS_SIZE
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import TRAITS, Kind
from penchant.profile.feature import Feature, Reading, Signal


class Traits(Feature[dict[str, Any]]):
    """The latest value told of each trait, in log order; ``None`` takes a trait back.

    Reads the traits that stand. The state remembers what was taken back, so that two halves of a
    history add up; beyond 512 bytes the trait told longest ago is forgotten. Traits travel as events of
    kind ``traits``: they are replayed, exported and read as of any instant like everything else.
    """

    name = "traits"
    needs = "traits told by set(), or events of the kind traits"
    version = 2
    ordered = True
    state = dict[str, Any]

    def touches(self, kind: Kind) -> bool:
        return kind.name == TRAITS

    def zero(self) -> dict[str, Any]:
        return {}

    def step(self, state: dict[str, Any], signal: Signal, item: Item | None) -> None:
        _update(state, signal.event.data or {})

    def merge(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        merged = dict(one)
        _update(merged, other)
        return merged

    def read(self, state: dict[str, Any], now: Instant) -> Reading:
        value = {name: told for name, told in state.items() if told is not None}
        return Reading(value, len(state))


def _update(state: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        state.pop(name, None)
        state[name] = value
    while len(state) > 1 and len(msgspec.msgpack.encode(state)) > TRAITS_SIZE:
        del state[next(iter(state))]
