"""Admission: what an outside event or item must satisfy, and what it is called there.

The wire forms are lenient in names (aliases, camelCase) and strict in values. Past this file there
is one name for each field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from penchant.core import instant
from penchant.core.errors import InvalidEvent, InvalidInput, InvalidItem, UnknownKind
from penchant.core.event import Event
from penchant.core.instant import DAY, EARLIEST, LATEST, Instant
from penchant.core.item import Item, Location
from penchant.core.kinds import Kinds
from penchant.core.names import HALF, KIND_LONGEST, LONGEST, check_characters
from penchant.core.suggestion import closest

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
KindName = Annotated[str, Meta(min_length=1, max_length=KIND_LONGEST)]
Text = Annotated[str, Meta(max_length=8_192)]
Time = str | int | float
MAP_SIZE = 8_192  # bytes of `context`, `data` or `attributes`, encoded (CONTRACT X-69)
TRAITS_SIZE = 1_024  # bytes of all that one `traits` event tells
LONGEST = 10**13  # milliseconds of a duration, 317 years: the spread of longer ones would overflow
AHEAD: Instant = DAY  # how far in the future an event may lie
FARTHEST = 1_440  # minutes: no zone is a day away from UTC


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
    duration_ms: Annotated[float, Meta(ge=0, le=LONGEST)] | None = None
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


@dataclass(frozen=True, slots=True)
class Edge:
    """What admission needs to know of the world.

    ``told`` is the zone a person told, if any: an event whose writer's local time is unknown gets
    the UTC offset of that zone.
    """

    kinds: Kinds
    zone: tzinfo
    strict_kinds: bool
    now: Callable[[], Instant]
    new_id: Callable[[Instant], str]
    told: Callable[[str], str | None] = lambda user: None

    def event(self, form: EventForm, now: Instant) -> Event:
        """The event of a form. Raises :class:`InvalidEvent` naming the field at fault."""
        return self._event(form, now, *self._when("at", form.at, now, InvalidEvent))

    def checked(self, event: Event, now: Instant) -> Event:
        """An event that was made outside, checked like any other: making one checks nothing."""
        try:
            form = msgspec.convert(event, EventForm, from_attributes=True)
        except msgspec.ValidationError as problem:
            raise InvalidEvent(*explain(problem)) from None
        except UnicodeEncodeError:
            raise InvalidEvent(_unencodable(msgspec.structs.asdict(event)), HALF) from None
        _check_whole("at", event.at, EARLIEST, LATEST, "microseconds since 1970")
        if event.offset is not None:
            _check_whole("offset", event.offset, 1 - FARTHEST, FARTHEST - 1, "minutes from UTC")
        return self._event(form, now, event.at, event.offset)

    def _event(self, form: EventForm, now: Instant, at: Instant, offset: int | None) -> Event:
        kind = self.kinds.canonical(form.kind)
        if kind not in self.kinds.declared and self.strict_kinds:
            raise UnknownKind("kind", f"{self.kinds.undeclared(kind)}; strict_kinds is on")
        if at > now + AHEAD:
            raise InvalidEvent(
                "at", f"{instant.text(at)} lies more than 24 h ahead of {instant.text(now)}"
            )
        if offset is None and (told := self.told(form.user)) is not None:
            offset = instant.offset(at, ZoneInfo(told))
        value = _finite("value", form.value, InvalidEvent)
        if value is not None and value < 0:
            kind = self.kinds.of(kind).negative or kind
        limit = TRAITS_SIZE if kind == "traits" else MAP_SIZE
        event = Event(
            id=form.id or self.new_id(now),
            user=form.user,
            kind=kind,
            at=at,
            item=form.item,
            session=form.session,
            value=value,
            text=form.text,
            success=form.success,
            error=form.error,
            duration_ms=_finite("duration_ms", form.duration_ms, InvalidEvent),
            request=form.request,
            position=form.position,
            context=form.context and _bounded("context", form.context, MAP_SIZE, InvalidEvent),
            data=form.data and _bounded("data", form.data, limit, InvalidEvent),
            offset=offset,
        )
        _check_text(event)
        return event

    def item(self, form: ItemForm, now: Instant) -> Item:
        """The item of a form. Raises :class:`InvalidItem` naming the field at fault."""
        starts_at: Instant | None = None
        if form.starts_at is not None:
            starts_at = self._when("starts_at", form.starts_at, now, InvalidItem)[0]
        item = Item(
            id=form.id,
            category=form.category,
            tags=tuple(dict.fromkeys(form.tags)),
            title=form.title,
            location=form.location,
            starts_at=starts_at,
            price=_finite("price", form.price, InvalidItem),
            available=form.available,
            attributes=_bounded("attributes", form.attributes or {}, MAP_SIZE, InvalidItem),
            added=self._when("added", form.added, now, InvalidItem)[0],
        )
        for field, text in (("id", item.id), ("category", item.category), ("title", item.title)):
            if text is not None:
                check_characters(field, text, InvalidItem)
        for tag in item.tags:
            check_characters("tags", tag, InvalidItem)
        return item

    def event_from(self, raw: object, now: Instant | None = None, id: str | None = None) -> Event:
        """The event of a mapping under any known names; slower, and exact in what is wrong.

        ``id`` is given to an event that has none.
        """
        form = convert(raw, EventForm, EVENT_ALIASES, InvalidEvent)
        form.id = form.id or id
        return self.event(form, self.now() if now is None else now)

    def item_from(self, raw: object, now: Instant | None = None) -> Item:
        """The item of a mapping under any known names."""
        form = convert(raw, ItemForm, ITEM_ALIASES, InvalidItem)
        return self.item(form, self.now() if now is None else now)

    def _when(
        self, field: str, value: Time | datetime | None, now: Instant, error: type[InvalidInput]
    ) -> tuple[Instant, int | None]:
        if value is None:
            return now, None
        try:
            return instant.read(value, self.zone)
        except (ValueError, OverflowError) as problem:
            raise error(field, str(problem)) from None


# A float as MessagePack has it, if its exponent is all ones; now and then part of something else.
_NOT_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]")
Form = TypeVar("Form", EventForm, ItemForm)


def convert(
    raw: object,
    form: type[Form],
    aliases: Mapping[str, tuple[str, ...]],
    error: type[InvalidInput],
) -> Form:
    """A mapping as a form, aliases resolved and integer identifiers made text (CONTRACT X-41)."""
    if not isinstance(raw, Mapping):
        raise error("$", f"expected an object with fields, got {_shown(raw)}")
    fields = {_field_name(name, aliases, error): value for name, value in _by_rank(raw, aliases)}
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
    name: object, aliases: Mapping[str, tuple[str, ...]], error: type[InvalidInput]
) -> str:
    form = EventForm if error is InvalidEvent else ItemForm
    if not isinstance(name, str):
        raise error("$", f"field names are text, got {_shown(name)}")
    if name in form.__struct_fields__:
        return name
    for field, names in aliases.items():
        if name in names:
            return field
    hint = closest(name, form.__struct_fields__) or closest(name, _all_names(aliases))
    shown = name[:64].encode(errors="backslashreplace").decode()
    raise error(shown, f"no such field{hint}; put your own fields into {_OWN[error]}")


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
    return f", namely {_shown(fields[field])}" if field in fields else ""


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _check_whole(field: str, value: object, least: int, most: int, unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidEvent(
            field, f"expected {unit}, whole, from {least} to {most}, got {_shown(value)}"
        )


def _finite(field: str, value: float | None, error: type[InvalidInput]) -> float | None:
    if value is None:
        return None
    if not math.isfinite(value):
        raise error(field, f"expected a finite number, got {value!r}")
    return float(value)


def _bounded(
    field: str, value: dict[str, Any], limit: int, error: type[InvalidInput]
) -> dict[str, Any]:
    """A copy of a map that takes at most ``limit`` bytes, of nothing but what JSON can carry."""
    try:
        plain = msgspec.to_builtins(value, str_keys=True)  # times and bytes become text
        encoded = msgspec.msgpack.encode(plain)
        if len(encoded) > limit:
            raise error(field, f"takes {len(encoded)} bytes, at most {limit} are kept")
        if _NOT_FINITE.search(encoded) and not _is_finite(plain):
            raise error(field, "holds what JSON cannot carry: a number that is not finite")
        return msgspec.msgpack.decode(encoded, type=dict[str, Any])
    except (TypeError, OverflowError, RecursionError, UnicodeError, ValueError) as problem:
        if isinstance(problem, InvalidInput):
            raise
        raise error(field, f"holds what JSON cannot carry: {problem}") from None


def _is_finite(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _check_text(event: Event) -> None:
    together = f"{event.id}{event.user}{event.kind}{event.item}{event.session}{event.request}"
    if not (together.isascii() and together.isprintable()) or event.text or event.error:
        for field in ("id", "user", "kind", "item", "session", "request", "text", "error"):
            if (text := getattr(event, field)) is not None:
                check_characters(field, text, InvalidEvent)
