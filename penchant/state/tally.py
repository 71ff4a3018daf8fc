"""A bounded tally: evidence, weight and decayed weight by key, the strongest keys kept."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from penchant.core.instant import Instant
from penchant.state.decay import Growth, HalfLives, shift

EVIDENCE, PLAIN, DECAYED = 0, 1, 2  # places in a row; two decayed weights follow
ROW = 40  # bytes that a row takes encoded, beside its name: four numbers and what frames them


@dataclass(frozen=True, slots=True)
class Bound:
    """How large a tally may grow: ``keys`` rows that take ``size`` bytes encoded, never more."""

    keys: int
    size: int


class Tally(msgspec.Struct, array_like=True):
    """Rows [evidence, weight, decayed weight, decayed weight] by key, for two half-lives.

    ``evidence`` counts events. All rows share one block per half-life, so a row read at any
    instant needs one factor. Beyond its bound the tally forgets the keys with the smallest decayed
    weight, a quarter at a time, so that a newcomer has time to grow; below the bound it is exact
    and merging adds. A name that does not fit by itself is not remembered.
    """

    blocks: tuple[int, ...] = ()
    rows: dict[str, list[float]] = {}
    size: int = 0

    def add(self, key: str, weight: float, growth: Growth, bound: Bound) -> None:
        """Count one event of ``weight`` at the instant of ``growth``; any order of instants."""
        factors = growth.factors
        if self.blocks != growth.blocks:
            factors = self._aligned(growth)
        row = self.rows.get(key)
        if row is None:
            size = _size(key)
            if size > bound.size:
                return
            row = self.rows[key] = [0.0, 0.0, 0.0, 0.0]
            self.size += size
            if len(self.rows) > bound.keys or self.size > bound.size:
                self._prune(bound, key)
        row[EVIDENCE] += 1.0
        row[PLAIN] += weight
        row[DECAYED] += weight * factors[0]
        row[DECAYED + 1] += weight * factors[1]

    def merge(self, other: Tally, bound: Bound) -> Tally:
        """The tally of the events of both; neither operand is changed."""
        if not self.blocks or not other.blocks:
            full = self if self.blocks else other
            return Tally(full.blocks, _copied(full.rows), full.size)
        blocks = tuple(map(max, self.blocks, other.blocks))
        merged = Tally(self.blocks, _copied(self.rows), self.size)
        merged._move(blocks)
        moved = Tally(other.blocks, _copied(other.rows), other.size)
        moved._move(blocks)
        for key, row in moved.rows.items():
            if key in merged.rows:
                merged.rows[key] = [a + b for a, b in zip(merged.rows[key], row, strict=True)]
            else:
                merged.rows[key] = row
                merged.size += _size(key)
        if len(merged.rows) > bound.keys or merged.size > bound.size:
            merged._prune(bound, None)
        return merged

    def weights(self, half_lives: HalfLives, index: int | None, now: Instant) -> dict[str, float]:
        """Weight by key as it stands at ``now``, decayed by the half-life at ``index``, if any."""
        place, fade = self._reading(half_lives, index, now)
        return {key: row[place] * fade for key, row in self.rows.items()}

    def weight(
        self, key: str, half_lives: HalfLives, index: int | None, now: Instant
    ) -> float | None:
        """The weight of one key; ``None`` for one that is not remembered."""
        row = self.rows.get(key)
        if row is None:
            return None
        place, fade = self._reading(half_lives, index, now)
        return row[place] * fade

    def evidence(self) -> int:
        """Events counted under the keys that are still remembered."""
        return int(sum(row[EVIDENCE] for row in self.rows.values()))

    def _reading(self, half_lives: HalfLives, index: int | None, now: Instant) -> tuple[int, float]:
        """The place of a row to read, and what it is multiplied by."""
        if index is None or not self.blocks:
            return PLAIN, 1.0
        return DECAYED + index, half_lives.fade(index, self.blocks[index], now)

    def _aligned(self, growth: Growth) -> tuple[float, ...]:
        """Factors of ``growth`` in this tally's blocks, after moving it to later blocks if need be."""
        if not self.blocks:
            self.blocks = growth.blocks
            return growth.factors
        self._move(tuple(map(max, self.blocks, growth.blocks)))
        places = zip(growth.factors, growth.blocks, self.blocks, strict=True)
        return tuple(factor * shift(older, newer) for factor, older, newer in places)

    def _move(self, blocks: tuple[int, ...]) -> None:
        for index, (older, newer) in enumerate(zip(self.blocks, blocks, strict=True)):
            if older != newer:
                factor = shift(older, newer)
                for row in self.rows.values():
                    row[DECAYED + index] *= factor
        self.blocks = blocks

    def _prune(self, bound: Bound, newcomer: str | None) -> None:
        """Keep the strongest three quarters, and the newcomer, which has had no chance yet."""
        strongest = sorted(
            self.rows, key=lambda key: (key != newcomer, -abs(self.rows[key][DECAYED]), key)
        )
        kept: dict[str, list[float]] = {}
        size = 0
        for key in strongest[: max(bound.keys * 3 // 4, 1)]:
            if kept and size + _size(key) > bound.size * 3 // 4:
                break
            kept[key] = self.rows[key]
            size += _size(key)
        self.rows = {key: row for key, row in self.rows.items() if key in kept}
        self.size = size


def _size(key: str) -> int:
    return ROW + (len(key) if key.isascii() else len(key.encode()))


def _copied(rows: dict[str, list[float]]) -> dict[str, list[float]]:
    return {key: list(row) for key, row in rows.items()}
