"""Choices: how people in a role, on a device, of a tier want their interface, for everyone.

Each person counts once a setting, by their latest choice. Of which role, device and tier they were stands in
the event that tells the choice: a replay counts them alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import msgspec

from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.interface import ASPECTS, plain, understood
from penchant.core.item import Item
from penchant.core.kinds import CONFIGURE, PREFERENCES, Kind
from penchant.profile.feature import Feature, Reading, Signal

PEOPLE = 50_000  # whose choice was told longest ago is forgotten beyond
NAMES = {"role": ("role",), "device": ("device", "device_type"), "tier": ("tier",)}


class Choice(msgspec.Struct, array_like=True, frozen=True):
    """What one person chose for one setting, and of which role, device and tier they then were."""

    value: str | None
    at: Instant
    aspects: dict[str, str]


class State(msgspec.Struct, array_like=True):
    """``people``: user -> setting -> choice; ``counts``: group -> setting -> value -> people."""

    people: dict[str, dict[str, Choice]] = {}
    counts: dict[str, dict[str, dict[str, int]]] = {}


class Choices(Feature[State]):
    """Counts the choices that stand, by every group of people alike. Reads how many people chose."""

    name = "choices"
    ordered = True
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.name in (PREFERENCES, CONFIGURE)

    def zero(self) -> State:
        return State({}, {})

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        if told := understood(event.data):
            aspects = told_aspects(event)
            chosen = {name: Choice(value, event.at, aspects) for name, value in told.items()}
            _take(state, event.user, chosen)
            _forget_beyond(state)

    def merge(self, one: State, other: State) -> State:
        merged = State({}, {})
        for user in [*(user for user in one.people if user not in other.people), *other.people]:
            for people in (one.people, other.people):
                _take(merged, user, people.get(user, {}))
        _forget_beyond(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        return Reading({"people": len(state.people)}, len(state.people))

    def counts(
        self, state: State, setting: str, aspects: Mapping[str, str]
    ) -> list[tuple[dict[str, str], dict[str, int]]]:
        """How often each value was chosen by people alike: the most alike first, those of one aspect last."""
        return [
            (group, dict(state.counts.get(_key(group), {}).get(setting, {})))
            for group in groups(aspects)
        ]


def groups(aspects: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Whom somebody of these aspects is alike, from all of the aspects down to one of them.

    >>> list(groups({"role": "cook", "tier": "novice"}))
    [{'role': 'cook', 'tier': 'novice'}, {'role': 'cook'}, {'tier': 'novice'}]
    """
    known = [aspect for aspect in ASPECTS if aspects.get(aspect)]
    for size in range(len(known), 0, -1):
        for names in combinations(known, size):
            yield {name: aspects[name] for name in names}


def told_aspects(event: Event) -> dict[str, str]:
    """Role, device and tier as the ``context`` of an event tells them."""
    context = event.context or {}
    told = {
        aspect: next((text for name in names if (text := _text(context.get(name)))), "")
        for aspect, names in NAMES.items()
    }
    return {aspect: text for aspect, text in told.items() if text}


def _text(told: Any) -> str:
    return plain(told) if isinstance(told, str) else ""


def _key(group: Mapping[str, str]) -> str:
    return "\n".join(f"{aspect}:{value}" for aspect, value in group.items())


def _take(state: State, user: str, chosen: Mapping[str, Choice]) -> None:
    """Let a person's choices stand where they are later than those that do; who chose last stands last."""
    theirs = state.people.pop(user, None)
    if theirs is None and not chosen:
        return
    theirs = {} if theirs is None else theirs
    for name, choice in chosen.items():
        known = theirs.get(name)
        if known is None or choice.at >= known.at:
            if known is not None:
                _count(state, name, known, -1)
            _count(state, name, choice, 1)
            theirs[name] = choice
    state.people[user] = theirs


def _count(state: State, setting: str, choice: Choice, by: int) -> None:
    if choice.value is None:
        return
    for group in groups(choice.aspects):
        key = _key(group)
        settings = state.counts.setdefault(key, {})
        values = settings.setdefault(setting, {})
        values[choice.value] = values.get(choice.value, 0) + by
        if not values[choice.value]:
            del values[choice.value]
        if not values:
            del settings[setting]
        if not settings:
            del state.counts[key]


def _forget_beyond(state: State) -> None:
    while len(state.people) > PEOPLE:
        user = next(iter(state.people))
        for name, choice in state.people.pop(user).items():
            _count(state, name, choice, -1)
