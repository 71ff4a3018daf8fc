"""The course of events in one process: from the queue to the target, by a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from penchant.capture.buffer import Buffer, Queue
from penchant.capture.counts import Counts, Tally
from penchant.capture.episodes import LOG, Episodes
from penchant.capture.pace import LONGEST, Pace
from penchant.capture.shipping import Shipping
from penchant.capture.stamps import Stamps
from penchant.capture.target import Target

ENDING = 1.0  # seconds that a thread gets to notice that it is over


class Course:
    """Everything of a recorder that belongs to one process: a child of it makes its own."""

    def __init__(
        self,
        target: Target,
        pace: Pace,
        *,
        clock: Callable[[], int],
        capacity: int,
        waits: bool,
        batch_size: int,
        interval: float,
    ) -> None:
        self.stamps = Stamps()
        self.tally = Tally()
        self.episodes = Episodes()
        self.pace = pace
        self.target = target
        self.queue: Queue = Buffer(capacity, self.tally, self._full, waits=waits)
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
        self._thread: threading.Thread | None = None
        self._peeks = 0

    def start(self) -> None:
        """Start the thread, if it does not run."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="penchant-recorder", daemon=True)
            thread.start()
            self._thread = thread

    def flush(self, timeout: float | None) -> bool:
        """Wait until what waits now is answered for. Returns whether it is."""
        tally = self.tally
        with tally.changed:
            goal = tally.left + len(self.queue)
            self.pace.ring(urgent=True)
            return tally.changed.wait_for(lambda: tally.left >= goal, timeout)

    def close(self, timeout: float) -> int:
        """Flush, and give up what is left. Returns how many that were."""
        if self._thread is not None:
            self.flush(timeout)
        with self.tally.changed:
            self.shipping.over = True
            lost = self._give_up()
        if self._thread is not None:
            self.pace.ring(urgent=True)
            self.target.abort()
            self._thread.join(ENDING)
        return lost

    def counts(self) -> Counts:
        """What became of the events so far.

        Every call takes a number, and so does looking how far the numbers are: no call pays for being
        counted.
        """
        tally = self.tally
        with tally.changed:
            if self.shipping.over:  # a call that was under way when it was closed
                self._give_up()
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

    def _give_up(self) -> int:
        lost = self.queue.close()
        self.tally.add(dropped=lost, left=lost)
        return lost

    def _full(self, lost: int) -> None:
        if lost:
            self.episodes.begin(
                "full",
                "more events wait than there is room for; the oldest are dropped and counted",
            )
        else:
            self.pace.ring()

    def _run(self) -> None:
        seconds, urgent = self._interval, False
        while not self.shipping.over:
            urgent = self.pace.wait(seconds, failed=self.shipping.failures > 0)
            try:
                seconds = self.shipping.round(everything=urgent)
            except Exception:  # noqa: BLE001  # the outermost loop: whatever it is, events wait
                LOG.exception("sending events failed; it is tried again")
                self.shipping.failures += 1
                seconds = LONGEST * self.pace.chance()
        self.target.close()
