"""The commonest: counts by name, as many names as there is room for, the rest in one sum."""

from __future__ import annotations

from operator import itemgetter

import msgspec


class Commonest(msgspec.Struct, array_like=True):
    """Counts of the commonest names; ``others`` sums what names were counted that had to go.

    Exact, and the same in any order, while the names fit into their ``size``. Beyond it the half with
    the smallest counts goes, ties by name, so that a newcomer has time to grow: the counts and
    ``others`` still sum to all that was ever counted, and the count of a name lacks at most ``others``.

    >>> words = Commonest()
    >>> for word in ("ls", "cd", "ls"): words.add(word, 100)
    >>> words.top(1), words.total()
    ([('ls', 2)], 3)
    """

    counts: dict[str, int] = {}
    others: int = 0

    def add(self, name: str, size: int) -> None:
        """Count a name once."""
        counts = self.counts
        if name in counts:
            counts[name] += 1
        else:
            counts[name] = 1
            if len(counts) > size:
                self._shrink(size)

    def absorb(self, other: Commonest, size: int | None) -> None:
        """Add the counts of another; ``None`` keeps every name."""
        counts = self.counts
        for name, count in other.counts.items():
            counts[name] = counts.get(name, 0) + count
        self.others += other.others
        if size is not None and len(counts) > size:
            self._shrink(size)

    def top(self, count: int) -> list[tuple[str, int]]:
        """The names with the highest counts, highest first, ties by name."""
        ordered = sorted(self.counts.items())
        ordered.sort(key=itemgetter(1), reverse=True)  # stable: equal ones stay in order
        return ordered[:count]

    def total(self) -> int:
        """How much was counted, under whatever name."""
        return sum(self.counts.values()) + self.others

    def _shrink(self, size: int) -> None:
        kept = dict(self.top(max(size // 2, 1)))
        self.others = self.total() - sum(kept.values())
        self.counts = kept
