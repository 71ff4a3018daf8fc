"""Places: which store a facade works on, and what it says of servers that nothing is sent to."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from threading import Lock

from penchant.serve.engine import Penchant

log = logging.getLogger("penchant.compat")

STORE, FOLDER = "PENCHANT_STORE", "./penchant-store"


class Place:
    """A store that is opened when it is first needed; one that was open before is left open."""

    def __init__(self, store: Penchant | str | Path | None) -> None:
        self._given = store
        self._opening = Lock()
        self._opened: Penchant | None = store if isinstance(store, Penchant) else None

    @property
    def engine(self) -> Penchant:
        """The store: as given, else the one of ``PENCHANT_STORE``, else ``./penchant-store``."""
        with self._opening:  # calls may come from several threads
            if self._opened is None:
                place = self._given or os.environ.get(STORE, FOLDER)
                assert not isinstance(place, Penchant)
                self._opened = Penchant(place)
            return self._opened

    def close(self) -> None:
        """Close what was opened here. Closing twice does nothing."""
        with self._opening:
            if self._opened is not None and self._opened is not self._given:
                self._opened.close()
                self._opened = None


def unused(argument: str, value: object, what: str) -> None:
    """Say in the log that an argument is taken and nothing is sent to what it names."""
    if value is not None:
        log.warning("%s is not used: %s; the store alone is written to", argument, what)
