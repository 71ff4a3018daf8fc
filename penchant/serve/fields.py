"""The optional fields of events and items, as keyword arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict


class EventFields(TypedDict, total=False):
    """See the table of event fields in docs/events.md."""

    id: str | None
    at: datetime | str | float | None
    session: str | None
    value: float | None
    text: str | None
    success: bool | None
    error: str | None
    duration_ms: float | None
    request: str | None
    position: int | None
    context: Mapping[str, Any] | None
    data: Mapping[str, Any] | None


class ItemFields(TypedDict, total=False):
    """See the table of item fields in docs/events.md."""

    category: str | None
    tags: Sequence[str] | None
    title: str | None
    location: Mapping[str, float] | None
    starts_at: datetime | str | float | None
    price: float | None
    available: bool | None
    attributes: Mapping[str, Any] | None
    added: datetime | str | float | None
