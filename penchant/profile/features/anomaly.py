"""Anomaly: whether a person's latest days are unlike their days before, with a stated budget of alarms.

Why so, and what was weighed against it: docs/design/016-alerts.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from math import exp, log, log2, sqrt
from statistics import median
from typing import Any

import msgspec

from penchant.core import instant
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Beside, Feature, Reading, Signal
from penchant.profile.features.habits import Habits
from penchant.profile.panel import Trial

VOLUME, FAILURES, HOURS = SIGNALS = ("volume", "failures", "hours")
BUDGET = 0.01  # of false alarms on an active day, all signals together: one in 100 days
KEPT = 24  # days before the latest two whose volumes are kept
LEAST = 5  # days before a day that it is compared with
CODES = 8  # steps of a volume's code a doubling: the code is right to a twentieth
MOST = 255  # days counted of an hour; then all are halved
MAD = 1.4826  # the median distance of normal numbers from their median is a standard deviation by so much
NINE_TENTHS = 1.645  # standard deviations on either side
SURPRISED = 20  # days from which an hour never used is as surprising as can be
SCALED = 5.0  # days that people's spread counts as, beside a person's own
TRUSTED = 50.0  # events that people's share of failures counts as
FORMAL = 300.0  # days of the panel that the logistic tail counts as
STEEP = 1.7  # the logistic distribution is then near the normal one, with longer tails
BINS, WIDTH = 120, 0.25  # of the histograms of scores


class Today(msgspec.Struct, array_like=True):
    """One day: its number since 1970, events, failures, and a bit for each hour with events."""

    day: int
    events: int = 0
    failed: int = 0
    hours: int = 0


class State(msgspec.Struct, array_like=True):
    """``latest`` are the last two active days, oldest first. Of those before: ``volumes`` has a code a day,
    ``told`` and ``failed`` count events, ``used`` says of each hour on how many of ``days`` it was used."""

    latest: list[Today] = []
    volumes: bytes = b""
    told: int = 0
    failed: int = 0
    days: int = 0
    used: bytes = bytes(24)


class Norm(msgspec.Struct, array_like=True):
    """What days are like among people: in doublings of events the ``usual`` volume, how much days of one
    person (``within``) and people (``between``) differ; the share of failures; how many days were judged,
    and how many had at least each score, by signal."""

    usual: float = 0.0
    within: float = 1.0
    between: float = 4.0
    failing: float = 0.05
    judged: int = 0
    above: list[list[int]] = []


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one signal of one day compares with the days before.

    ``what`` is ``volume`` (events), ``failures`` or ``hours`` (the hour hardest to explain); ``day`` an ISO
    date in the person's zone. ``value`` is what there was, ``usual`` what was to be expected, ``interval``
    where nine of ten days lie. ``p`` is the share of people's days with such a ``score`` or a higher one;
    ``unusual`` where it is at most a third of the budget. ``days`` of the person's own stand behind it.
    """

    what: str
    day: str
    value: float
    usual: float
    interval: tuple[float, float]
    score: float
    p: float
    unusual: bool
    days: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "day": self.day,
            "value": self.value,
            "usual": self.usual,
            "interval": list(self.interval),
            "score": self.score,
            "p": self.p,
            "unusual": self.unusual,
            "days": self.days,
        }

    def __str__(self) -> str:
        """In words."""
        if self.what == HOURS:
            return (
                f"{self.day}: active from {self.value:.0f} to {(self.value + 1) % 24:.0f} h, an hour used on "
                f"{self.usual:.0%} of {self.days} days before"
            )
        low, high = self.interval
        named = "events" if self.what == VOLUME else "failed events"
        return (
            f"{self.day}: {self.value:.0f} {named}; usual are {self.usual:.1f}, nine of ten days have "
            f"{low:.1f} to {high:.1f}, by {self.days} days before"
        )


class Anomaly(Feature[State]):
    """Compares the latest two active days with those before them; below five nothing is said.

    Volumes are compared with those of the 24 days before, failures with the share of all events before,
    hours with how often each was used, of which all is halved at 255 days.

    Only kinds that teach count; days and hours are local, as those of ``habits``. An event older than the
    latest two days counts for the share of failures alone. Three signals: more events than usual (robust:
    median and median deviation of logarithms), more failures than the share of failures explains, activity at
    hours hardly ever used. Each has a score; what a score is worth is learned from the days of the panel.
    Reads ``{unusual, budget, days, signals}``: ``signals`` are :class:`Judgement` as plain data, latest day
    first; ``unusual`` whether one of them is. ``budget`` is the share of ordinary days that raise an alarm,
    .01; what comes of it: benchmarks/QUALITY.md.
    """

    name = "anomaly"
    needs = "two days on which the person did something"
    ordered = True
    state = State

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.zone = zone
        self._local_hours = Habits(zone).local_hours

    def identity(self) -> str:
        return f"{super().identity()} {self.zone}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        day, hour = divmod(self._local_hours(event), 24)
        failed = event.success is False or event.error is not None
        latest = state.latest
        if not latest or latest[-1].day < day:
            latest.append(Today(day))
            if len(latest) > 2:
                close(state)
        today = latest[-1]
        if today.day != day:
            if latest[0].day != day:
                state.told += 1
                state.failed += failed
                return
            today = latest[0]
        today.events += 1
        today.failed += failed
        today.hours |= 1 << hour

    def merge(self, one: State, other: State) -> State:
        """Exact where all days of one lie before those of the other. A day of both that is no longer kept
        whole counts as two, and one that came late to one half as a day of its own."""
        days = [*map(_copy, one.latest), *map(_copy, other.latest)]
        merged = State(
            [],
            one.volumes,
            one.told + other.told,
            one.failed + other.failed,
            one.days,
            one.used,
        )
        if other.days:  # all of one's days lie before other's latest
            merged.latest = days[: len(one.latest)]
            while merged.latest:
                close(merged)
            merged.volumes = (merged.volumes + other.volumes)[-KEPT:]
            merged.days, merged.used = _added(merged, other)
            merged.latest = days[len(one.latest) :]
            return merged
        for day in sorted(days, key=lambda day: day.day):
            if merged.latest and merged.latest[-1].day == day.day:
                last = merged.latest[-1]
                last.events += day.events
                last.failed += day.failed
                last.hours |= day.hours
            else:
                merged.latest.append(day)
                if len(merged.latest) > 2:
                    close(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        return self.read_beside(state, now, Beside())

    def read_beside(self, state: State, now: Instant, beside: Beside) -> Reading:
        told = list(judgements(state, beside.norm))
        value = {
            "unusual": any(one.unusual for one in told),
            "budget": BUDGET,
            "days": state.days + len(state.latest),
            "signals": [one.to_dict() for one in told],
        }
        events = state.told + sum(day.events for day in state.latest)
        return Reading(value, events, "active days")


class Shared(msgspec.Struct, array_like=True):
    """Sums over the panel's days: logarithms, their squares, squared distances to the person's median."""

    days: int = 0
    total: float = 0.0
    squares: float = 0.0
    judged: int = 0
    within: float = 0.0
    told: int = 0
    failed: int = 0
    scores: list[list[int]] = msgspec.field(default_factory=lambda: [[0] * BINS for _ in SIGNALS])


class Days(Trial[Shared, State]):
    """The norm of anomaly: what days are like, and how often a day has which score."""

    name = Anomaly.name
    shared = Shared
    own = State
    says = Norm

    def __init__(self, anomaly: Anomaly) -> None:
        self.anomaly = anomaly

    def identity(self) -> str:
        return self.anomaly.identity()

    def touches(self, kind: Kind) -> bool:
        return self.anomaly.touches(kind)

    def zero(self) -> Shared:
        return Shared()

    def own_zero(self) -> State:
        return State()

    def step(self, shared: Shared, own: State, signal: Signal, item: Item | None) -> None:
        before = own.latest[-1] if own.latest else None
        was = None if before is None else before.day
        self.anomaly.step(own, signal, item)
        if was is not None and own.latest[-1].day != was:
            self._closed(shared, own)

    def merge(self, one: Shared, other: Shared) -> Shared:
        return Shared(
            one.days + other.days,
            one.total + other.total,
            one.squares + other.squares,
            one.judged + other.judged,
            one.within + other.within,
            one.told + other.told,
            one.failed + other.failed,
            [
                [a + b for a, b in zip(mine, theirs, strict=True)]
                for mine, theirs in zip(one.scores, other.scores, strict=True)
            ],
        )

    def own_merge(self, one: State, other: State) -> State:
        return self.anomaly.merge(one, other)

    def norm(self, shared: Shared, people: Sequence[State]) -> Norm:
        return _norm(shared)

    def _closed(self, shared: Shared, own: State) -> None:
        """Learn from the day that has just ended: the one before the latest."""
        day = own.latest[0]
        volume = log2(1.0 + day.events)
        if own.days >= LEAST:
            norm = _known(shared)
            for scores, (_, score) in zip(
                shared.scores, _scores(own, day, own.days, own.volumes, norm), strict=True
            ):
                scores[_bin(score)] += 1
            shared.judged += 1
            shared.within += (volume - median(own.volumes) / CODES) ** 2
        shared.days += 1
        shared.total += volume
        shared.squares += volume * volume
        shared.told += day.events
        shared.failed += day.failed


def judgements(state: State, norm: Norm | None) -> Iterator[Judgement]:
    """How the latest days compare with those before, latest first; nothing with fewer than five before."""
    known = norm or Norm()
    for place in range(len(state.latest) - 1, -1, -1):
        day, volumes = state.latest[place], state.volumes
        days = state.days
        before = state
        if place:  # the day before it is part of what it is compared with
            before = State(
                [_copy(state.latest[0])], volumes, state.told, state.failed, days, state.used
            )
            close(before)
            days, volumes = before.days, before.volumes
        if days < LEAST:
            continue
        told = instant.text(day.day * DAY)[:10]
        for place_of, (fields, score) in enumerate(_scores(before, day, days, volumes, known)):
            value, usual, interval = fields
            p = chance(score, place_of, known)
            yield Judgement(
                SIGNALS[place_of],
                told,
                value,
                usual,
                interval,
                score,
                p,
                p <= BUDGET / len(SIGNALS),
                len(volumes) if place_of == 0 else days,
            )


def chance(score: float, signal: int, norm: Norm) -> float:
    """The share of days with such a score or a higher one: as counted among the panel's days, beside the tail
    of a logistic distribution, which weighs as much as 300 of them."""
    formal = 1.0 / (1.0 + exp(min(STEEP * score, 700.0)))
    above = norm.above[signal][_bin(score)] if norm.above else 0
    return (above + FORMAL * formal) / (norm.judged + FORMAL)


def close(state: State) -> None:
    """Take the oldest of the latest days into what is known of the days before."""
    day = state.latest.pop(0)
    code = min(round(CODES * log2(1.0 + day.events)), 255)
    state.volumes = (state.volumes + bytes((code,)))[-KEPT:]
    state.told += day.events
    state.failed += day.failed
    if state.days >= MOST:
        state.days //= 2
        state.used = bytes(count // 2 for count in state.used)
    state.days += 1
    state.used = bytes(count + (day.hours >> hour & 1) for hour, count in enumerate(state.used))


_Told = tuple[tuple[float, float, tuple[float, float]], float]


def _scores(
    state: State, day: Today, days: int, volumes: bytes, norm: Norm
) -> tuple[_Told, _Told, _Told]:
    """What there was, what is usual, where nine of ten lie; and the score, by signal."""
    return _volume(day, volumes, norm), _failures(state, day, norm), _hours(state, day, days)


def _volume(day: Today, volumes: bytes, norm: Norm) -> _Told:
    """Standard deviations above the usual logarithm; few days lean on what people's median and spread are."""
    count = len(volumes)
    middle = median(volumes) / CODES
    own = MAD * median([abs(code / CODES - middle) for code in volumes])
    noise = 1.44 / sqrt(1.0 + 2.0**middle)  # of a Poisson count of that size, in doublings
    variance = (SCALED * norm.within + count * max(own * own, noise * noise)) / (SCALED + count)
    weight = count / (count + variance / norm.between)
    usual = weight * middle + (1.0 - weight) * norm.usual if norm.judged else middle
    spread = sqrt(
        variance * (1.0 + 1.57 / count)
    )  # 1.57: a median is so much less sure than a mean
    reach = NINE_TENTHS * spread
    ends = max(2.0 ** (usual - reach) - 1.0, 0.0), 2.0 ** (usual + reach) - 1.0
    return (float(day.events), 2.0**usual - 1.0, ends), (log2(1.0 + day.events) - usual) / spread


def _failures(state: State, day: Today, norm: Norm) -> _Told:
    """Standard deviations above what the share of failures explains, one failure more at the least."""
    share = (state.failed + TRUSTED * norm.failing) / (state.told + TRUSTED)
    usual = day.events * share
    spread = sqrt(day.events * share * (1.0 - share) + 1.0)
    reach = NINE_TENTHS * spread
    return (float(day.failed), usual, (max(usual - reach, 0.0), usual + reach)), (
        day.failed - usual
    ) / spread


def _hours(state: State, day: Today, days: int) -> _Told:
    """Minus the logarithm of the share of days on which its hours were used, on average over them.

    An hour counts as often used as half of its neighbours, if that is more. Beyond 20 days an hour never used
    is no more surprising.
    """
    worth = min(days, SURPRISED)
    used, score, least = state.used, 0.0, (1.0, 0)
    there = [hour for hour in range(24) if day.hours >> hour & 1]
    for hour in there:
        near = max(used[hour - 1], used[(hour + 1) % 24]) / 2.0
        share = (max(used[hour], near) / days * worth + 0.5) / (worth + 1.0)
        score -= log(share)
        least = min(least, (share, hour))
    hour = least[1]
    return (float(hour), used[hour] / days, (0.0, 1.0)), score / len(there)


def _norm(shared: Shared) -> Norm:
    norm = _known(shared)
    norm.above = [_from_above(scores) for scores in shared.scores]
    return norm


def _known(shared: Shared) -> Norm:
    """What days are like, without how many had which score: scores need no more."""
    usual = shared.total / shared.days if shared.days else 0.0
    spread = shared.squares / shared.days - usual * usual if shared.days else 4.0
    within = (shared.within + SCALED) / (shared.judged + SCALED)
    return Norm(
        usual,
        within,
        max(spread - within, 0.25),
        (shared.failed + 0.05 * TRUSTED) / (shared.told + TRUSTED),
        shared.judged,
    )


def _from_above(scores: Sequence[int]) -> list[int]:
    """How many lie in each bin or above it."""
    total, sums = 0, []
    for count in reversed(scores):
        total += count
        sums.append(total)
    return sums[::-1]


def _bin(score: float) -> int:
    return min(max(int(score / WIDTH), 0), BINS - 1)


def _added(one: State, other: State) -> tuple[int, bytes]:
    """Days, and of each hour those on which it was used, of both; halved where they are too many."""
    days = one.days + other.days
    used = [a + b for a, b in zip(one.used, other.used, strict=True)]
    if days > MOST:
        days, used = days // 2, [count // 2 for count in used]
    return days, bytes(used)


def _copy(day: Today) -> Today:
    return Today(day.day, day.events, day.failed, day.hours)
