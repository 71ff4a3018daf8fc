"""Frustration: moments at which things did not go as a person wanted."""

from __future__ import annotations

from datetime import timedelta
from zlib import crc32

import msgspec

from penchant.core import instant
from penchant.core.instant import MINUTE, SECOND, Instant, span
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import HALF_LIVES, WEEKS, Feature, Reading, Signal
from penchant.profile.features.sessions import GAP
from penchant.state.decay import shift

ROW = 3  # times the same, each within
AT_ONCE: Instant = 2 * SECOND
AGAIN: Instant = 10 * MINUTE  # within which the same fails once more
BACK: Instant = 5 * SECOND  # that somebody stays before going back to where they came from
SIGNALS = ("rage_repeats", "failing_again", "quick_backs", "dead_ends")
RAGE, FAILING, QUICK_BACK, DEAD_END = range(4)
LEVELS = ((0.1, "high"), (0.02, "some"))  # signals an event


class Moment(msgspec.Struct, array_like=True):
    """The latest event: when, which action, how often in a row; which item since when, and the one before
    it; the action that failed last; whether a session would end badly here."""

    at: Instant
    action: int
    run: int = 1
    item: int | None = None
    arrived: Instant = 0
    before: int | None = None
    failed: int | None = None
    failed_at: Instant = 0
    hangs: bool = False


class State(msgspec.Struct, array_like=True):
    """``counts`` in the order of SIGNALS; events and signals decayed in ``block``."""

    first: Instant | None = None
    moment: Moment | None = None
    counts: list[int] = msgspec.field(default_factory=lambda: [0] * len(SIGNALS))
    events: int = 0
    block: int = 0
    lately: float = 0.0
    signals: float = 0.0
    last: tuple[int, Instant] | None = None


class Frustration(Feature[State]):
    """Counts four signals, each by a rule that is told here:

    - ``rage_repeats``: the same action on the same item with the same text at least three times in a row,
      each within 2 s of the one before; counted once a row.
    - ``failing_again``: what failed fails once more within 10 minutes, without having succeeded.
    - ``quick_backs``: back to the item they came from within 5 s of coming to another one.
    - ``dead_ends``: a session that ends with a failure, or with a query that nothing follows.

    Reads ``{signals: {name: count}, rate, level, last: {signal, at}}``: ``rate`` is signals an event, both
    fading with a half-life of 13.5 days; ``level`` is ``high`` from .1, ``some`` from .02, else ``none``. Who
    is in the middle of a session has not ended it. A late event counts as an event and as no signal.
    """

    name = "frustration"
    needs = "events that say what a person does"
    ordered = True
    state = State

    def __init__(self, gap: timedelta = GAP) -> None:
        self.gap = span(gap)

    def identity(self) -> str:
        return f"{super().identity()} {self.gap}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event, latest = signal.event, state.moment
        block = signal.growth.blocks[WEEKS]
        if block > state.block:
            factor = shift(state.block, block)
            state.block, state.lately, state.signals = (
                block,
                state.lately * factor,
                state.signals * factor,
            )
        factor = signal.growth.factors[WEEKS] * shift(block, state.block)
        state.events += 1
        state.lately += factor
        if latest is None:
            state.first = event.at
        elif event.at < latest.at:
            return
        elif event.at - latest.at > self.gap:
            if latest.hangs:
                _count(state, DEAD_END, latest.at, factor)
            latest = None
        state.moment = self._next(state, latest, signal, factor)

    def _next(self, state: State, moment: Moment | None, signal: Signal, factor: float) -> Moment:
        """The moment after an event, in a session that goes on from ``moment``, or begins."""
        event = signal.event
        action = crc32(f"{event.kind}\0{event.item}\0{event.text}".encode())
        failed = event.success is False or event.error is not None
        if moment is None:
            moment = Moment(event.at, action)
        else:
            is_same = action == moment.action and event.at - moment.at <= AT_ONCE
            moment.run = moment.run + 1 if is_same else 1
            if moment.run == ROW:
                _count(state, RAGE, event.at, factor)
        if failed:
            if action == moment.failed and event.at - moment.failed_at <= AGAIN:
                _count(state, FAILING, event.at, factor)
            moment.failed, moment.failed_at = action, event.at
        elif action == moment.failed:
            moment.failed = None
        if event.item is not None and _goes_back(moment, event.item, event.at):
            _count(state, QUICK_BACK, event.at, factor)
        moment.at, moment.action = event.at, action
        moment.hangs = failed or signal.kind.group == "query"
        return moment

    def merge(self, one: State, other: State) -> State:
        newest = max(one.block, other.block)
        kept = shift(one.block, newest), shift(other.block, newest)
        later = other if other.moment is not None else one
        ends_badly = (
            one.moment is not None
            and one.moment.hangs
            and other.first is not None
            and other.first - one.moment.at > self.gap
        )
        merged = State(
            one.first if one.first is not None else other.first,
            later.moment and msgspec.structs.replace(later.moment),
            [a + b for a, b in zip(one.counts, other.counts, strict=True)],
            one.events + other.events,
            newest,
            one.lately * kept[0] + other.lately * kept[1],
            one.signals * kept[0] + other.signals * kept[1],
            one.last,
        )
        if ends_badly and one.moment is not None and other.first is not None:
            _count(merged, DEAD_END, one.moment.at, _factor(other.first, newest))
        merged.last = other.last or merged.last
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        counts, lately, last = list(state.counts), state.signals, state.last
        moment = state.moment
        if moment is not None and moment.hangs and now - moment.at > self.gap:
            counts[DEAD_END] += 1
            lately += _factor(moment.at, state.block)
            last = DEAD_END, moment.at
        rate = lately / state.lately if state.lately else 0.0
        value = {
            "signals": dict(zip(SIGNALS, counts, strict=True)),
            "rate": rate,
            "level": next((name for least, name in LEVELS if rate >= least), "none"),
            "last": last and {"signal": SIGNALS[last[0]], "at": instant.text(last[1])},
        }
        return Reading(value, state.events)


def _goes_back(moment: Moment, name: str, at: Instant) -> bool:
    """Note the item of an event; whether the person went back at once to where they came from."""
    item = crc32(name.encode())
    if item == moment.item:
        return False
    is_back = item == moment.before and at - moment.arrived <= BACK
    moment.before, moment.item, moment.arrived = moment.item, item, at
    return is_back


def _count(state: State, place: int, at: Instant, factor: float) -> None:
    state.counts[place] += 1
    state.signals += factor
    state.last = place, at


def _factor(at: Instant, block: int) -> float:
    """What one event at an instant counts in a block."""
    growth = HALF_LIVES.at(at)
    return growth.factors[WEEKS] * shift(growth.blocks[WEEKS], block)
