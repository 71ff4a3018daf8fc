"""Profiles: what is known of a user, in the words of a monitor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from penchant.compat.monitor.records import UserProfile
from penchant.core.event import Event
from penchant.serve.engine import Penchant

LATEST = 5_000  # events in which commands, errors and experts are counted
COMMON = 5  # of each that are told
PEAKS = 3
EXPERT = "expert"  # what metadata calls whoever was asked


def profile_of(p: Penchant, user: str) -> UserProfile | None:
    """The profile of the user of that name in the log; ``None`` for who is not in it."""
    person = p.user(user)
    profile = person.profile()
    if not profile.activity["events"]:
        return None
    events = person.history(LATEST)
    return UserProfile(
        user_hash=user,
        total_interactions=profile.activity["events"],
        success_rate=profile.outcomes["success_rate"],
        avg_session_duration_minutes=profile.sessions["mean_seconds"] / 60.0,
        peak_usage_hours=_peaks(profile.habits["hours"]),
        common_commands=_commonest(_command(event) for event in events),
        common_errors=_commonest(event.error for event in events),
        preferred_experts=_commonest((event.data or {}).get(EXPERT) for event in events),
        last_updated=profile.activity["last_seen"],
    )


def _command(event: Event) -> str | None:
    """The first word of a command line, else what the event is about."""
    words = (event.text or "").split(None, 1)
    return words[0] if words else event.item


def _commonest(told: Iterable[Any]) -> list[str]:
    """The commonest texts, equals by name."""
    counts = Counter(one for one in told if isinstance(one, str) and one)
    return sorted(counts, key=lambda one: (-counts[one], one))[:COMMON]


def _peaks(hours: list[float]) -> list[int]:
    """The hours of the day with the largest shares, busiest first, the earlier of equals first."""
    busy = [hour for hour, share in enumerate(hours) if share]
    return sorted(busy, key=lambda hour: (-hours[hour], hour))[:PEAKS]
