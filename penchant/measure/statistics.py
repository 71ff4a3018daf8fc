"""Statistics: what a window of time held, as frozen values, from sums of whole hours and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Any

from penchant.core import instant
from penchant.core.instant import DAY, HOUR, SECOND, Instant
from penchant.measure.fingerprint import named
from penchant.measure.tile import Tile
from penchant.state.commonest import Commonest

DAYS = 400  # latest days that are told one by one
SHOWN = 20  # commands and errors that are told by name
PEAKS = 3  # hours of the day that are told as the busiest
OTHERS = "others"
A_DAY = DAY // HOUR


@dataclass(frozen=True, slots=True)
class Lately:
    """What happened from ``start`` to now: people who did something, and events a second."""

    start: Instant
    active_users: int
    events_per_second: float


@dataclass(frozen=True, slots=True)
class Statistics:
    """What happened from ``start`` (``None``: ever) to ``end``; counts, and shares from 0 to 1.

    ``resolution`` says what is whole: ``hour`` or ``day`` where the window begins, ``all`` without
    one. ``hours`` and ``days`` (UTC) count events by their beginning, hours only where they are known
    one by one. ``success_rate`` is of the events that tell an outcome, ``None`` while none does.
    ``commands`` and ``errors`` (their templates) are the 20 commonest. ``peak_hours`` are the hours of the
    day, UTC, with most events, busiest first. ``active_users`` are estimates, within 4.6 % nineteen times in
    twenty.
    """

    start: Instant | None
    end: Instant
    resolution: str
    events: int
    kinds: Mapping[str, int]
    days: Mapping[str, int]
    hours: Mapping[str, int]
    succeeded: int
    failed: int
    success_rate: float | None
    duration_ms: Mapping[str, float | int | None]
    commands: Mapping[str, int]
    errors: Mapping[str, int]
    peak_hours: tuple[int, ...]
    active_users: int
    last_hour: Lately
    last_day: Lately

    def to_dict(self) -> dict[str, Any]:
        """As plain data: what the window really covers, ``from`` and ``to``, first."""
        seconds = None if self.start is None else (self.end - self.start) / SECOND
        lately = {"last_hour": self.last_hour, "last_day": self.last_day}
        return {
            "from": None if self.start is None else instant.text(self.start),
            "to": instant.text(self.end),
            "resolution": self.resolution,
            "events": self.events,
            "kinds": dict(self.kinds),
            "days": dict(self.days),
            "hours": dict(self.hours),
            "succeeded": self.succeeded,
            "failed": self.failed,
            "success_rate": self.success_rate,
            "duration_ms": dict(self.duration_ms),
            "commands": dict(self.commands),
            "errors": dict(self.errors),
            "error_fingerprints": {name: named(name) for name in self.errors},
            "peak_hours": list(self.peak_hours),
            "active_users": {
                "window": self.active_users,
                **{name: one.active_users for name, one in lately.items()},
            },
            "events_per_second": {
                "window": self.events / seconds if seconds else None,
                **{name: one.events_per_second for name, one in lately.items()},
            },
        }


@dataclass(frozen=True, slots=True)
class Analysis:
    """The latest hours under the names of CONTRACT S1-20 and S1-21; shares run from 0 to 1 (X-05).

    ``success_rate`` and ``average_duration_ms`` are ``None`` where no event tells one. Hours of
    ``peak_hours`` are UTC. ``start`` is where the first whole hour begins.
    """

    hours: float
    start: Instant
    end: Instant
    total_interactions: int
    successful_interactions: int
    failed_interactions: int
    success_rate: float | None
    average_duration_ms: float | None
    active_users: int
    command_frequency: Mapping[str, int]
    common_errors: Mapping[str, int]
    peak_hours: tuple[int, ...]

    @classmethod
    def of(cls, hours: float, told: Statistics) -> Analysis:
        """The same figures under other names; the statistics must be those of a window."""
        if told.start is None:
            raise ValueError("statistics of all time are no window of some hours")
        mean = told.duration_ms["mean"]
        return cls(
            hours,
            told.start,
            told.end,
            told.events,
            told.succeeded,
            told.failed,
            told.success_rate,
            mean,
            told.active_users,
            told.commands,
            told.errors,
            told.peak_hours,
        )

    def to_dict(self) -> dict[str, Any]:
        return {
            "hours": self.hours,
            "from": instant.text(self.start),
            "to": instant.text(self.end),
            "total_interactions": self.total_interactions,
            "successful_interactions": self.successful_interactions,
            "failed_interactions": self.failed_interactions,
            "success_rate": self.success_rate,
            "average_duration_ms": self.average_duration_ms,
            "active_users": self.active_users,
            "command_frequency": dict(self.command_frequency),
            "common_errors": dict(self.common_errors),
            "peak_hours": list(self.peak_hours),
        }


@dataclass(frozen=True, slots=True)
class Span:
    """Where a window begins (``None``: never) and ends, and what is whole in it."""

    start: Instant | None
    end: Instant
    resolution: str


def statistics(
    span: Span,
    hours: Mapping[int, Tile],
    days: Mapping[int, Tile],
    before: Iterable[Tile],
    kinds: Commonest | None,
    lately: tuple[Lately, Lately],
) -> Statistics:
    """The statistics of some tiles, by hours and days since 1970, and undated.

    ``kinds`` are known better than the tiles know them, or ``None``.
    """
    total = Tile()
    for tile in chain(before, days.values(), hours.values()):
        total.absorb(tile, bounded=False)
    told = total.succeeded + total.failed
    durations = total.durations
    return Statistics(
        span.start,
        span.end,
        span.resolution,
        total.events,
        _named(kinds or total.kinds),
        _by_day(hours, days),
        {instant.text(hour * HOUR): tile.events for hour, tile in sorted(hours.items())},
        total.succeeded,
        total.failed,
        total.succeeded / told if told else None,
        {
            "mean": durations.mean if durations.count else None,
            "spread": durations.spread(),
            "count": durations.count,
        },
        dict(total.commands.top(SHOWN)),
        dict(total.errors.top(SHOWN)),
        _peaks(hours),
        total.people.count(),
        *lately,
    )


def _named(kinds: Commonest) -> dict[str, int]:
    """All counts by name, those without one together at the end."""
    named = dict(kinds.top(len(kinds.counts)))
    if kinds.others:
        named[OTHERS] = named.get(OTHERS, 0) + kinds.others
    return named


def _by_day(hours: Mapping[int, Tile], days: Mapping[int, Tile]) -> dict[str, int]:
    counts = {day: tile.events for day, tile in days.items()}
    for hour, tile in hours.items():
        counts[hour // A_DAY] = counts.get(hour // A_DAY, 0) + tile.events
    return {_date(day): counts[day] for day in sorted(counts)[-DAYS:]}


def _peaks(hours: Mapping[int, Tile]) -> tuple[int, ...]:
    """The hours of the day with most events, busiest first, the earlier of equals first."""
    counts: dict[int, int] = {}
    for hour, tile in hours.items():
        counts[hour % A_DAY] = counts.get(hour % A_DAY, 0) + tile.events
    return tuple(sorted(counts, key=lambda hour: (-counts[hour], hour))[:PEAKS])


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
