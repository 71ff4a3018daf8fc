"""Forks: what is open stands still while the process is copied, and lets go in the copy.

A copy has none of the threads, so that a lock held by one of them would stay held for ever.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Protocol
from weakref import WeakMethod, WeakSet


class Open(Protocol):
    """Something open that a child process cannot go on using."""

    def hold(self) -> None:
        """Before the fork: wait until no thread is at work, and let none begin."""

    def release(self) -> None:
        """In the parent: go on."""

    def let_go(self) -> None:
        """In the child: be unusable, without a trace in what the parent goes on using."""


_open: WeakSet[Open] = WeakSet()
_held: list[Open] = []
_acts: list[WeakMethod[Callable[[], None]]] = []


def watch(one: Open) -> None:
    """Tell it of every fork from now on, as long as it lives."""
    _open.add(one)


def in_child(act: Callable[[], None]) -> None:
    """Call the method in every child process from now on, as long as its object lives."""
    _acts[:] = [known for known in _acts if known() is not None]
    _acts.append(WeakMethod(act))


def left_behind(place: str) -> str:
    """What is wrong with a store in a child process, and the way out."""
    return (
        f"the store {place} was opened before this process was forked off; open it again here "
        "(what the parent opened goes on there)"
    )


def _before() -> None:
    for one in list(_open):
        one.hold()
        _held.append(one)


def _in_parent() -> None:
    while _held:
        _held.pop().release()


def _in_child() -> None:
    while _held:
        _held.pop().let_go()
    for known in _acts:
        if (act := known()) is not None:
            act()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
