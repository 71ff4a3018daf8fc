"""The current monitor: the one that a process shares, as the documented calls expect it."""

from __future__ import annotations

import os
import threading
from typing import Any

from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.options import DATA_DIR
from penchant.core.errors import InvalidArgument

_lock = threading.RLock()
_current: InteractionMonitor | None = None


def get_monitor(place: str | os.PathLike[str] | None = None, **options: Any) -> InteractionMonitor:
    """The monitor of this process; the first call makes it, with the arguments of the class.

    Raises ``InvalidArgument`` for arguments that come too late: :func:`stop_monitor` first.
    """
    global _current
    with _lock:
        if _current is None:
            _current = InteractionMonitor(DATA_DIR if place is None else place, **options)
        elif place is not None or options:
            raise InvalidArgument(
                "place" if place is not None else next(iter(options)),
                f"the monitor of this process is made already, in {_current.place}; call "
                "stop_monitor() first, or make an InteractionMonitor of your own",
            )
        return _current


def stop_monitor() -> None:
    """Stop the monitor of this process, if there is one; the next :func:`get_monitor` makes another."""
    global _current
    with _lock:
        stopped, _current = _current, None
    if stopped is not None:
        stopped.stop()
