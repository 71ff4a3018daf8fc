"""Penchant remembers what people do, learns from it, and hands it back as decisions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from penchant.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from penchant.capture.recorder import Recorder
    from penchant.core.errors import PenchantError
    from penchant.core.event import Event
    from penchant.core.item import Item
    from penchant.core.receipt import Receipt
    from penchant.core.slate import Choice, Reason, Slate
    from penchant.serve.engine import Penchant

__all__ = [
    "Choice",
    "Event",
    "Item",
    "Penchant",
    "PenchantError",
    "Reason",
    "Receipt",
    "Recorder",
    "Slate",
    "__version__",
    "open",
]

_HOMES = {
    "Choice": "penchant.core.slate",
    "Event": "penchant.core.event",
    "Item": "penchant.core.item",
    "Penchant": "penchant.serve.engine",
    "PenchantError": "penchant.core.errors",
    "Reason": "penchant.core.slate",
    "Receipt": "penchant.core.receipt",
    "Recorder": "penchant.capture.recorder",
    "Slate": "penchant.core.slate",
}


def open(place: str | Path, *, clock: Callable[[], int] | None = None, **settings: Any) -> Penchant:
    """Open the store at ``place``: a folder, made if absent, or ``":memory:"``.

    ``settings`` win over ``PENCHANT_*`` in the environment and over ``penchant.toml`` in the
    folder; see docs/settings.md. ``clock`` returns now in microseconds since 1970 UTC.

    >>> with open(":memory:", preset="shop") as p:
    ...     p.track("ann", "purchase", "tea", id="e1")
    'e1'
    """
    from penchant.serve.engine import Penchant

    options = settings if clock is None else {**settings, "clock": clock}
    return Penchant(place, **options)


def __getattr__(name: str) -> Any:
    """Public names are imported when first used: ``import penchant`` stays quick."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'penchant' has no attribute {name!r}")
