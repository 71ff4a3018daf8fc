"""Alerts: what somebody should look at, of people, of what everyone does, and of this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, HOUR, Instant
from penchant.measure.rollups import Rollups
from penchant.profile.features.anomaly import Anomaly, judgements
from penchant.profile.features.expertise import Expertise
from penchant.profile.fold import Folded
from penchant.profile.present import Present
from penchant.serve.meters import Durations
from penchant.state.binomial import lower_bound

if TYPE_CHECKING:
    from penchant.serve.parts import Parts

Level: TypeAlias = Literal["CRITICAL", "WARNING", "INFO"]
LEVELS: tuple[Level, ...] = ("CRITICAL", "WARNING", "INFO")
MOST = 500  # alerts answered at most
RECENT: Instant = 7 * DAY  # how long an alert of a person is recent
ERRORS = 0.05  # CONTRACT S0-67
SLOW = 0.1  # seconds, CONTRACT S0-68
HITS = 0.5  # of reads whose states are in memory, CONTRACT S0-68
ENOUGH = 100  # reads or answers from which a mean or a share is judged


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to look at: how urgent, what, of whom (``None``: of no person), since when, in words.

    ``what`` is ``unusual_usage``, ``new_tier``, ``errors``, ``failing_requests``, ``slow`` or
    ``cache_misses``; ``evidence`` has the numbers.
    """

    level: Level
    what: str
    user: str | None
    at: Instant
    text: str
    evidence: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "what": self.what,
            "user": self.user,
            "at": instant.text(self.at),
            "text": self.text,
            "evidence": self.evidence,
        }


def recent(parts: Parts, limit: int, level: str | None) -> list[Alert]:
    """What ``Penchant.alerts`` answers. Raises ``InvalidArgument``."""
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST:
        raise InvalidArgument("limit", f"expected 1 to {MOST}, got {limit!r}")
    if level is not None and level not in LEVELS:
        raise InvalidArgument("level", f"expected one of {', '.join(LEVELS)}, got {level!r}")
    parts.writer.settle_all()
    now = parts.now()
    found = [*_of_everyone(parts, now), *_of_process(parts, now), *_of_people(parts, now)]
    return ordered((one for one in found if level in (None, one.level)), limit)


def ordered(alerts: Iterable[Alert], limit: int) -> list[Alert]:
    """The most urgent first; of one level the latest first."""
    rank = LEVELS.index
    by_rank = sorted(alerts, key=lambda one: (rank(one.level), -one.at, one.user or "", one.what))
    return by_rank[:limit]


def slow(what: str, durations: Durations, now: Instant) -> Iterator[Alert]:
    """A warning where the mean of at least 100 is above 100 ms."""
    mean, count = durations.mean(), sum(durations.counts)
    if mean is not None and mean > SLOW and count >= ENOUGH:
        text = f"{what} take {mean * 1_000:.0f} ms on average; more than {SLOW * 1_000:.0f} is slow"
        yield Alert("WARNING", "slow", None, now, text, {"mean_ms": mean * 1_000, "count": count})


def failing(failures: int, answers: int, now: Instant) -> Iterator[Alert]:
    """Critical where the server failed to answer more than 5 % of at least 100 requests of a minute."""
    if answers >= ENOUGH and failures > ERRORS * answers:
        text = (
            f"{failures} of {answers} requests of the last minute failed; more than 5 % is critical"
        )
        evidence = {"failures": failures, "requests": answers}
        yield Alert("CRITICAL", "failing_requests", None, now, text, evidence)


def _of_everyone(parts: Parts, now: Instant) -> Iterator[Alert]:
    """Errors among the events of this hour and the one before, from the rollups."""
    rollups = parts.crowd.feature(Rollups)

    def counted(folded: Folded) -> tuple[int, int]:
        hours = parts.crowd.state(folded, rollups.name).hours
        tiles = [hours[hour] for hour in (now // HOUR - 1, now // HOUR) if hour in hours]
        return sum(tile.events for tile in tiles), sum(tile.failed for tile in tiles)

    events, failed = parts.population.read(counted)
    least = lower_bound(failed, events)
    if least > ERRORS:
        text = f"{failed} of {events} events since the last full hour began failed; more than 5 % is critical"
        evidence = {"events": events, "failed": failed, "at_least": least}
        yield Alert("CRITICAL", "errors", None, (now // HOUR - 1) * HOUR, text, evidence)


def _of_process(parts: Parts, now: Instant) -> Iterator[Alert]:
    """How profiles were read in this process since it started."""
    yield from slow("reads of a profile", parts.states.seconds, now)
    reads = sum(parts.states.reads.values())
    hits = reads - parts.states.reads["loaded"]
    if reads >= ENOUGH and hits < HITS * reads:
        text = f"{hits} of {reads} profiles read were in memory; raise the setting cache_users"
        yield Alert("WARNING", "cache_misses", None, now, text, {"hits": hits, "reads": reads})


def _of_people(parts: Parts, now: Instant) -> Iterator[Alert]:
    """Unusual days and new tiers of the thousand people who did something last."""
    present = parts.crowd.feature(Present)
    users = parts.population.read(
        lambda folded: present.since(parts.crowd.state(folded, present.name), now - RECENT)
    )
    fold, norms = parts.fold, parts.population.norms()  # after the look that follows the log
    anomaly, expertise = fold.feature(Anomaly), fold.feature(Expertise)
    known, skills = norms.by_name.get(anomaly.name), norms.by_name.get(expertise.name)

    def answer(user: str, folded: Folded) -> list[Alert]:
        told = judgements(fold.state(folded, anomaly.name), known)
        found = [
            Alert(
                "INFO",
                "unusual_usage",
                user,
                _midnight(one.day),
                f"{user}, {one}",
                one.to_dict(),
            )
            for one in told
            if one.unusual
        ]
        change = expertise.change(fold.state(folded, expertise.name), skills)
        if change is not None:
            text = f"{user} is {change.tier} now, {change.before} before"
            evidence = {"before": change.before, "tier": change.tier}
            found.append(Alert("INFO", "new_tier", user, change.at, text, evidence))
        return [one for one in found if now - one.at < RECENT]

    for user in users:
        yield from parts.states.peek(user, partial(answer, user))


def _midnight(day: str) -> Instant:
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY
