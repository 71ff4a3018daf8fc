"""Leaders: the keys with the highest values, kept up to date one change at a time."""

from __future__ import annotations

from heapq import nlargest

import msgspec


class Leaders(msgspec.Struct, array_like=True):
    """At least the ``size`` highest of all values ever offered, as long as values only grow.

    Between ``size`` and twice as many are held, so that sorting is rare. A value that falls may
    leave a place to a key that was let go; places far above the floor stay exact.
    """

    values: dict[str, float] = {}
    floor: float = 0.0

    def offer(self, key: str, value: float, size: int) -> None:
        """Tell the current value of a key."""
        if value > self.floor or key in self.values:
            self.values[key] = value
            if len(self.values) > 2 * size:
                self._shrink(size)

    def top(self, count: int) -> list[tuple[str, float]]:
        """The highest ``count`` with a positive value, highest first, ties by key."""
        ordered = sorted(self.values.items(), key=lambda pair: (-pair[1], pair[0]))
        return [pair for pair in ordered[:count] if pair[1] > 0]

    def scale(self, factor: float) -> None:
        """Multiply every value, as when their unit changes."""
        self.values = {key: value * factor for key, value in self.values.items()}
        self.floor *= factor

    def _shrink(self, size: int) -> None:
        """Keep the highest, ties with the last of them as long as there is room."""
        self.floor = border = sorted(self.values.values())[-size]
        kept = {key: value for key, value in self.values.items() if value >= border}
        if len(kept) > 2 * size:
            kept = dict(nlargest(size, kept.items(), key=_by_value_then_key))
        self.values = kept


def _by_value_then_key(pair: tuple[str, float]) -> tuple[float, str]:
    return pair[1], pair[0]
