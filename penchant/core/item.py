"""Items: whatever can be shown or chosen, and what the catalogue knows of it."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec

from penchant.core import instant
from penchant.core.instant import Instant


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """A place on earth in degrees: ``lat`` in [-90, 90], ``lon`` in [-180, 180]."""

    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One item of the catalogue. Only ``id`` is required; an unavailable item is never offered."""

    id: str
    category: str | None = None
    tags: tuple[str, ...] = ()
    title: str | None = None
    location: Location | None = None
    starts_at: Instant | None = None
    price: float | None = None
    available: bool = True
    attributes: dict[str, Any] = {}
    added: Instant | None = None

    def to_dict(self) -> dict[str, Any]:
        """The item under its wire names, without what is unknown; instants as RFC 3339 text."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        for name in ("starts_at", "added"):
            if name in fields:
                fields[name] = instant.text(fields[name])
        return fields


class ItemVersion(NamedTuple):
    """An item as it was from log position ``since`` on."""

    since: int
    item: Item


def replaces(item: Item, since: int, latest: ItemVersion, *, is_first: bool) -> bool:
    """Whether ``item``, put at log position ``since``, may take the place of the latest version.

    It may if both teach the fold the same, or if no event can have found the latest: none came
    after it, and it is not the first, with which all earlier events count.
    """
    older = latest.item
    if older.category == item.category and older.tags == item.tags:
        return True
    return latest.since == since and not is_first


def in_force(versions: tuple[ItemVersion, ...], position: int) -> Item | None:
    """The item as an event at ``position`` found it.

    That is the latest version older than the event; an event older than every version counts with
    the first one that arrived (CONTRACT X-67). ``versions`` ascend; ``None`` where there is none.
    """
    found: Item | None = None
    for version in versions:
        if found is None or version.since < position:
            found = version.item
        else:
            break
    return found


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Item)
encode = _encoder.encode
decode = _decoder.decode
