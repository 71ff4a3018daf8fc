"""The course of events in one process: from the queue to the target, by a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from penchant.capture.buffer import Queue
from penchant.capture.counts import Counts, Tally
from penchant.capture.episodes import LOG, Episodes
from penchant.capture.pace import LONGEST, Pace
from penchant.capture.shipping import Shipping
from penchant.capture.stamps import Stamps
from penchant.capture.target import Target

ADOPTING = 30.0  # seconds between two looks for what dead processes left
ENDING = 1.0  # seconds that a thread gets to notice that it is over


class Course:
    """Everything of a recorder that belongs to one process: a child of it makes its own."""

    def __init__(
        self,
        target: Target,
        pace: Pace,
        *,
        queue: Callable[[Course], Queue],
        clock: Callable[[], int],
        batch_size: int,
        interval: float,
    ) -> None:
        self.stamps = Stamps()
        self.tally = Tally()
        self.episodes = Episodes()
        self.pace = pace
        self.target = target
        self.queue = queue(self)
        self.shipping = Shipping(
            self.queue,
            target,
            self.tally,
            pace,
            self.episodes,
            clock=clock,
            batch_size=batch_size,
            interval=interval,
        )
        self._interval = interval
        self._begun = False
        self._thread: threading.Thread | None = None
        self._peeks = 0
        self._adopting = float("-inf")  # when to look for it next

    def start(self) -> bool:
        """Start the thread, if it does not run. Returns whether it does."""
        if self._begun:
            return True
        self._begun = True  # at once: a signal handler in the middle of this may record as well
        thread = threading.Thread(target=self._run, name="penchant-recorder", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            self._begun = False
            self.episodes.begin("thread", "no thread can be started, events wait: %s", error)
            return False
        self._thread = thread
        return True

    def flush(self, timeout: float | None) -> bool:
        """Wait until what waits now is answered for, or given up. Returns whether it is answered for."""
        tally = self.tally
        with tally.changed:
            goal = tally.left + len(self.queue)
            self.pace.ring(urgent=True)
            tally.changed.wait_for(lambda: tally.left >= goal or self.shipping.over, timeout)
            return tally.left >= goal

    def close(self, timeout: float) -> int:
        """Flush, and give up what is left. Returns how many that were."""
        if self._thread is not None:
            self.queue.adopt()  # of children that ended in the meantime
            self.flush(timeout)
        with self.tally.changed:
            self.shipping.over = True
            lost = self.give_up()
        if self._thread is not None:
            self.pace.ring(urgent=True)
            self.target.abort()
            self._thread.join(ENDING)
        return lost + self.give_up()

    def counts(self) -> Counts:
        """What became of the events so far.

        Every call takes a number, and so does looking how far the numbers are: no call pays for being
        counted.
        """
        tally = self.tally
        with tally.changed:
            if self.shipping.over:
                self.give_up()
            called = next(self.stamps.numbers) - self.stamps.first - self._peeks
            self._peeks += 1
            return Counts(
                captured=called - tally.skipped + tally.adopted,
                stored=tally.stored,
                rejected=tally.rejected,
                dropped=tally.dropped,
                waiting=len(self.queue),
                skipped=tally.skipped,
                adopted=tally.adopted,
            )

    def give_up(self) -> int:
        """After the end: leave what waits, which again may be something after each call that was under way
        then. Returns how many events cannot be left and are lost."""
        with self.tally.changed:
            lost = self.queue.close()
            self.tally.add(dropped=lost, left=lost)
        return lost

    def full(self, lost: int) -> None:
        """Say that events were lost; with 0 that somebody waits for room."""
        if lost:
            self.episodes.begin(
                "full",
                "more events wait than there is room for; the oldest are dropped and counted",
            )
        else:
            self.pace.ring()

    def failed(self, error: OSError | None) -> None:
        """Say that the spool cannot be written; with ``None`` that it can again."""
        if error is None:
            self.episodes.end("spool", "the spool can be written again")
        else:
            self.episodes.begin(
                "spool", "the spool cannot be written, events wait in memory instead: %s", error
            )

    def left(self, error: OSError) -> None:
        """Say that a file that was left cannot be had: what is in it stays there."""
        self.episodes.begin(
            "left",
            "a file of events that wait cannot be read and stays: %s; if it is another user's, "
            "run this program as that user once, or give it the file",
            error,
        )

    def _run(self) -> None:
        seconds = self._interval
        while not self.shipping.over:
            urgent = self.pace.wait(seconds, failed=self.shipping.failures > 0)
            try:
                self._adopt()
                seconds = self.shipping.round(everything=urgent)
            except Exception:  # noqa: BLE001  # the outermost loop: whatever it is, events wait
                LOG.exception("sending events failed; it is tried again")
                self.shipping.failures += 1
                seconds = LONGEST * self.pace.chance()
            if not len(self.queue):
                dropped = self.tally.dropped
                self.episodes.end("full", "nothing waits any more; %d events were dropped", dropped)
        self.target.close()

    def _adopt(self) -> None:
        """Look for what dead processes left, now and then; at once where there was more."""
        if self.pace.now() >= self._adopting:
            more = self.queue.adopt()
            self._adopting = self.pace.now() + (0.0 if more else ADOPTING)
