"""Interaction events: their documented fields, and the event of penchant that each becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from penchant.core.admission import Edge
from penchant.core.errors import InvalidEvent
from penchant.core.event import Event
from penchant.core.suggestion import closest

# Where a field of ours stands that has no field of its own in an event (CONTRACT S0-32, S0-34).
IN_CONTEXT = ("device_id", "device_type")
IN_DATA = (
    "severity",
    "capsule_type",
    "capsule_category",
    "interaction_target",
    "action_id",
    "component_id",
    "time_since_last_interaction_ms",
)
_FIELDS = {
    "event_id": "id",
    "timestamp": "at",
    "event_type": "kind",
    "user_id": "user",
    "session_id": "session",
    "capsule_id": "item",
    "duration_ms": "duration_ms",
    "success": "success",
    "error_message": "error",
}
_NAMES = {field: name for name, field in _FIELDS.items()}
_MAPS = {"context": "context", "data": "data", "interaction_data": "data"}
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


class InteractionType(StrEnum):
    """What may be done with a capsule; each is a kind of the preset ``capsule``."""

    TAP = "tap"
    CLICK = "click"
    DOUBLE_TAP = "double_tap"
    LONG_PRESS = "long_press"
    EXPAND = "expand"
    COLLAPSE = "collapse"
    PIN = "pin"
    UNPIN = "unpin"
    DRAG = "drag"
    DROP = "drop"
    SWIPE = "swipe"
    SCROLL = "scroll"
    HOVER = "hover"
    FOCUS = "focus"
    OPEN = "open"
    CLOSE = "close"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    ACTION = "action"
    COMPLETE = "complete"
    CONFIGURE = "configure"


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEvent:
    """One interaction with a capsule; only who and what are required.

    ``event_id`` and ``timestamp`` (RFC 3339) are made where they are missing. ``duration_ms`` and
    ``time_since_last_interaction_ms`` are in milliseconds.
    """

    user_id: str
    event_type: str
    event_id: str | None = None
    timestamp: str | None = None
    severity: str = "info"
    session_id: str | None = None
    device_id: str | None = None
    device_type: str | None = None
    capsule_id: str | None = None
    capsule_type: str | None = None
    capsule_category: str | None = None
    interaction_target: str | None = None
    action_id: str | None = None
    component_id: str | None = None
    duration_ms: float | None = None
    time_since_last_interaction_ms: float | None = None
    success: bool = True
    error_message: str | None = None
    context: Mapping[str, Any] | None = None
    data: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


FIELDS = tuple(field.name for field in fields(InteractionEvent))


def event_of(told: InteractionEvent | Mapping[str, Any]) -> dict[str, Any]:
    """An interaction as an event that ``track_many`` takes; camelCase is understood.

    The capsule's type becomes the event's ``category``, so that interests and next actions tell
    capsules apart by it. Raises ``InvalidEvent`` for a field nobody knows, or that is told twice.

    >>> event_of({"userId": "ann", "event_type": "tap", "capsule_id": "c1", "capsule_type": "task"})
    {'user': 'ann', 'kind': 'tap', 'item': 'c1', 'data': {'capsule_type': 'task', 'category': 'task'}}
    """
    if isinstance(told, InteractionEvent):
        told = told.to_dict()
    if not isinstance(told, Mapping):
        raise InvalidEvent("$", f"expected an interaction or its fields, got {told!r:.60}")
    event: dict[str, Any] = {}
    maps: dict[str, dict[str, Any]] = {"context": {}, "data": {}}
    own: dict[str, dict[str, Any]] = {"context": {}, "data": {}}
    for given, value in told.items():
        name = _HUMP.sub(lambda found: f"_{found[1].lower()}", given)
        if value is None:
            continue
        if name in _MAPS:
            if not isinstance(value, Mapping):
                raise InvalidEvent(given, f"expected an object, got {type(value).__name__}")
            maps[_MAPS[name]].update(value)
        elif name in IN_CONTEXT:
            own["context"][name] = value
        elif name in IN_DATA:
            own["data"][name] = value
        elif name in _FIELDS:
            if _FIELDS[name] in event:
                raise InvalidEvent(given, f"is told twice, in another spelling of {name} too")
            event[_FIELDS[name]] = value.value if isinstance(value, InteractionType) else value
        else:
            raise InvalidEvent(
                given[:64], f"no such field{closest(name, FIELDS)}; known are {', '.join(FIELDS)}"
            )
    for required, field in (("user_id", "user"), ("event_type", "kind")):
        if field not in event:
            raise InvalidEvent(required, "is required")
    if "capsule_type" in own["data"]:
        own["data"]["category"] = own["data"]["capsule_type"]
    for place, values in own.items():
        if found := maps[place] | values:
            event[place] = found
    return event


def admitted(edge: Edge, told: InteractionEvent | Mapping[str, Any]) -> Event:
    """The event of an interaction. Raises ``InvalidEvent`` with the interaction's own name of the field."""
    raw = event_of(told)
    try:
        return edge.event_from(raw)
    except InvalidEvent as error:
        raise type(error)(outer(error.field), error.reason) from None


def outer(field: str) -> str:
    """What an interaction calls a field of an event.

    >>> outer("item"), outer("data.size"), outer("success")
    ('capsule_id', 'data.size', 'success')
    """
    head, dot, rest = field.partition(".")
    return _NAMES.get(head, head) + dot + rest


def interaction(event: Event) -> InteractionEvent:
    """The interaction that an event of the log was, whoever sent it."""
    told = event.to_dict()
    context, data = dict(told.get("context", {})), dict(told.get("data", {}))
    named = {name: told[field] for name, field in _FIELDS.items() if field in told}
    named |= {name: context.pop(name) for name in IN_CONTEXT if name in context}
    named |= {name: data.pop(name) for name in IN_DATA if name in data}
    if data.get("category") == named.get("capsule_type"):
        data.pop("category", None)  # as `event_of` tells it
    named.setdefault("success", event.error is None)
    return InteractionEvent(**named, context=context or None, data=data or None)
