"""The reader: rows of an opened source become events and items, or refusals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from penchant.core.admission import Edge
from penchant.core.errors import InvalidInput
from penchant.core.event import Event
from penchant.core.forms import EventForm, ItemForm, explain
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.io.formats.row import Row
from penchant.serve.transfer.mapping import Mapper, Refused
from penchant.serve.transfer.numerals import has_decimal_comma
from penchant.serve.transfer.plan import Plan
from penchant.serve.transfer.refusals import Refusals

LOGGED = "log_position"  # the column that marks rows of an export: their order is kept
CATALOGUE = "catalogue"  # the column of an export that holds a version of an item
_content = msgspec.msgpack.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Draft:
    """An event on its way into the log; ``key`` is what its id is made of where it has none."""

    event: Event
    key: bytes | None
    logged: bool = False


@dataclass(frozen=True, slots=True)
class Shelved:
    """A version of an item from an export; not ``present``: it was taken out of the catalogue."""

    item: Item
    present: bool


class Reader:
    """Reads rows by a plan. Counts what it saw: ``undated`` events were given the time of now."""

    def __init__(self, plan: Plan, edge: Edge, refusals: Refusals) -> None:
        self._plan = plan
        self._edge = edge if plan.zone is None else replace(edge, zone=plan.zone)
        self._refusals = refusals
        self.mapper = Mapper(plan)
        self._now: Instant = edge.now()
        self.undated = 0

    def events(self, row: Row) -> Iterator[Draft | Shelved]:
        """What one row of events becomes: usually one event, one per part where it is split."""
        try:
            if row.fields is None:
                raise Refused("$", row.reason)
            if LOGGED in row.fields:
                yield self._logged(row.fields)
                return
            fields = self.mapper.fields(row.fields)
            parts = fields.get("item")
            if not isinstance(parts, list):
                yield self._draft(fields)
                return
            drafts = [
                self._draft({**fields, "item": part, "position": place})
                for place, part in enumerate(parts)
            ]
            yield from drafts
        except (Refused, InvalidInput) as error:
            self._refuse(row, error)

    def item(self, row: Row) -> Item | None:
        """The item of a row of a catalogue; ``None`` where it is refused."""
        try:
            if row.fields is None:
                raise Refused("$", row.reason)
            return self._item(self.mapper.fields(row.fields))
        except (Refused, InvalidInput) as error:
            self._refuse(row, error)
            return None

    def _draft(self, fields: dict[str, Any], logged: bool = False) -> Draft:
        at = fields.get("at")
        moment = fields.pop("at") if isinstance(at, datetime) else None
        form = _form(fields, EventForm)
        if moment is not None:
            form.at = moment  # the edge takes a moment as well
        given = form.id
        kind, form.id = form.kind, given or "-"
        try:
            event = self._edge.event(form, self._now)
        except InvalidInput as error:
            raise _with_way_out(error, self._plan) from None
        self.undated += at is None
        if given is not None:
            return Draft(event, None, logged)
        # The kind as the source calls it: its aliases may change, the row stays what it is.
        content = msgspec.structs.replace(
            event, id="", kind=kind, at=event.at if at is not None else 0
        )
        return Draft(event, _content.encode(content), logged)

    def _logged(self, fields: dict[str, Any]) -> Draft | Shelved:
        told = {
            name: value
            for name, value in fields.items()
            if value is not None and name not in (LOGGED, CATALOGUE)
        }
        if (version := _decoded(fields, CATALOGUE)) is not None:
            present = version.pop("present", True)
            return Shelved(self._item(version), bool(present))
        for name in ("context", "data"):
            if name in told:
                told[name] = _decoded(told, name)
        return self._draft(told, logged=True)

    def _item(self, fields: dict[str, Any]) -> Item:
        times = {
            name: fields.pop(name)
            for name in ("starts_at", "added")
            if isinstance(fields.get(name), datetime)
        }
        form = _form(fields, ItemForm)
        for name, moment in times.items():
            setattr(form, name, moment)
        return self._edge.item(form, self._now)

    def _refuse(self, row: Row, error: Refused | InvalidInput) -> None:
        raw = row.raw if row.fields is None else row.fields
        self._refusals.add(row.number, error.field, error.reason, raw)


def identified(draft: Draft, occurrence: int) -> Event:
    """The event with its id: its own, or one made of its content and of how often that was met."""
    if draft.key is None:
        return draft.event
    digest = blake2b(draft.key, digest_size=16, salt=occurrence.to_bytes(8, "big"))
    return msgspec.structs.replace(draft.event, id=f"row_{digest.hexdigest()}")


def short(key: bytes) -> int:
    """A number of 63 bits for a content: two contents that share one are still told apart by id."""
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def _form(fields: Mapping[str, Any], form: type[Any]) -> Any:
    try:
        return msgspec.convert(fields, form, strict=False)
    except msgspec.ValidationError as problem:
        field, reason = explain(problem)
        given = f", namely {str(repr(fields[field]))[:60]}" if field in fields else ""
        way = "; decimal commas are read with --decimal ," if _is_comma(field, fields) else ""
        raise Refused(field, f"{reason}{given}{way}") from None


def _is_comma(field: str, fields: Mapping[str, Any]) -> bool:
    return field in ("value", "price", "duration_ms") and has_decimal_comma(fields.get(field))


def _with_way_out(error: InvalidInput, plan: Plan) -> Refused:
    if error.field == "at" and "is no time" in error.reason and not plan.time_format:
        return Refused("at", f"{error.reason}; other forms are named with --time-format")
    return Refused(error.field, error.reason)


def _decoded(fields: Mapping[str, Any], name: str) -> Any:
    """A map, which Parquet carries as text. Raises ``Refused`` for what is none."""
    value = fields.get(name)
    try:
        found = msgspec.json.decode(value) if isinstance(value, str) else value
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Refused(name, f"is no JSON: {error}") from None
    if found is not None and not isinstance(found, dict):
        raise Refused(name, f"expected an object, got {found!r:.60}")
    return found
