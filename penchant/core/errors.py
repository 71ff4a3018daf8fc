"""Everything that can go wrong, as one tree.

PenchantError
├── InvalidInput          what was handed in cannot be used (also a ValueError)
│   ├── InvalidEvent        an event field is missing or out of bounds
│   │   └── UnknownKind       an undeclared kind while ``strict_kinds`` is on
│   ├── InvalidItem         an item field is missing or out of bounds
│   ├── InvalidArgument     an argument of a call or a parameter of a request
│   └── InvalidSettings     a setting, or a table of ``kinds.toml``
├── NotFound              nothing is stored under that name (also a LookupError)
├── QueueFull             the write queue is full; ``retry_after`` says for how long
├── StoreError            the store cannot do it
│   ├── StoreUnavailable    it is away, locked, full or read-only: nothing was acknowledged
│   └── StoreIncompatible   it was written by a newer version, or is no store at all
└── MissingExtra          an optional dependency is not installed
"""

from __future__ import annotations


class PenchantError(Exception):
    """The root: every error this package raises on purpose."""


class InvalidInput(PenchantError, ValueError):
    """What was handed in cannot be used.

    ``field`` is the path of the culprit (``$.items[1].price``, ``at``), ``reason`` says what was
    given, what was expected and the way out. Nothing was stored.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str]]:
        return type(self), (self.field, self.reason)


class InvalidEvent(InvalidInput):
    """An event field is missing or out of bounds."""


class UnknownKind(InvalidEvent):
    """The kind is not declared and ``strict_kinds`` is on."""


class InvalidItem(InvalidInput):
    """An item field is missing or out of bounds."""


class InvalidArgument(InvalidInput):
    """An argument of a call, or a parameter of a request, cannot be used."""


class InvalidSettings(InvalidInput):
    """A setting, or a table of ``kinds.toml``, cannot be used."""


class NotFound(PenchantError, LookupError):
    """Nothing is stored under that name."""


class QueueFull(PenchantError):
    """The write queue is full; nothing of the call was stored. ``retry_after`` is in seconds."""

    def __init__(self, waiting: int, capacity: int, retry_after: int = 1) -> None:
        super().__init__(
            f"the write queue holds {waiting} of {capacity} events; send again in {retry_after} s, "
            f"or raise the setting 'queue_capacity'"
        )
        self.retry_after = retry_after


class StoreError(PenchantError):
    """The store cannot do what was asked."""


class StoreUnavailable(StoreError):
    """The store is away, locked, full or read-only. What was asked has not been acknowledged."""


class StoreIncompatible(StoreError):
    """The place was written by a newer version of penchant, or is not a store."""


class MissingExtra(PenchantError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra {extra!r}: pip install 'penchant[{extra}]'")
        self.extra = extra
