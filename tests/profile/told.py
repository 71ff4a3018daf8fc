"""A reading of one feature, after events told in a word or two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.profile.feature import Feature, Reading
from penchant.profile.fold import Fold
from penchant.serve.configuration import read_kinds
from tests.conftest import NOON

KINDS = read_kinds(":memory:", "general")
NONE: Mapping[str, Item] = {}


def event(kind: str = "click", after: Instant = 0, **fields: Any) -> Event:
    """An event of ann, ``after`` microseconds past noon."""
    return Event(id="e", user="ann", kind=kind, at=NOON + after, **fields)


def reading(
    feature: Feature[Any], *events: Event, items: Mapping[str, Item] = NONE, now: Instant = NOON
) -> Reading:
    fold = Fold([feature], KINDS)
    logged = list(enumerate(events, start=1))
    folded = fold.extend(fold.zero(), logged, lambda item, position: items.get(item))
    return fold.read(folded, now)[feature.name]
