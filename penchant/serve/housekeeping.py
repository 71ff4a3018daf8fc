"""Housekeeping: a thread that lets old events leave the log, where the settings say so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Condition, Thread

from penchant.core.errors import PenchantError
from penchant.serve.retention import Progress, Retirement

log = logging.getLogger("penchant.housekeeping")

PERIOD = 3_600.0  # seconds between two looks at the beginning of the log


class _ClosingError(Exception):
    """The store is being closed."""


class Housekeeping:
    """Runs until closed. Several processes may each have one: who comes second finds nothing."""

    def __init__(self, retire: Callable[[Progress], Retirement]) -> None:
        self._retire = retire
        self._condition = Condition()
        self._closing = False
        self._thread = Thread(target=self._run, name="penchant-housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def turn(self) -> None:
        """Let go what is old enough by now; what keeps it from that is logged."""
        try:
            retired = self._retire(self._go_on)
        except _ClosingError:
            return
        except PenchantError as error:
            log.warning("old events stay in the log: %s", error)
            return
        if retired.events:
            log.info("%d events left the log in %.1f s", retired.events, retired.seconds)

    def close(self) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _go_on(self, events: int) -> None:
        """Break off what the next turn, or the next process, goes on with."""
        if self._closing:
            raise _ClosingError

    def _run(self) -> None:
        while not self._closing:
            try:
                self.turn()
            except Exception:  # the outermost loop
                log.exception("housekeeping failed")
            with self._condition:
                self._condition.wait_for(lambda: self._closing, timeout=PERIOD)
