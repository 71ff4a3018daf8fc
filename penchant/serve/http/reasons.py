"""Reasons: what the decoder found wrong, with the way out."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from penchant.core.forms import explain
from penchant.core.settings import SEEN
from penchant.core.suggestion import closest
from penchant.measure.patterns import RULES
from penchant.personalise.adapt import WAYS
from penchant.serve.alerts import LEVELS

_OPTIONS = {
    "seen": SEEN,
    "rule": RULES,
    "level": LEVELS,
    "way": WAYS,
    "method": ("GET", "POST", "PUT", "DELETE"),
}
_UNKNOWN = "object contains unknown field "
_MISSING = "object missing required field "
_NO_OPTION = "invalid enum value "


def explained(error: msgspec.ValidationError, type: Any) -> tuple[str, str]:
    """The path of the field at fault and what is wrong with it, in something of that type.

    >>> from penchant.serve.http.wire import RecommendBody
    >>> try:
    ...     msgspec.json.decode(b'{"cuont": 3}', type=RecommendBody)
    ... except msgspec.ValidationError as error:
    ...     explained(error, RecommendBody)
    ('cuont', "no such field; closest is 'count'; known are: count, where, seen, shown")
    """
    field, reason = explain(error)
    if reason.startswith(_UNKNOWN):
        name, known = reason.split("`")[1], _fields(type)
        reason = f"no such field{closest(name, known)}; known are: {', '.join(known)}"
        return _inside(field, name[:64]), reason
    if reason.startswith(_MISSING):
        return _inside(field, reason.split("`")[1]), "is required"
    if reason.startswith(_NO_OPTION):
        options = _OPTIONS[field.rpartition(".")[2]]
        given = reason.removeprefix(_NO_OPTION)
        near = closest(given.strip("'"), options)
        return field, f"expected one of {', '.join(options)}, got {given[:60]}{near}"
    return field, reason


def _inside(field: str, name: str) -> str:
    return name if field == "$" else f"{field}.{name}"


def _fields(type: Any) -> tuple[str, ...]:
    """The fields of a struct, or of the struct inside a list."""
    fields: tuple[str, ...] = getattr(type, "__struct_fields__", ())
    return fields or next((found for inner in get_args(type) if (found := _fields(inner))), ())
