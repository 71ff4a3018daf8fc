"""Admission: what an event or an item from outside must satisfy, whatever form it came in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from penchant.core import instant
from penchant.core.errors import InvalidEvent, InvalidInput, InvalidItem, UnknownKind
from penchant.core.event import Event
from penchant.core.forms import (
    EVENT_ALIASES,
    ITEM_ALIASES,
    EventForm,
    ItemForm,
    Time,
    convert,
    form_of,
    shown,
)
from penchant.core.instant import DAY, EARLIEST, LATEST, Instant
from penchant.core.item import Item
from penchant.core.kinds import TRAITS, Kinds
from penchant.core.names import check_characters

MAP_SIZE = 8_192  # bytes of `context`, `data` or `attributes`, encoded (CONTRACT X-69)
TRAITS_SIZE = 512  # bytes of all that one `traits` event tells
AHEAD: Instant = DAY  # how far in the future an event may lie
FARTHEST = 1_440  # minutes: no zone is a day away from UTC
# A float as MessagePack has it, if its exponent is all ones; now and then part of something else.
_NOT_FINITE = re.compile(rb"\xcb[\x7f\xff][\xf0-\xff]")


# How a map is kept: field, map, bytes it may take, error if it does not.
Kept: TypeAlias = Callable[[str, dict[str, Any], int, type[InvalidInput]], dict[str, Any]]


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

    def event(self, form: EventForm, now: Instant, *, from_json: bool = False) -> Event:
        """The event of a form. Raises :class:`InvalidEvent` naming the field at fault.

        A form ``from_json`` holds maps that are nobody else's, and nothing but what JSON carries.
        """
        at, offset = self._when("at", form.at, now, InvalidEvent)
        return self._event(form, now, at, offset, _measured if from_json else _plain)

    def checked(self, event: Event, now: Instant) -> Event:
        """An event that was made outside, checked like any other: making one checks nothing."""
        form = form_of(event)
        _check_whole("at", event.at, EARLIEST, LATEST, "microseconds since 1970")
        if event.offset is not None:
            _check_whole("offset", event.offset, 1 - FARTHEST, FARTHEST - 1, "minutes from UTC")
        return self._event(form, now, event.at, event.offset, _plain)

    def _event(
        self, form: EventForm, now: Instant, at: Instant, offset: int | None, kept: Kept
    ) -> Event:
        kind = self.kinds.canonical(form.kind)
        if kind not in self.kinds.declared and self.strict_kinds:
            raise UnknownKind("kind", f"{self.kinds.undeclared(kind)}; strict_kinds is on")
        if at > now + AHEAD:
            raise InvalidEvent(
                "at", f"{instant.text(at)} lies more than 24 h ahead of {instant.text(now)}"
            )
        if offset is None and (told := self.told(form.user)) is not None:
            offset = instant.offset(at, ZoneInfo(told))
        value, duration = form.value, form.duration_ms
        if value is not None:
            value = _finite("value", value, InvalidEvent)
            if value < 0:
                kind = self.kinds.of(kind).negative or kind
        if duration is not None:
            duration = _finite("duration_ms", duration, InvalidEvent)
        limit = TRAITS_SIZE if kind == TRAITS else MAP_SIZE
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
            duration_ms=duration,
            request=form.request,
            position=form.position,
            context=form.context and kept("context", form.context, MAP_SIZE, InvalidEvent),
            data=form.data and kept("data", form.data, limit, InvalidEvent),
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
            price=None if form.price is None else _finite("price", form.price, InvalidItem),
            available=form.available,
            attributes=_plain("attributes", form.attributes or {}, MAP_SIZE, InvalidItem),
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


def _check_whole(field: str, value: object, least: int, most: int, unit: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidEvent(
            field, f"expected {unit}, whole, from {least} to {most}, got {shown(value)}"
        )


def _finite(field: str, value: float, error: type[InvalidInput]) -> float:
    if not math.isfinite(value):
        raise error(field, f"expected a finite number, got {value!r}")
    return float(value)


def _plain(
    field: str, value: dict[str, Any], limit: int, error: type[InvalidInput]
) -> dict[str, Any]:
    """A copy of a map, of nothing but what JSON can carry; times and bytes become text."""
    try:
        plain = msgspec.to_builtins(value, str_keys=True)
    except (TypeError, OverflowError, RecursionError, UnicodeError, ValueError) as problem:
        raise error(field, f"holds what JSON cannot carry: {problem}") from None
    encoded = _encoded(field, plain, limit, error)
    return msgspec.msgpack.decode(encoded, type=dict[str, Any])


def _measured(
    field: str, value: dict[str, Any], limit: int, error: type[InvalidInput]
) -> dict[str, Any]:
    """A plain map itself, once its size is known to fit."""
    _encoded(field, value, limit, error)
    return value


def _encoded(field: str, value: dict[str, Any], limit: int, error: type[InvalidInput]) -> bytes:
    """A plain map as the log keeps it, at most ``limit`` bytes."""
    try:
        encoded = msgspec.msgpack.encode(value)
    except (TypeError, OverflowError, RecursionError, UnicodeError, ValueError) as problem:
        raise error(field, f"holds what JSON cannot carry: {problem}") from None
    if len(encoded) > limit:
        raise error(field, f"takes {len(encoded)} bytes, at most {limit} are kept")
    if _NOT_FINITE.search(encoded) and not _is_finite(value):
        raise error(field, "holds what JSON cannot carry: a number that is not finite")
    return encoded


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
