"""Recent: the items a person touched last, with repeats, by the time they happened."""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

LENGTH = 24  # the decayed query of the rankers weighs the 20th event by e ** -5 or less
SLACK = 4  # touches beyond that before they are dropped, all at once
SIZE = 560  # bytes of item ids: 24 of 23 bytes
LONG = SIZE // LENGTH  # bytes; a touch of a longer id is measured at once, others are by four


class Touch(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One event about an item. ``chosen`` says that its kind is one of choosing, such as a click
    or a rating, whatever the rating said; a dismissal or a return is not."""

    at: Instant
    item: str
    weight: float
    chosen: bool = True


class Recent(Feature[list[Touch]]):
    """The last 24 touches of items (a few more inside the state, oldest first); a late event goes
    to its place.

    Reads a list, newest first, of ``{item, at, weight}``; instants as RFC 3339 text.
    """

    name = "recent"
    needs = "events that name an item"
    version = 4
    ordered = True
    state = list[Touch]

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> list[Touch]:
        return []

    def step(self, state: list[Touch], signal: Signal, item: Item | None) -> None:
        event = signal.event
        if event.item is None:
            return
        touch = Touch(event.at, event.item, signal.weight, signal.kind.weight > 0)
        if not state or event.at >= state[-1].at:
            state.append(touch)
        else:
            state.insert(bisect_right(state, event.at, key=_at), touch)
        long = len(event.item) > LONG or not event.item.isascii()
        if long or not len(state) % 4 or len(state) > LENGTH + SLACK:
            _trim(state)

    def merge(self, one: list[Touch], other: list[Touch]) -> list[Touch]:
        merged = sorted([*one, *other], key=_at)
        _trim(merged)
        return merged

    def read(self, state: list[Touch], now: Instant) -> Reading:
        value = [
            {"item": touch.item, "at": instant.text(touch.at), "weight": touch.weight}
            for touch in reversed(state[-LENGTH:])
        ]
        return Reading(value, len(value), f"last {LENGTH} touches")


def _at(touch: Touch) -> Instant:
    return touch.at


def _trim(state: list[Touch]) -> None:
    """Drop the oldest touches beyond the length, and those whose ids do not fit any more."""
    together = "".join([touch.item for touch in state])
    if len(state) <= LENGTH + SLACK and _size(together) <= SIZE:
        return
    kept = 0
    size = 0
    for touch in reversed(state[-LENGTH:]):
        size += _size(touch.item)
        if kept and size > SIZE:
            break
        kept += 1
    del state[: len(state) - kept]


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())
