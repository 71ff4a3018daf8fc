"""Plans: how the rows of a source are read, before any of its columns is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from penchant.core.errors import InvalidArgument
from penchant.core.forms import EventForm, ItemForm
from penchant.core.suggestion import closest

Change: TypeAlias = Callable[[Any], Any]

MAPS = frozenset({"context", "data", "attributes", "location"})
UNITS = {"s": 1_000_000.0, "ms": 1_000.0, "us": 1.0, "ns": 0.001}  # microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the options of an import say of its rows.

    ``columns`` maps fields to columns (``context.device`` to a place in a map), ``constants`` are
    the same in every row, ``split`` divides a field by a separator, ``keep_rest`` puts columns
    that nothing names into ``data`` (``attributes`` for items). ``decimal`` is the sign before the
    fraction of numbers written as text; the other of point and comma then groups their digits.
    """

    items: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    split: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    time_format: str | None = None
    time_unit: str | None = None
    decimal: str | None = None
    keep_rest: bool = False

    def __post_init__(self) -> None:
        for name, targets in (
            ("map", self.columns),
            ("constants", self.constants),
            ("split", self.split),
        ):
            for target in targets:
                self._check(name, target)
        for target in self.constants.keys() & self.columns.keys():
            raise InvalidArgument("map", f"{target!r} is given as a column and as a constant")
        for target in self.columns.values():
            parse(target)
        for target in self.split:
            if target != ("tags" if self.items else "item"):
                allowed = "tags" if self.items else "item"
                raise InvalidArgument("split", f"{target!r} holds one value; expected {allowed!r}")
        if self.time_unit is not None and self.time_unit not in UNITS:
            raise InvalidArgument("time_unit", f"{self.time_unit!r} is none of {', '.join(UNITS)}")
        if self.time_unit is not None and self.time_format is not None:
            raise InvalidArgument("time_unit", "a time is a number or a text; give one of the two")
        if self.decimal not in (None, ".", ","):
            raise InvalidArgument("decimal", f"expected '.' or ',', got {self.decimal!r}")

    def _check(self, option: str, target: str) -> None:
        known = ItemForm.__struct_fields__ if self.items else EventForm.__struct_fields__
        head, _, rest = target.partition(".")
        if head in known and (not rest or head in MAPS):
            return
        what = "item" if self.items else "event"
        raise InvalidArgument(
            option, f"{target!r} is no field of an {what}{closest(target, known)}"
        )


_CALL = re.compile(r"(\w+)\((.*)\)")


def word(text: Any) -> str | None:
    """The first word: of a command line, the command.

    >>> word("nmap -A 172.18.1.5")
    'nmap'
    """
    words = str(text).split(None, 1)
    return words[0] if words else None


def path(text: Any) -> str:
    """The path of an address, without host, query and fragment.

    >>> path("https://example.com/a/b?c=1")
    '/a/b'
    """
    return urlsplit(str(text)).path or "/"


_ENDS = {
    **dict.fromkeys(("success", "succeeded", "ok", "passed", "true", "1", "yes"), True),
    **dict.fromkeys(("failure", "failed", "error", "timeout", "false", "0", "no"), False),
}


def succeeded(text: Any) -> bool:
    """Whether a status tells a success. Raises ``ValueError`` for one that is not known.

    >>> succeeded("OK"), succeeded("timeout"), succeeded(False)
    (True, False, False)
    """
    told = str(text).strip().lower()
    if told not in _ENDS:
        raise ValueError(f"expected one of {', '.join(_ENDS)}")
    return _ENDS[told]


FUNCTIONS: Mapping[str, Change] = {"word": word, "path": path, "succeeded": succeeded}


def parse(expression: str) -> tuple[str, Change | None]:
    """``word(cmd)`` is the column ``cmd`` and a function; anything else is a column."""
    found = _CALL.fullmatch(expression)
    if found is None:
        return expression, None
    if found[1] not in FUNCTIONS:
        raise InvalidArgument(
            "map",
            f"{found[1]!r} is no function{closest(found[1], FUNCTIONS)}; "
            f"expected one of {', '.join(FUNCTIONS)}, or the name of a column",
        )
    return found[2], FUNCTIONS[found[1]]
