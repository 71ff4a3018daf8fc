"""Tiles: how often each of a few names came in each stretch of time, long after the events are gone.

Two levels lie over each other: ten tiles of ten days up to now, eight calendar quarters and the one
that runs. Each event counts on both by its own day, so that order does not matter and
two halves of a history add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

import msgspec

DAYS = 10  # of a short tile
SHORT = 10  # short tiles kept
LONG = 9  # quarters kept
SIZE = 435  # bytes of it all, encoded
NAME = 64  # bytes; a longer name counts among the others only
OTHERS = ""
SINCE, FIRST_SHORT, FIRST_LONG = 0, 1, 1 + SHORT  # places in a row
ROW = 1 + SHORT + LONG
WIDER = frozenset((1 << 7, 1 << 8, 1 << 16))  # counts that take a byte or more beyond the last one
NEVER = -1 << 31
_EPOCH = date(1970, 1, 1).toordinal()


class Tiles(msgspec.Struct, array_like=True):
    """Counts by name and tile; ``total`` has all names together, ``newest`` the day of the latest event.

    A row is [since, ten short tiles, nine quarters], each level a ring: a tile lies at its number modulo
    ten, or nine. Beyond 435 bytes the quarter of names with the fewest events is forgotten, and the state
    is ``full``: a name that comes after that is known from behind the short tile ``since`` only (0: always).
    Below that the counts are exact. Days are whole days since 1970, UTC.
    """

    newest: int = NEVER
    full: bool = False
    total: list[int] = msgspec.field(default_factory=lambda: [0] * ROW)
    rows: dict[str, list[int]] = {}

    def add(self, name: str, day: int) -> None:
        """Count one event; one that lies before the quarters kept is left out."""
        if day > self.newest:
            self._advance(day)
        short, long = numbers(day)
        newest_short, newest_long = (short, long) if day == self.newest else numbers(self.newest)
        if newest_long - long >= LONG:
            return
        row, total = self.rows.get(name), self.total
        if row is None:
            row = self._newcomer(name)
        place = FIRST_LONG + long % LONG
        row[place] += 1
        total[place] += 1
        wider = row[place] in WIDER or total[place] in WIDER
        if newest_short - short < SHORT:
            place = FIRST_SHORT + short % SHORT
            row[place] += 1
            total[place] += 1
            wider = wider or row[place] in WIDER or total[place] in WIDER
        if wider:
            self._bound(name)

    def merge(self, other: Tiles) -> Tiles:
        """The tiles of the events of both; neither operand is changed."""
        merged, later = self._copied(), other._copied()
        merged._advance(max(self.newest, other.newest))
        later._advance(merged.newest)
        rows = dict(merged.rows)
        for name, row in later.rows.items():
            rows[name] = _added(rows[name], row) if name in rows else row
        for part in (merged, later):
            for name in rows.keys() - part.rows.keys() if part.full else ():
                rows[name][SINCE] = numbers(merged.newest)[0]
        merged = Tiles(
            merged.newest, merged.full or later.full, _added(merged.total, later.total), rows
        )
        merged._bound(OTHERS)
        return merged

    def short(self, row: Sequence[int], tiles: Iterable[int]) -> list[int]:
        """Events of a row in short tiles by their numbers (days since 1970 // 10); 0 where none is kept."""
        newest = NEVER if self.newest == NEVER else numbers(self.newest)[0]
        return [row[FIRST_SHORT + one % SHORT] if 0 <= newest - one < SHORT else 0 for one in tiles]

    def long(self, row: Sequence[int], tiles: Iterable[int]) -> list[int]:
        """Events of a row in quarters by their numbers (four times the year, and 0 to 3); 0 if not kept."""
        newest = NEVER if self.newest == NEVER else numbers(self.newest)[1]
        return [row[FIRST_LONG + one % LONG] if 0 <= newest - one < LONG else 0 for one in tiles]

    def events(self) -> int:
        """Events in all quarters kept."""
        return sum(self.total[FIRST_LONG:])

    def counts(self, tiles: Sequence[int], since: int) -> dict[str, int]:
        """Events by name in some short tiles; names not known from ``since`` on are among the others.

        Names that did not come are left out; the others are called by an empty name.
        """
        found = {
            name: count
            for name, row in self.rows.items()
            if not row[SINCE] >= since > 0 and (count := sum(self.short(row, tiles)))
        }
        others = sum(self.short(self.total, tiles)) - sum(found.values())
        return {**found, OTHERS: others} if others else found

    def _copied(self) -> Tiles:
        rows = {name: list(row) for name, row in self.rows.items()}
        return Tiles(self.newest, self.full, list(self.total), rows)

    def _advance(self, day: int) -> None:
        """Make room for the tiles up to a day."""
        before = None if self.newest == NEVER else numbers(self.newest)
        self.newest = day
        if before is None or before == numbers(day):
            return
        (short, long), (next_short, next_long) = before, numbers(day)
        stale = [FIRST_SHORT + n % SHORT for n in _latest(short, next_short, SHORT)]
        stale += [FIRST_LONG + n % LONG for n in _latest(long, next_long, LONG)]
        for row in (self.total, *self.rows.values()):
            for place in stale:
                row[place] = 0
        if next_long != long:
            self.rows = {name: row for name, row in self.rows.items() if any(row[FIRST_LONG:])}

    def _newcomer(self, name: str) -> list[int]:
        """A row for a name, in its place unless the name is too long."""
        row = [numbers(self.newest)[0] if self.full else 0, *[0] * (ROW - 1)]
        if _size(name) <= NAME:
            self.rows[name] = row
            self._bound(name)
        return row

    def _bound(self, newcomer: str) -> None:
        """Forget names with few events until the rest fits; not the newcomer, which had no chance yet."""
        while len(self.rows) > 1 and len(msgspec.msgpack.encode(self)) > SIZE:
            ordered = sorted(
                self.rows,
                key=lambda name: (name != newcomer, -sum(self.rows[name][FIRST_LONG:]), name),
            )
            for name in ordered[min(len(ordered) * 3 // 4, len(ordered) - 1) :]:
                del self.rows[name]
            self.full = True


@lru_cache(maxsize=4_096)
def numbers(day: int) -> tuple[int, int]:
    """The short tile and the quarter of a day since 1970, by their numbers.

    >>> numbers(0), numbers(365), divmod(numbers(365)[1], 4)
    ((0, 7880), (36, 7884), (1971, 0))
    """
    there = date.fromordinal(_EPOCH + day)
    return day // DAYS, there.year * 4 + (there.month - 1) // 3


def first_day(quarter: int) -> int:
    """The day since 1970 on which a quarter begins.

    >>> first_day(numbers(400)[1]) <= 400 < first_day(numbers(400)[1] + 1)
    True
    """
    year, part = divmod(quarter, 4)
    return date(year, 3 * part + 1, 1).toordinal() - _EPOCH


def _latest(before: int, now: int, kept: int) -> Iterable[int]:
    """The tiles behind one up to another, as many as are kept."""
    return range(max(before, now - kept) + 1, now + 1)


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    counts = [a + b for a, b in zip(one[FIRST_SHORT:], other[FIRST_SHORT:], strict=True)]
    return [max(one[SINCE], other[SINCE]), *counts]


def _size(name: str) -> int:
    return len(name) if name.isascii() else len(name.encode())
