"""Episodes: what goes wrong for a while is said when it begins and when it is over, not each time."""

from __future__ import annotations

import logging

MOST = 100  # names that are remembered; a target may name any fields it likes
LOG = logging.getLogger("penchant.capture")


class Episodes:
    """What is going on, by name."""

    def __init__(self) -> None:
        self._going_on: set[str] = set()

    def begin(self, name: str, message: str, *arguments: object) -> None:
        """Say it, unless it was said since it last ended, or a hundred others were."""
        if name not in self._going_on and len(self._going_on) < MOST:
            self._going_on.add(name)
            LOG.warning(message, *arguments)

    def end(self, name: str, message: str, *arguments: object) -> None:
        """Say that it is over, if it was going on."""
        if name in self._going_on:
            self._going_on.discard(name)
            LOG.warning(message, *arguments)
