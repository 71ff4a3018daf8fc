"""Counts: what became of every event that was recorded."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one recorder in one process: captured = stored + rejected + dropped + waiting.

    ``stored``: the target has it, also where it had it before. ``rejected``: it is no event, and the
    log said why. ``dropped``: there was no room for it, or it could not be sent before the end.
    ``waiting``: not answered for yet; after the end, what is left to the next recorder. ``skipped`` were
    never captured: of people who opted out or are not in the sample. ``adopted`` of those captured were
    left by other processes.

    While other threads record, the sum may be off by the calls that are under way.
    """

    captured: int = 0
    stored: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0
    skipped: int = 0
    adopted: int = 0

    def to_dict(self) -> dict[str, int]:
        return asdict(self)


class Tally:
    """The counts that change after the call; ``changed`` tells whoever waits for them."""

    def __init__(self) -> None:
        self.lock = threading.RLock()  # of everything that is counted and of what waits
        self.changed = threading.Condition(self.lock)
        self.stored = 0
        self.rejected = 0
        self.dropped = 0
        self.skipped = 0
        self.adopted = 0
        self.left = (
            0  # how many left the queue, whatever became of them, minus those that were adopted
        )

    def add(
        self,
        *,
        stored: int = 0,
        rejected: int = 0,
        dropped: int = 0,
        skipped: int = 0,
        adopted: int = 0,
        left: int = 0,
    ) -> None:
        with self.changed:
            self.stored += stored
            self.rejected += rejected
            self.dropped += dropped
            self.skipped += skipped
            self.adopted += adopted
            self.left += left
            self.changed.notify_all()
