"""Events: what an application tells of a user, as an event of the log and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from penchant.compat.discovery.records import (
    ENTITIES,
    EventContext,
    EventMetadata,
    GeoPoint,
    UserBehaviorEvent,
)
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.event import Event
from penchant.core.instant import HOUR, MINUTE
from penchant.core.settings import parts_of_day
from penchant.core.suggestion import closest
from penchant.profile.features.habits import WEEKDAYS, part_of_day
from penchant.serve.parts import Parts

FEEDBACK = "feedback"
POSITIVE, NEGATIVE = "positive", "negative"
ITEMS = ("activity", "recommendation", "search_result", None)  # entities that are items
# Fields that are kept as they are told, by their place in an event.
_CONTEXT = ("device", "platform", "weather")
_TIMES = ("time_of_day", "day_of_week")
_DATA = ("recommendation_type", "time_spent", "scroll_depth", "previous_action")


def enriched(parts: Parts, event: UserBehaviorEvent) -> UserBehaviorEvent:
    """The event with its instant, part of the day and weekday, where it did not tell them.

    Local is the offset that the instant was written with, else the zone the user told, else that of the
    store. Raises ``InvalidArgument`` for what is no instant, and no part of the day.
    """
    context = event.context
    edge = parts.edge
    at, offset = parts.now(), None
    if context.timestamp is not None:
        try:
            at, offset = instant.read(context.timestamp, edge.zone)
        except (ValueError, OverflowError) as problem:
            raise InvalidArgument("$.context.timestamp", str(problem)) from None
        except TypeError:
            raise InvalidArgument(
                "$.context.timestamp", f"expected RFC 3339 text, got {context.timestamp!r:.60}"
            ) from None
    local = offset
    if local is None:
        told = edge.told(event.user_id)
        local = instant.offset(at, edge.zone if told is None else ZoneInfo(told))
    hours = (at + local * MINUTE) // HOUR
    named = parts_of_day(parts.settings.parts_of_day)
    if context.time_of_day is not None and context.time_of_day not in named:
        raise InvalidArgument(
            "$.context.timeOfDay",
            f"expected one of {', '.join(named)}, got {context.time_of_day!r:.60}",
        )
    told_context = replace(
        context,
        timestamp=instant.text(at) if offset is None else _written(at, offset),
        time_of_day=context.time_of_day or part_of_day(hours % 24, named),
        day_of_week=context.day_of_week or WEEKDAYS[(hours // 24 + 3) % 7],
    )
    return replace(event, context=told_context)


def fields_of(event: UserBehaviorEvent) -> dict[str, Any]:
    """The fields of the event as ``Penchant.track`` takes them. Raises ``InvalidArgument``.

    Activities, recommendations and search results are items; a user is none. A ``feedback`` that is
    not positive, and has no rating, counts as negative (CONTRACT S2-34).
    """
    if event.entity_type is not None and event.entity_type not in ENTITIES:
        near = closest(event.entity_type, ENTITIES) if isinstance(event.entity_type, str) else ""
        raise InvalidArgument(
            "$.entityType",
            f"expected one of {', '.join(ENTITIES)}, got {event.entity_type!r:.60}{near}",
        )
    context, metadata = event.context, event.metadata
    around: dict[str, Any] = _told(context, (*_CONTEXT, *_TIMES))
    if context.location is not None:
        around["location"] = context.location.to_dict()
    data = _told(metadata, _DATA) | _told(event, ("entity_type",))
    is_item = event.entity_type in ITEMS
    if not is_item and event.entity_id is not None:
        data["entity_id"] = event.entity_id
    success = None
    if metadata.feedback_type is not None:
        success = metadata.feedback_type == POSITIVE
        data["feedback_type"] = metadata.feedback_type
    elif event.event_type == FEEDBACK and metadata.rating is None:
        success = False
    fields = {
        "user": event.user_id,
        "kind": event.event_type,
        "item": event.entity_id if is_item else None,
        "id": event.event_id,
        "session": event.session_id,
        "at": context.timestamp,
        "value": metadata.rating,
        "success": success,
        "position": metadata.recommendation_position,
        "context": around or None,
        "data": data or None,
    }
    return {name: value for name, value in fields.items() if value is not None}


def event_of(parts: Parts, event: Event) -> UserBehaviorEvent:
    """An event of the log as it was told, or would have been."""
    context, data = event.context or {}, event.data or {}
    told = UserBehaviorEvent(
        event_id=event.id,
        user_id=event.user,
        session_id=event.session,
        event_type=event.kind,
        entity_type=data.get("entity_type"),
        entity_id=event.item or data.get("entity_id"),
        context=EventContext(
            timestamp=instant.text(event.at)
            if event.offset is None
            else _written(event.at, event.offset),
            location=_point(context.get("location")),
            **{name: context.get(name) for name in (*_CONTEXT, "day_of_week")},
        ),
        metadata=EventMetadata(
            recommendation_position=event.position,
            rating=event.value,
            feedback_type=data.get("feedback_type") or _feedback(event),
            **{name: data.get(name) for name in _DATA},
        ),
    )
    known = enriched(parts, told)
    part = context.get("time_of_day")  # told under whatever parts the day had then
    return replace(known, context=replace(known.context, time_of_day=part)) if part else known


def _told(record: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(record, name)) is not None}


def _feedback(event: Event) -> str | None:
    if event.kind != FEEDBACK or event.success is None:
        return None
    return POSITIVE if event.success else NEGATIVE


def _point(told: object) -> GeoPoint | None:
    match told:
        case Mapping():
            if told.keys() == {"lat", "lon"}:
                return GeoPoint(lat=told["lat"], lon=told["lon"])
    return None


def _written(at: int, offset: int) -> str:
    zone = timezone(timedelta(minutes=offset))
    return instant.moment(at).astimezone(zone).isoformat()


Told = UserBehaviorEvent | Mapping[str, Any]
