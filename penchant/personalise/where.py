"""The ``where`` filter: which items a slate may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.names import check_characters, check_name
from penchant.core.suggestion import closest

Where: TypeAlias = Mapping[str, Any]
Test: TypeAlias = Callable[[Item | None], bool]

_FIELDS = ("id", "category", "tags", "title", "price", "starts_at", "added")
_TIMES = frozenset({"starts_at", "added"})
_NAMES = frozenset({"id", "category", "tags"})
_BORDERS = ("min", "max")


def anything(item: Item | None) -> bool:
    """Lets every item through but one that is said to be unavailable."""
    return item is None or item.available


def compile(where: Where | None) -> Test:
    """A test of items. Unavailable items never pass, unknown ones only where nothing is asked.

    A field must equal the value, or one of a list of values; ``tags`` must share one with it;
    numbers, ``starts_at`` and ``added`` may be bounded by ``{"min": a, "max": b}``, both included.
    Times are given as outside times are everywhere (``datetime``, RFC 3339, epoch numbers), those
    without a zone in UTC. Other names are looked up in ``attributes``. Raises ``InvalidArgument``.

    >>> run = Item(id="r", category="run", tags=("outdoor",), price=5.0)
    >>> compile({"category": ["run", "swim"], "price": {"max": 5}})(run)
    True
    >>> compile({"tags": "indoor"})(run)
    False
    """
    if not where:
        return anything
    if not isinstance(where, Mapping):
        raise InvalidArgument(
            "where", f"expected an object such as {{'category': 'run'}}, got {where!r}"
        )
    tests = [_test(name, wanted) for name, wanted in where.items()]

    def passes(item: Item | None) -> bool:
        return item is not None and item.available and all(test(item) for test in tests)

    return passes


def categories_of(where: Where | None) -> tuple[str, ...] | None:
    """The categories the filter asks for; ``None`` where it asks for none."""
    wanted = (where or {}).get("category")
    options = wanted if isinstance(wanted, list | tuple) else [wanted]
    return tuple(option for option in options if isinstance(option, str)) or None


def _test(name: str, wanted: Any) -> Callable[[Item], bool]:
    check_name("where", name)
    if isinstance(wanted, Mapping):
        return _between(name, wanted)
    options = list(wanted) if isinstance(wanted, list | tuple | set | frozenset) else [wanted]
    for option in options:
        if isinstance(option, str):
            _check_text(f"where.{name}", name, option)
    if name == "tags":
        return lambda item: any(tag in item.tags for tag in options)
    if name in _TIMES:
        options = [_instant(f"where.{name}", option) for option in options]
    return lambda item: value_of(item, name) in options


def _check_text(field: str, name: str, text: str) -> None:
    if name in _NAMES:
        check_name(field, text)
    else:
        check_characters(field, text, InvalidArgument)


def _between(name: str, borders: Mapping[str, Any]) -> Callable[[Item], bool]:
    for key in borders:
        if key not in _BORDERS:
            raise InvalidArgument(
                f"where.{name}",
                f"unknown border {key!r}{closest(str(key), _BORDERS)}; expected min or max",
            )
    read = _instant if name in _TIMES else _number
    known = {key: read(f"where.{name}.{key}", border) for key, border in borders.items()}
    low, high = known.get("min", float("-inf")), known.get("max", float("inf"))

    def between(item: Item) -> bool:
        value = value_of(item, name)
        return isinstance(value, int | float) and low <= value <= high

    return between


def _number(field: str, border: object) -> float:
    if isinstance(border, bool) or not isinstance(border, int | float):
        raise InvalidArgument(field, f"expected a number, got {border!r}")
    return border


def _instant(field: str, time: Any) -> Instant:
    if not isinstance(time, datetime | str | int | float):
        raise InvalidArgument(field, f"expected a time such as 2026-01-31T09:30:00Z, got {time!r}")
    try:
        return instant.read(time, UTC)[0]
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(field, str(error)) from None


def value_of(item: Item, name: str) -> Any:
    """What an item has under a name: a field of its own, else an attribute."""
    return getattr(item, name) if name in _FIELDS else item.attributes.get(name)
