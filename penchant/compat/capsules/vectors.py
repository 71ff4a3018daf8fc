"""Behavioural vectors: what a profile tells, in the documented shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any

from penchant.compat.capsules.events import outer
from penchant.core import instant
from penchant.core.errors import InvalidArgument, InvalidEvent, NotFound
from penchant.core.event import Event
from penchant.core.instant import span
from penchant.core.interface import TIERS
from penchant.personalise.adapt import Interface
from penchant.serve.engine import Penchant
from penchant.serve.person import HISTORY, User

LATEST = 1_000  # events that the distribution of capsule types is of
LONGEST = 3_650  # days to look back at most
MEANING = ("preset", "zone", "session_gap", "parts_of_day")  # settings that say what a vector tells


@dataclass(frozen=True, slots=True, kw_only=True)
class BehavioralVector:
    """What is known of a person. Shares, rates and scores are in [0, 1], sessions in minutes.

    ``window_days`` says which days the whole is of, ``None`` for all of them. Indicators that no event told
    are ``None``.
    """

    user_id: str
    computed_at: str
    version: str = "1.0"
    expertise_level: str = "novice"
    total_interactions: int = 0
    total_sessions: int = 0
    avg_session_duration_minutes: float = 0.0
    usage_patterns: dict[str, Any] = field(default_factory=dict)
    user_preferences: dict[str, str] = field(default_factory=dict)
    proficiency_indicators: dict[str, float | None] = field(default_factory=dict)
    adaptive_ux_config: dict[str, Any] = field(default_factory=dict)
    window_days: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def vector(engine: Penchant, user: str) -> BehavioralVector:
    """The vector of all that is known. Raises ``NotFound`` for who did nothing."""
    return _vector(_known(engine, user), None)


def vector_of(
    events: Sequence[Event | dict[str, Any]],
    user: str,
    among: Penchant | None = None,
    window_days: int | None = None,
) -> BehavioralVector:
    """The vector of some events alone, as if nothing else had happened.

    Expertise is a rank: it is told by the people of the store ``among``, and is ``novice`` without one.
    Raises ``NotFound`` without an event of that user, ``InvalidEvent`` for one that cannot be.
    """
    settings = {} if among is None else _settings(among)
    with Penchant(":memory:", follow=False, **settings) as engine:
        receipt = engine.track_many(events)
        if receipt.rejected:
            first = receipt.rejected[0]
            raise InvalidEvent(f"events[{first.index}].{outer(first.field)}", first.reason)
        person = _known(engine, user)
        tier = TIERS[0] if among is None else _tier(among, person.history(HISTORY)[::-1])
        return replace(_vector(person, window_days), expertise_level=tier)


def lately(engine: Penchant, user: str, days: int) -> BehavioralVector:
    """The vector of the latest ``days`` (1 to 3650), of at most 10,000 events.

    The settings of the interface are those in force now. Raises ``NotFound`` for who did nothing then.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LONGEST:
        raise InvalidArgument("lookback_days", f"expected 1 to {LONGEST}, got {days!r:.40}")
    now = engine.parts.now()
    person = engine.user(user)
    since = now - span(timedelta(days=days))
    events = [event for event in person.history(HISTORY) if event.at >= since]
    found = vector_of(events[::-1], user, engine, days)
    interface = person.ux()
    return replace(
        found,
        computed_at=instant.text(now),
        user_preferences=_preferences(interface),
        adaptive_ux_config=dict(interface.config),
    )


def engagement(engine: Penchant, user: str) -> dict[str, Any]:
    """How engaged a person is. Raises ``NotFound`` for who did nothing."""
    profile = _known(engine, user).profile()
    sessions, told = profile.sessions, profile.engagement
    return {
        "user_id": user,
        "total_sessions": sessions["count"],
        "avg_session_duration_minutes": sessions["mean_seconds"] / 60,
        "avg_interactions_per_session": sessions["mean_events"],
        "engagement_score": told["score"],
        "last_active": told["last_active"],
        "window_days": None,
    }


def _preferences(interface: Interface) -> dict[str, str]:
    return {
        "layout_preference": interface["layout"].value,
        "data_density": interface["density"].value,
        "animation_preference": interface["animation"].value,
    }


def _tier(among: Penchant, events: Sequence[Event]) -> str:
    """The tier of whoever did these, beside the people of a store."""
    parts = among.parts
    fold = parts.fold
    folded = fold.extend(fold.zero(), enumerate(events, start=1), lambda item, position: None)
    read = fold.read(folded, parts.now(), parts.population.norms())
    tier: str = read["expertise"].value["tier"]
    return tier


def _settings(engine: Penchant) -> dict[str, Any]:
    """The settings of a store that say what its profiles are."""
    settings = engine.parts.settings
    return {name: getattr(settings, name) for name in MEANING}


def _known(engine: Penchant, user: str) -> User:
    person = engine.user(user)
    if not person.profile().activity["events"]:
        raise NotFound("nothing is known of this user; log an interaction first")
    return person


def _vector(person: User, window_days: int | None) -> BehavioralVector:
    profile, interface = person.profile(), person.ux()
    habits, outcomes = profile.habits, profile.outcomes
    types = Counter(
        kind
        for event in person.history(LATEST)
        if isinstance(kind := (event.data or {}).get("capsule_type"), str)
    )
    return BehavioralVector(
        user_id=person.id,
        computed_at=instant.text(profile.as_of),
        expertise_level=profile.expertise["tier"],
        total_interactions=profile["sessions"].evidence,
        total_sessions=profile.sessions["count"],
        avg_session_duration_minutes=profile.sessions["mean_seconds"] / 60,
        usage_patterns={
            "time_of_day_distribution": habits["parts_of_day"],
            "day_of_week_distribution": habits["weekdays"],
            "capsule_type_distribution": {
                name: count / types.total() for name, count in types.most_common()
            },
        },
        user_preferences=_preferences(interface),
        proficiency_indicators={
            "avg_interaction_duration_ms": outcomes["duration_ms"]["mean"],
            "error_rate": outcomes["error_rate"],
            "completion_rate": outcomes["success_rate"],
        },
        adaptive_ux_config=dict(interface.config),
        window_days=window_days,
    )
