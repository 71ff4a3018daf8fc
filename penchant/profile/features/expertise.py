"""Expertise: how practised a person is, by how they work, compared with everybody else.

No labels are needed and none would help much: what is logged does not separate five exact tiers even where
they are known. So there is a score with an interval; the tier is its label. Why, and how far it orders
people by their grades: docs/design/011-expertise.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import log, sqrt
from struct import Struct
from typing import Any
from zlib import crc32

import msgspec

from penchant.core.instant import DAY, MINUTE, SECOND, Instant, span
from penchant.core.interface import TIERS
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Beside, Feature, Reading, Signal
from penchant.profile.features.sessions import GAP
from penchant.profile.panel import Trial
from penchant.state.quantiles import quantiles, rank

# What is measured, the larger the more practised.
INDICATORS = (
    "pace",  # minus the mean logarithm of the seconds between two events of a session
    "quickness",  # minus that of the milliseconds that things took
    "certainty",  # minus the share of failures
    "steadiness",  # minus the share of pauses of more than a minute
    "breadth",  # the logarithm of how many different actions there were
    "experience",  # the logarithm of how many events there were
)
# By how much the first four may move before the tier is looked at anew; the others grow with everybody's.
MARGINS = (0.04, 0.04, 0.006, 0.008)
GROWING = slice(len(MARGINS), None)
UPDATE = 20  # events from which the indicators are measured together
HALF_LIFE = 50  # updates after which one counts half
MARGIN = 1.0  # times MARGINS
PAUSE: Instant = 60 * SECOND
SHORTEST = 0.05  # seconds; two events at once are as far apart
BITS = 64
OTHERS = 5  # people of the panel below whom a rank among them says nothing
SETTLED = 8  # updates in which a tier is still being found, so that no other is new
STEPS = 7 * DAY // MINUTE  # in which small steps are taken for one
PACKED = Struct(f"<{len(INDICATORS)}f")
NINE_TENTHS = 1.645  # standard errors on either side of a mean


class Block(msgspec.Struct, array_like=True):
    """The events since the last update, in sums."""

    events: int = 0
    gaps: int = 0
    log_gaps: float = 0.0
    pauses: int = 0
    durations: int = 0
    log_durations: float = 0.0
    told: int = 0
    failed: int = 0


class State(msgspec.Struct, array_like=True):
    """``means`` and ``squares`` of the indicators, faded, after ``counts`` updates of each; ``held`` is what
    the tier is read from; ``seen`` has a bit for each action met. ``before`` is what it was read from before
    it was looked at anew, in single precision, empty until then; ``since`` when, in minutes since 1970; what
    follows within seven days changes neither."""

    block: Block = msgspec.field(default_factory=Block)
    events: int = 0
    last: Instant | None = None
    seen: list[int] = msgspec.field(default_factory=lambda: [0, 0])
    counts: list[int] = msgspec.field(default_factory=lambda: [0] * len(INDICATORS))
    means: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(INDICATORS))
    squares: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(INDICATORS))
    held: list[float] = msgspec.field(default_factory=lambda: [0.0] * len(INDICATORS))
    before: bytes = b""
    since: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """The tier that somebody came to, and the one before; ``at`` an instant they began to move."""

    before: str
    tier: str
    at: Instant


class Norm(msgspec.Struct, array_like=True):
    """Quantiles of each indicator among people, and of the means of their ranks."""

    indicators: list[list[float]]
    scores: list[float]


class Expertise(Feature[State]):
    """Measures every 20 events how quick, sure, steady, broad and experienced a person is.

    Reads ``{score, interval, tier, indicators, updates}``: the score is the share of people who are less
    practised, in [0, 1]: the rank of the mean of the ranks of the indicators, each compared with those
    of everybody. The interval holds the score of the same person at other times in nine of ten cases. The
    tier is a fifth of the scores; it is looked at anew only when the indicators have moved by some margin, so
    that it does not flap. Before 20 events, or with fewer than five people to compare with, the score is .5,
    the interval [0, 1] and the tier ``novice``. Source: label-free scoring by ranks; figures:
    benchmarks/QUALITY.md.
    """

    name = "expertise"
    needs = "20 events that say what a person does, and other people"
    version = 3
    ordered = True
    state = State

    def __init__(
        self, gap: timedelta = GAP, *, half_life: float = HALF_LIFE, margin: float = MARGIN
    ) -> None:
        self.gap = span(gap)
        self.keep = 2.0 ** (-1.0 / half_life)
        self.margin = margin
        self._full = 1.0 / (1.0 - self.keep)  # updates that a mean stands for at most

    def identity(self) -> str:
        return f"{super().identity()} {self.gap} {self.keep} {self.margin}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event, block = signal.event, state.block
        state.events += 1
        block.events += 1
        if state.last is None or event.at >= state.last:
            if state.last is not None and event.at - state.last <= self.gap:
                gap = event.at - state.last
                block.gaps += 1
                block.log_gaps += log(max(gap / SECOND, SHORTEST))
                block.pauses += gap > PAUSE
            state.last = event.at
        if event.duration_ms is not None:
            block.durations += 1
            block.log_durations += log(event.duration_ms + 1.0)
        if event.success is not None or event.error is not None:
            block.told += 1
            block.failed += event.success is False or event.error is not None
        word = (
            event.text.split(None, 1)[0] if event.text and not event.text.isspace() else event.item
        )
        bit = crc32(f"{event.kind}\0{word}".encode()) % (2 * BITS)
        state.seen[bit // BITS] |= 1 << bit % BITS
        if block.events >= UPDATE:
            self._update(state)

    def merge(self, one: State, other: State) -> State:
        """Exact up to 20 events; beyond, updates are those of each half, and not every 20th event of both."""
        counts = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
        merged = State(
            Block(*(a + b for a, b in zip(_sums(one.block), _sums(other.block), strict=True))),
            one.events + other.events,
            other.last if other.last is not None else one.last,
            [a | b for a, b in zip(one.seen, other.seen, strict=True)],
            counts,
            self._joined(one.means, other.means, one.counts, other.counts),
            self._joined(one.squares, other.squares, one.counts, other.counts),
            list(other.held if any(other.counts) else one.held),
            other.before or one.before,
            other.since if other.before else one.since,
        )
        if merged.block.events >= UPDATE:
            self._update(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        return self._reading(state, None)

    def read_beside(self, state: State, now: Instant, beside: Beside) -> Reading:
        return self._reading(state, beside.norm)

    def change(self, state: State, norm: Norm | None) -> Change | None:
        """What became of the tier since it was looked at anew, and in the seven days after; ``None`` while it
        stays what it was."""
        if norm is None or not norm.scores or not state.before:
            return None
        before = _tier(PACKED.unpack(state.before), state, norm)
        tier = _tier(state.held, state, norm)
        return None if before == tier else Change(before, tier, state.since * MINUTE)

    def _reading(self, state: State, norm: Norm | None) -> Reading:
        if norm is None or not norm.scores or not any(state.counts):
            unknown = {"score": 0.5, "interval": [0.0, 1.0], "tier": TIERS[0], "indicators": {}}
            return Reading({**unknown, "updates": max(state.counts)}, state.events)
        ranks = ranked(state.means, state.counts, norm)
        mean = _mean(ranks.values())
        reach = self._reach(state, norm)
        value = {
            "score": rank(mean, norm.scores),
            "interval": [rank(mean - reach, norm.scores), rank(mean + reach, norm.scores)],
            "tier": _tier(state.held, state, norm),
            "indicators": ranks,
            "updates": max(state.counts),
        }
        return Reading(value, state.events)

    def _reach(self, state: State, norm: Norm) -> float:
        """Half of the interval about the mean rank, from how much each indicator varies over updates."""
        total, places = 0.0, [place for place, count in enumerate(state.counts) if count]
        for place in places:
            mean, count = state.means[place], state.counts[place]
            spread = sqrt(max(state.squares[place] - mean * mean, 0.0))
            known = norm.indicators[place]
            if count < 2:
                total += 0.25
                continue
            independent = min(count, (1.0 + self.keep) / (1.0 - self.keep))
            error = NINE_TENTHS * spread / sqrt(independent)
            total += ((rank(mean + error, known) - rank(mean - error, known)) / 2.0) ** 2
        return sqrt(total) / len(places)

    def _update(self, state: State) -> None:
        """Take the block into the means, and see whether the tier is to be looked at anew."""
        for place, number in enumerate(_measured(state)):
            if number is None:
                continue
            share = max(1.0 - self.keep, 1.0 / (state.counts[place] + 1))
            state.means[place] += share * (number - state.means[place])
            state.squares[place] += share * (number * number - state.squares[place])
            state.counts[place] += 1
        state.held[GROWING] = state.means[GROWING]
        moved = [
            ((state.means[place] - state.held[place]) / margin) ** 2
            for place, margin in enumerate(MARGINS)
            if state.counts[place]
        ]
        if max(state.counts) <= 1:
            state.held = list(state.means)
        elif _mean(moved) > self.margin**2:
            at = 0 if state.last is None else state.last // MINUTE
            settled = max(state.counts) > SETTLED
            if settled and (not state.before or at - state.since >= STEPS):
                state.before, state.since = PACKED.pack(*state.held), at
            state.held = list(state.means)
        state.block = Block()

    def _joined(
        self,
        one: Sequence[float],
        other: Sequence[float],
        ones: Sequence[int],
        others: Sequence[int],
    ) -> list[float]:
        """Faded means of the updates of both, the other's being later."""
        return [
            b + (a - b) * self._weight(m, n)
            for a, b, m, n in zip(one, other, ones, others, strict=True)
        ]

    def _weight(self, earlier: int, later: int) -> float:
        """The weight of the earlier mean: it has faded with every later update."""
        old, new = min(earlier, self._full) * self.keep**later, min(later, self._full)
        return old / (old + new) if old else 0.0


class Skills(Trial[None, State]):
    """The norm of expertise: how quick, sure and so on people are."""

    name = Expertise.name
    shared = None
    own = State
    says = Norm

    def __init__(self, expertise: Expertise) -> None:
        self.expertise = expertise

    def identity(self) -> str:
        return self.expertise.identity()

    def touches(self, kind: Kind) -> bool:
        return self.expertise.touches(kind)

    def zero(self) -> None:
        return None

    def own_zero(self) -> State:
        return State()

    def step(self, shared: None, own: State, signal: Signal, item: Item | None) -> None:
        self.expertise.step(own, signal, item)

    def merge(self, one: None, other: None) -> None:
        return None

    def own_merge(self, one: State, other: State) -> State:
        return self.expertise.merge(one, other)

    def norm(self, shared: None, people: Sequence[State]) -> Any:
        indicators = [
            quantiles([person.means[place] for person in people if person.counts[place]])
            for place in range(len(INDICATORS))
        ]
        norm = Norm(indicators, [])
        scores = [
            _mean(ranked(person.means, person.counts, norm).values())
            for person in people
            if any(person.counts)
        ]
        return Norm(indicators, quantiles(scores) if len(scores) >= OTHERS else [])


def ranked(numbers: Sequence[float], counts: Sequence[int], norm: Norm) -> dict[str, float]:
    """The rank of each indicator that was measured."""
    return {
        name: rank(number, known)
        for name, number, count, known in zip(
            INDICATORS, numbers, counts, norm.indicators, strict=True
        )
        if count
    }


def _tier(numbers: Sequence[float], state: State, norm: Norm) -> str:
    held = rank(_mean(ranked(numbers, state.counts, norm).values()), norm.scores)
    return TIERS[min(int(held * len(TIERS)), len(TIERS) - 1)]


def _measured(state: State) -> tuple[float | None, ...]:
    block = state.block
    seen = sum(part.bit_count() for part in state.seen)
    return (
        -block.log_gaps / block.gaps if block.gaps else None,
        -block.log_durations / block.durations if block.durations else None,
        -(block.failed + 0.5) / (block.told + 1.0) if block.told else None,
        -block.pauses / block.gaps if block.gaps else None,
        log(1.0 + seen),
        log(1.0 + state.events),
    )


def _sums(block: Block) -> tuple[Any, ...]:
    return msgspec.structs.astuple(block)


def _mean(numbers: Any) -> float:
    known = list(numbers)
    return sum(known) / len(known) if known else 0.0
