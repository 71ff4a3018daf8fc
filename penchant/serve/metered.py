"""A metered store: the same store, counting what is asked of it."""

from __future__ import annotations

from penchant.core.ports import Store
from penchant.serve.meters import Meter


class MeteredStore:
    """Counts reads, calls that fetch rows, and writes, committed transactions.

    What merely asks whether anything changed (``version``, ``end``, ``change``, ``retired``) is no read.
    """

    def __init__(self, store: Store) -> None:
        self.reads = reads = Meter()
        self.writes = writes = Meter()
        self.keeps_readings = store.keeps_readings
        self.is_far = store.is_far
        self.tail = reads.counting(store.tail)
        self.recent = reads.counting(store.recent)
        self.session = reads.counting(store.session)
        self.since = reads.counting(store.since)
        self.users = reads.counting(store.users)
        self.count = reads.counting(store.count)
        self.refused = reads.counting(store.refused)
        self.versions = reads.counting(store.versions)
        self.current = reads.counting(store.current)
        self.items = reads.counting(store.items)
        self.of_category = reads.counting(store.of_category)
        self.changed = reads.counting(store.changed)
        self.arrivals = reads.counting(store.arrivals)
        self.load = reads.counting(store.load)
        self.base = reads.counting(store.base)
        self.commit = writes.counting(store.commit)
        self.version = store.version
        self.end = store.end
        self.change = store.change
        self.retired = store.retired
        self.close = store.close
