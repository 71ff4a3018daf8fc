"""Forms: events and items as they come in, under any name that is known for their fields.

They are lenient in names (aliases, camelCase) and strict in types. Past this file there is one name
for each field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from penchant.core.errors import InvalidEvent, InvalidInput, InvalidItem
from penchant.core.event import Event
from penchant.core.item import Location
from penchant.core.names import HALF, KIND_LONGEST, LONGEST
from penchant.core.suggestion import closest

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
KindName = Annotated[str, Meta(min_length=1, max_length=KIND_LONGEST)]
Text = Annotated[str, Meta(max_length=8_192)]
Time = str | int | float
DURATION = 10**13  # milliseconds, 317 years: the spread of longer durations would overflow


class EventForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An event as it comes in. Only ``user`` and ``kind`` are required.

    ``at`` is RFC 3339 text or an epoch number in s, ms, us or ns; default is now.
    """

    user: Name
    kind: KindName
    id: Name | None = None
    at: Time | None = None
    item: Name | None = None
    session: Name | None = None
    value: float | None = None
    text: Text | None = None
    success: bool | None = None
    error: Text | None = None
    duration_ms: Annotated[float, Meta(ge=0, le=DURATION)] | None = None
    request: Name | None = None
    position: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    context: dict[str, Any] | None = None
    data: dict[str, Any] | None = None


class ItemForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An item as it comes in. Only ``id`` is required; ``available`` is true unless said."""

    id: Name
    category: Name | None = None
    tags: Annotated[tuple[Name, ...], Meta(max_length=64)] = ()
    title: Annotated[str, Meta(max_length=1_024)] | None = None
    location: Location | None = None
    starts_at: Time | None = None
    price: float | None = None
    available: bool = True
    attributes: dict[str, Any] | None = None
    added: Time | None = None


# Names other systems use for our fields (CONTRACT ). The field's own name wins over an
# alias, and an alias over one further down.
EVENT_ALIASES = {
    "user": ("user_id", "userId", "uid", "distinct_id", "customer_id", "customerId"),
    "kind": (
        "type",
        "event_type",
        "eventType",
        "interaction_type",
        "interactionType",
        "activity_type",
        "activityType",
        "event_name",
        "event",
        "action",
    ),
    "id": ("event_id", "eventId", "message_id", "messageId"),
    "at": ("timestamp", "time", "ts", "event_time", "eventTime", "created_at", "createdAt"),
    "item": (
        "item_id",
        "itemId",
        "entity_id",
        "entityId",
        "product_id",
        "productId",
        "capsule_id",
        "capsuleId",
    ),
    "session": ("session_id", "sessionId"),
    "value": ("rating", "feedback_rating"),
    "text": ("query_text", "queryText", "query", "command"),
    "error": ("error_message", "errorMessage"),
    "duration_ms": ("durationMs", "execution_time_ms"),
    "request": ("request_id", "requestId"),
    "data": ("metadata", "properties", "interaction_data"),
}
ITEM_ALIASES = {
    "id": ("item_id", "itemId", "product_id", "productId"),
    "category": ("category_id", "categoryId"),
    "title": ("name", "product_name"),
    "starts_at": ("startsAt", "start_time", "startTime"),
    "tags": ("labels", "genres"),
}
_IDENTIFIERS = frozenset({"user", "id", "item", "session", "request"})

Form = TypeVar("Form", EventForm, ItemForm)


def convert(
    raw: object,
    form: type[Form],
    aliases: Mapping[str, tuple[str, ...]],
    error: type[InvalidInput],
) -> Form:
    """A mapping as a form, aliases resolved and integer identifiers made text (CONTRACT X-41)."""
    if not isinstance(raw, Mapping):
        raise error("$", f"expected an object with fields, got {shown(raw)}")
    own = form.__struct_fields__
    fields = {
        _field_name(name, own, aliases, error): value for name, value in _by_rank(raw, aliases)
    }
    for name in _IDENTIFIERS & fields.keys():
        if isinstance(fields[name], int) and not isinstance(fields[name], bool):
            fields[name] = str(fields[name])
    at = {
        name: fields.pop(name) for name in ("at", "starts_at", "added") if _is_moment(fields, name)
    }
    try:
        converted = msgspec.convert(fields, form)
    except msgspec.ValidationError as problem:
        field, reason = explain(problem)
        raise error(field, f"{reason}{_given(fields, field)}") from None
    except UnicodeEncodeError:
        raise error(_unencodable(fields), HALF) from None
    for name, value in at.items():
        setattr(converted, name, value)
    return converted


def form_of(event: Event) -> EventForm:
    """The form of an event made outside; its ``at`` is an instant already. Raises ``InvalidEvent``."""
    try:
        return msgspec.convert(event, EventForm, from_attributes=True)
    except msgspec.ValidationError as problem:
        raise InvalidEvent(*explain(problem)) from None
    except UnicodeEncodeError:
        raise InvalidEvent(_unencodable(msgspec.structs.asdict(event)), HALF) from None


def explain(problem: msgspec.ValidationError) -> tuple[str, str]:
    """The path and the reason in a message of msgspec.

    >>> explain(msgspec.ValidationError("Expected `str`, got `int` - at `$.user`"))
    ('user', 'expected `str`, got `int`')
    """
    reason, _, path = str(problem).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").removeprefix(".") or "$"
    if field == "$" and reason.startswith("Object missing required field"):
        field = reason.split("`")[1]
        return field, "is required"
    return field, reason[:1].lower() + reason[1:]


def _by_rank(
    raw: Mapping[Any, Any], aliases: Mapping[str, tuple[str, ...]]
) -> list[tuple[Any, Any]]:
    """The entries, best names last, so that a field's own name overwrites its aliases."""
    ranks = {alias: rank for names in aliases.values() for rank, alias in enumerate(names, 1)}
    return sorted(raw.items(), key=lambda entry: -ranks.get(entry[0], 0))


def _field_name(
    name: object,
    own: tuple[str, ...],
    aliases: Mapping[str, tuple[str, ...]],
    error: type[InvalidInput],
) -> str:
    if not isinstance(name, str):
        raise error("$", f"field names are text, got {shown(name)}")
    if name in own:
        return name
    for field, names in aliases.items():
        if name in names:
            return field
    hint = closest(name, own) or closest(name, _all_names(aliases))
    printable = name[:64].encode(errors="backslashreplace").decode()
    raise error(printable, f"no such field{hint}; put your own fields into {_OWN[error]}")


def _all_names(aliases: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [alias for names in aliases.values() for alias in names]


_OWN: dict[type[InvalidInput], str] = {InvalidEvent: "'data'", InvalidItem: "'attributes'"}


def _is_moment(fields: Mapping[str, Any], name: str) -> bool:
    return isinstance(fields.get(name), datetime)


def _unencodable(fields: Mapping[str, Any]) -> str:
    """The first field that holds half of a surrogate pair: the decoder does not say which."""
    for name, value in fields.items():
        try:
            msgspec.msgpack.encode(value, enc_hook=repr)
        except UnicodeEncodeError:
            return name
        except (TypeError, OverflowError, RecursionError):
            continue
    return "$"


def _given(fields: Mapping[str, Any], field: str) -> str:
    return f", namely {shown(fields[field])}" if field in fields else ""


def shown(value: object) -> str:
    """A value as a message shows it, cut short."""
    whole = repr(value)
    return whole if len(whole) <= 60 else f"{whole[:57]}..."
