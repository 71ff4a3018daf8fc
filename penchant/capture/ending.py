"""Ending: what recorders do at the end of a program, and at the beginning of a child process."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from typing import Protocol
from weakref import WeakSet


class Living(Protocol):
    """Something that has a thread and what it has not sent yet."""

    def close(self) -> None:
        """Send what is left and end."""

    def begin_anew(self) -> None:
        """In a child process: what the parent has is the parent's."""


_living: WeakSet[Living] = WeakSet()


def watch(one: Living) -> None:
    """Close it at the end of the program, and begin anew in every child, as long as it lives."""
    _living.add(one)


def close_with_worker(close: Callable[[], None]) -> None:
    """In a worker of ``multiprocessing``, which ends without ``atexit``, close at its end."""
    util = sys.modules.get("multiprocessing.util")
    process = sys.modules.get("multiprocessing.process")
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, close, exitpriority=0)


def _at_exit() -> None:
    for one in list(_living):
        one.close()


def _in_child() -> None:
    for one in list(_living):
        one.begin_anew()


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_in_child)
