"""Records: what an application of events and activities calls an event and a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from penchant.compat.discovery.record import Record
from penchant.core.errors import InvalidArgument

ENTITIES = ("activity", "recommendation", "user", "search_result")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoPoint(Record):
    """A place on earth in degrees."""

    called: ClassVar[Mapping[str, str]] = {"latitude": "lat", "longitude": "lon", "lng": "lon"}

    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContext(Record):
    """Where and when an event happened.

    ``timestamp`` is a ``datetime``, RFC 3339 text or an epoch number; now, unless told. ``time_of_day`` and
    ``day_of_week`` are those of the user's zone, unless told.
    """

    nested: ClassVar[Mapping[str, type[Record]]] = {"location": GeoPoint}

    timestamp: datetime | str | float | None = None
    location: GeoPoint | None = None
    device: str | None = None
    platform: str | None = None
    time_of_day: str | None = None
    day_of_week: str | None = None
    weather: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventMetadata(Record):
    """What else is known of an event.

    ``recommendation_position`` counts from 0. ``feedback_type`` is ``positive``, or anything else for what
    is not; ``rating``, from 1 to 5, says it better. ``time_spent`` and ``scroll_depth`` are kept as told.
    """

    recommendation_type: str | None = None
    recommendation_position: int | None = None
    time_spent: float | None = None
    scroll_depth: float | None = None
    previous_action: str | None = None
    feedback_type: str | None = None
    rating: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserBehaviorEvent(Record):
    """One thing a user did (CONTRACT S2-19). ``event_type`` may be any kind of event."""

    nested: ClassVar[Mapping[str, type[Record]]] = {
        "context": EventContext,
        "metadata": EventMetadata,
    }

    user_id: str
    event_type: str
    event_id: str | None = None
    session_id: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    context: EventContext = field(default_factory=EventContext)
    metadata: EventMetadata = field(default_factory=EventMetadata)

    def __post_init__(self) -> None:
        if not isinstance(self.event_type, str):
            raise InvalidArgument(
                "$.eventType", f"expected text such as 'rsvp', got {self.event_type!r:.60}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestWeight(Record):
    """How much a user is drawn to a tag: unbounded, negative for what they turn from."""

    interest: str
    weight: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryPreference(Record):
    """How much a user is drawn to a category: unbounded, negative for what they turn from."""

    category_id: str
    preference: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalPreference(Record):
    """Which share of a user's events falls into a part of the day, in [0, 1]."""

    time_of_day: str
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationPreference(Record):
    """Which share of the events that tell a place tell this one, in [0, 1].

    A place is a tenth of a degree, or a name.
    """

    location: GeoPoint | str
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BehavioralPattern(Record):
    """Something a user does again and again; ``confidence`` lies in [0, 1]."""

    pattern: str
    frequency: int
    confidence: float
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPreferenceProfile(Record):
    """What a user is drawn to (CONTRACT S2-26), strongest first.

    ``preference_confidence`` in [0, 1] is how much of it is their own. ``last_updated`` is when the latest
    event happened (RFC 3339 in UTC), ``None`` while there is none. ``learning_rate`` is what a signal is
    multiplied by.
    """

    user_id: str
    interests: tuple[InterestWeight, ...] = ()
    categories: tuple[CategoryPreference, ...] = ()
    temporal_preferences: tuple[TemporalPreference, ...] = ()
    location_preferences: tuple[LocationPreference, ...] = ()
    behavioral_patterns: tuple[BehavioralPattern, ...] = ()
    preference_confidence: float = 0.0
    last_updated: str | None = None
    learning_rate: float = 0.1
