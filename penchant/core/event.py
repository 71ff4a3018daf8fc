"""Events: what happened, as the log keeps it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any, TypeAlias

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant


class Event(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """One thing that happened: checked, complete, never changed again.

    Fields are encoded by place, so new ones go to the end with a default and none is ever removed.
    ``offset`` is the writer's UTC offset in minutes, ``None`` where it is unknown.
    """

    id: str
    user: str
    kind: str
    at: Instant
    item: str | None = None
    session: str | None = None
    value: float | None = None
    text: str | None = None
    success: bool | None = None
    error: str | None = None
    duration_ms: float | None = None
    request: str | None = None
    position: int | None = None
    context: dict[str, Any] | None = None
    data: dict[str, Any] | None = None
    offset: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The event under its wire names, without what is unknown; ``at`` as RFC 3339 text in UTC."""
        fields = {name: getattr(self, name) for name in WIRE_FIELDS}
        fields["at"] = instant.text(self.at)
        return {name: value for name, value in fields.items() if value is not None}

    def to_row(self) -> dict[str, Any]:
        """As :meth:`to_dict`, but ``at`` with the offset it was written in: read again, it is the
        same event."""
        row = self.to_dict()
        return row if self.offset is None else {**row, "at": _local(self.at, self.offset)}


WIRE_FIELDS = tuple(name for name in Event.__struct_fields__ if name != "offset")

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Event)
encode = _encoder.encode
decode = _decoder.decode


def copied(event: Event) -> Event:
    """The event once more, for who may change its maps: a store keeps those it gave out."""
    return decode(encode(event))


# (position, event). Positions grow, are never reused and may have gaps.
Logged: TypeAlias = tuple[int, Event]


def _local(at: Instant, offset: int) -> str:
    zone = timezone(timedelta(minutes=offset))
    return instant.moment(at).astimezone(zone).isoformat()
