"""A record: named in snake_case here, in camelCase outside; both are understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, ClassVar, Self

from penchant.core.errors import InvalidArgument
from penchant.core.suggestion import closest


class Record:
    """What the records of this folder share; each is a frozen dataclass."""

    __slots__ = ()
    nested: ClassVar[Mapping[str, type[Record]]] = {}  # fields that are records themselves
    called: ClassVar[Mapping[str, str]] = {}  # what else a field may be called

    @classmethod
    def from_dict(cls, told: Any, where: str = "$") -> Self:
        """The record that a mapping tells, by names of either form; one that is one already, as it is.

        Raises ``InvalidArgument`` for a field that is missing or that nobody knows; ``where`` is the path
        before it.
        """
        if isinstance(told, cls):
            return told
        if not isinstance(told, Mapping):
            raise InvalidArgument(where, f"expected a mapping with fields, got {told!r:.60}")
        known = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]  # every record is a dataclass
        names = (
            {camel(name): name for name in known}
            | {name: name for name in known}
            | dict(cls.called)
        )
        values = {}
        for key, value in told.items():
            if key not in names:
                near = closest(key, names) if isinstance(key, str) else ""
                raise InvalidArgument(
                    f"{where}.{key!s:.40}",
                    f"no such field{near}; there are {', '.join(map(camel, known))}",
                )
            name = names[key]
            if name in values:
                raise InvalidArgument(f"{where}.{key}", f"is told twice, as {camel(name)} too")
            if value is not None and name in cls.nested:
                value = cls.nested[name].from_dict(value, f"{where}.{key}")
            values[name] = value
        for name, field in known.items():
            is_needed = field.default is MISSING and field.default_factory is MISSING
            if is_needed and values.get(name) is None:
                raise InvalidArgument(f"{where}.{camel(name)}", "is required")
        return cls(**{name: value for name, value in values.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        """Its fields by their outer names, without what is unknown."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]  # as above
        return {camel(name): _plain(value) for name, value in told.items() if value is not None}


def camel(name: str) -> str:
    """A name as it is written outside.

    >>> camel("recommendation_position"), camel("weight")
    ('recommendationPosition', 'weight')
    """
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
