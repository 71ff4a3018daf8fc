"""Engagement: how often a person comes, how lately, and how much they do then."""

from __future__ import annotations

from math import exp, log2

import msgspec

from penchant.core import instant
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import HALF_LIVES, WEEKS, Feature, Reading, Signal
from penchant.state.decay import BLOCK, shift

DAYS = 56  # days remembered: two times four weeks, so that one can be held against the other
WINDOW = 28
OFTEN = 8  # active days of 28 at which frequency counts 1
FADING = 7.0  # days without a visit that halve it
LEVELS = ((0.75, "high"), (0.4, "medium"), (0.1, "low"))
CHANGE = 1.25  # times as many active days as in the four weeks before, or as few, make a trend
WINDOWED = f"active days of {DAYS} days"
LEAST = 4  # active days in eight weeks below which there is no trend


def engagement_score(frequency: float, recency: float, depth: float) -> float:
    """How engaged somebody is, in [0, 1): 1 - exp(-x), where

        x = frequency / 8 * (1 + log2(max(depth, 1))) / 2 * 2 ** (-recency / 7)

    ``frequency``: active days of the last 28. ``recency``: days since the last event. ``depth``: events
    an active day. It grows with frequency and depth and falls with recency; nobody who never came
    has any. Ours, for the formula that CONTRACT X-63 leaves open.

    >>> round(engagement_score(frequency=8, recency=0, depth=2), 3), engagement_score(0, 0, 9)
    (0.632, 0.0)
    """
    visits = frequency / OFTEN * (1.0 + log2(max(depth, 1.0))) / 2.0
    return 1.0 - exp(-visits * 2.0 ** (-max(recency, 0.0) / FADING))


class State(msgspec.Struct, array_like=True):
    """``days`` has a bit for each active day up to ``last``, the lowest for the last one; ``events`` is a
    decayed count in ``block``."""

    last: int | None = None
    latest: Instant = 0
    days: int = 0
    block: int = 0
    events: float = 0.0


class Engagement(Feature[State]):
    """Remembers the active days of eight weeks and how much happened on them.

    Reads ``{score, level, frequency, recency_days, depth, trend, active_days, last_active}``: the
    :func:`engagement_score`, ``high`` from .75, ``medium`` from .4, ``low`` from .1, else ``none``; active
    days of the last 28; days since the last event; events an active day, both fading with a
    half-life of 13.5 days; ``rising`` or ``falling`` where the last 28 days have 1.25 times as many active
    days as the 28 before, or as few, ``steady`` otherwise, ``None`` below four active days in both.
    Days are UTC; the state adds up in any order.
    """

    name = "engagement"
    needs = "days on which the person did something"
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        at = signal.event.at
        day = at // DAY
        if state.last is None or at > state.latest:  # an event before 1970 is below 0
            state.latest = at
        if day != state.last:
            _mark(state, day, 1)
        else:
            state.days |= 1
        _add(state, signal.growth.blocks[WEEKS], signal.growth.factors[WEEKS])

    def merge(self, one: State, other: State) -> State:
        if one.last is None or other.last is None:
            full = other if one.last is None else one
            return State(full.last, full.latest, full.days, full.block, full.events)
        merged = State(one.last, max(one.latest, other.latest), one.days, one.block, one.events)
        _mark(merged, other.last, other.days)
        _add(merged, other.block, other.events)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        if state.last is None:
            return Reading(_nothing(), 0, WINDOWED)
        ago = now // DAY - state.last
        days = state.days << max(ago, 0) if ago >= 0 else state.days >> -ago
        recent = (days & (1 << WINDOW) - 1).bit_count()
        before = (days >> WINDOW & (1 << WINDOW) - 1).bit_count()
        recency = max(now - state.latest, 0) / DAY
        depth = _depth(state)
        score = engagement_score(recent, recency, depth)
        value = {
            "score": score,
            "level": next((name for least, name in LEVELS if score >= least), "none"),
            "frequency": recent,
            "recency_days": recency,
            "depth": depth,
            "trend": _trend(recent, before),
            "active_days": state.days.bit_count(),
            "last_active": instant.text(state.latest),
        }
        return Reading(value, state.days.bit_count(), WINDOWED)


def _nothing() -> dict[str, float | int | str | None]:
    return {
        "score": 0.0,
        "level": "none",
        "frequency": 0,
        "recency_days": None,
        "depth": 0.0,
        "trend": None,
        "active_days": 0,
        "last_active": None,
    }


def _mark(state: State, last: int, days: int) -> None:
    """Add active days, of which the lowest bit is day ``last``."""
    if state.last is None:
        state.last, state.days = last, days
        return
    ahead = last - state.last
    if ahead >= 0:
        state.days = (state.days << min(ahead, DAYS) | days) & (1 << DAYS) - 1
        state.last = last
    elif ahead > -DAYS:
        state.days = (state.days | days << -ahead) & (1 << DAYS) - 1


def _add(state: State, block: int, events: float) -> None:
    newest = max(state.block, block)
    kept = state.events * shift(state.block, newest)
    state.block, state.events = newest, kept + events * shift(block, newest)


def _depth(state: State) -> float:
    """Events an active day, the later ones weighing more; what is older than eight weeks counts in neither
    by much."""
    half_life = HALF_LIVES.spans[WEEKS]
    assert state.last is not None
    decayed = 0.0
    for ago in range(DAYS):
        if state.days >> ago & 1:
            noon = (state.last - ago) * DAY + DAY // 2
            decayed += 2.0 ** (noon / half_life - state.block * BLOCK)
    return state.events / decayed if decayed else 0.0


def _trend(recent: int, before: int) -> str | None:
    if recent + before < LEAST:
        return None
    if recent >= CHANGE * before:
        return "rising"
    return "falling" if before >= CHANGE * recent else "steady"
