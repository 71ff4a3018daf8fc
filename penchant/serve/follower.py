"""The follower: a thread that keeps the population current and folds tails that are due."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from threading import Condition, Thread

from penchant.core.errors import PenchantError
from penchant.serve.population import Population
from penchant.serve.states import States
from penchant.serve.writer import Writer

log = logging.getLogger("penchant.follower")

PERIOD = 0.25  # seconds between looks at the log; what everyone knows follows within a second
DUE = 10_000  # users remembered as due; whoever is dropped comes up again 128 events later
SWEPT = 16  # users swept before the log is looked at again: each may take some 10 ms
BUSY = 16  # events waiting for their commit above which only what is overdue is swept


class Follower:
    """Runs until closed. Nothing depends on it for being right, only for being quick."""

    def __init__(self, population: Population, states: States, writer: Writer) -> None:
        self._population = population
        self._states = states
        self._writer = writer
        self._condition = Condition()
        self._due: dict[str, bool] = {}
        self._closing = False
        self._thread = Thread(target=self._run, name="penchant-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def sweep(self, due: Mapping[str, bool]) -> None:
        """Ask for users to be folded and their snapshots written: soon, or at once if overdue."""
        with self._condition:
            for user, overdue in due.items():
                if user in self._due or len(self._due) < DUE:
                    self._due[user] = overdue or self._due.get(user, False)

    def sweep_now(self) -> int:
        """Fold some of those who are due; while many events wait, only who is overdue. How many.

        Fewer than ``SWEPT`` were all.
        """
        with self._condition:
            due = dict(self._due)
        swept = 0
        for user, overdue in due.items():
            if overdue or self._writer.waiting() < BUSY:
                with self._condition:
                    self._due.pop(user, None)
                self._states.follow(user)
                swept += 1
                if swept == SWEPT:
                    break
        return swept

    def close(self) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._closing:
            try:
                self._turn()
            except PenchantError as error:
                log.warning("the follower could not read the store: %s", error)
            except Exception:  # the outermost loop: one bad user must not end the others' turn
                log.exception("the follower failed")
            with self._condition:
                self._condition.wait_for(lambda: self._closing, timeout=PERIOD)

    def _turn(self) -> None:
        self._follow()
        while self.sweep_now() == SWEPT and not self._closing:
            self._follow()

    def _follow(self) -> None:
        if not self._population.is_current():
            while not self._closing and not self._population.follow():
                pass
        if self._population.is_due():
            self._writer.submit(self._population.snapshot())
