"""Shipping: what waits is sent in batches until it is answered for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penchant.capture.buffer import Queue
from penchant.capture.counts import Tally
from penchant.capture.episodes import Episodes
from penchant.capture.pace import Pace, pause
from penchant.capture.target import Refused, Target, Unavailable, Unfit
from penchant.capture.wire import fields_of
from penchant.core.errors import InvalidEvent


class Shipping:
    """Takes from a queue and sends to a target. One thread calls :meth:`round`.

    ``clock`` gives the instant in nanoseconds. ``batch_size`` is halved while the target finds
    batches too large, and grows back.
    """

    def __init__(
        self,
        queue: Queue,
        target: Target,
        tally: Tally,
        pace: Pace,
        episodes: Episodes,
        *,
        clock: Callable[[], int],
        batch_size: int,
        interval: float,
    ) -> None:
        self._queue = queue
        self._target = target
        self._tally = tally
        self._pace = pace
        self._episodes = episodes
        self._clock = clock
        self._batch_size = batch_size
        self._size = batch_size
        self._interval = interval
        self.failures = 0
        self.over = False

    def round(self, *, everything: bool) -> float:
        """Send what waits: whole batches, or ``everything``. Returns the seconds until the next round."""
        self._queue.tend()
        while not self.over and (records := self._queue.take(self._size)):
            try:
                self._ship(records)
            except Unavailable as error:
                self.failures += 1
                self._say(error)
                return pause(self.failures, self._pace.chance(), error.after)
            if not everything and len(self._queue) < self._batch_size:
                break
        return self._interval

    def _ship(self, records: list[bytes]) -> None:
        sent, refused = self._prepare(records)
        try:
            answered = self._target.send(sent) if sent else []
        except Unfit as error:
            if len(records) > 1:
                self._size = max(len(records) // 2, 1)
                return
            sent, answered = [], []
            refused = [Refused(0, "$", str(error))]
        if sent:
            self._recovered()
        self._size = min(self._size + self._size // 8 + 1, self._batch_size)
        refused += answered
        for one in refused:
            self.refuse(one.field, one.reason)
        self._settle(len(records), len(refused))

    def _prepare(self, records: list[bytes]) -> tuple[list[Any], list[Refused]]:
        now = self._clock()
        sent, refused = [], []
        for place, record in enumerate(records):
            try:
                sent.append(self._target.prepare(fields_of(record, now)))
            except InvalidEvent as error:
                refused.append(Refused(place, error.field, error.reason))
            except Exception as error:  # noqa: BLE001  # else it would keep all behind it waiting for ever
                refused.append(Refused(place, "$", f"cannot be sent: {error!r:.200}"))
        return sent, refused

    def refuse(self, field: str, reason: str) -> None:
        """Say why an event is refused, once for each field."""
        self._episodes.begin(
            f"refused {field}", "an event is rejected: %s: %s (said once per field)", field, reason
        )

    def _settle(self, count: int, refused: int) -> None:
        with self._tally.changed:
            if self.over:  # it was given up and counted in the meantime
                return
            self._queue.settle(count)
            self._tally.add(stored=count - refused, rejected=refused, left=count)

    def _say(self, error: Unavailable) -> None:
        way_out = "it is tried again"
        if error.mend is not None:
            way_out = f"this does not mend itself: {error.mend}"
        self._episodes.begin(
            "unavailable", "events wait, the target takes none: %s; %s", error, way_out
        )

    def _recovered(self) -> None:
        self.failures = 0
        self._episodes.end("unavailable", "the target takes events again")
