"""Turns: the last names somebody turned to, and whether they are others of late than before.

The test asks whether the last names could as well have been drawn, without putting back, from all that are
looked at: Pearson's statistic of the two rows against its distribution over all orders of the same names,
of which mean and variance are known exactly. Nothing is drawn, so that a replay finds the same. Why:
docs/design/014-drift.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log2
from zlib import crc32

import msgspec

from penchant.core.instant import Instant
from penchant.state.chisquare import above, exceeded

KEPT = 190  # names after a look, nine more until the next; each takes two bytes at most
CODES = 2_048  # signs that UTF-8 writes with two bytes or less
EVERY = 10  # names between looks
LOOKS = ((20, 10), (40, 20), (80, 40))  # names compared with those before, and how often
BEFORE = 4  # times as many names are looked at before them
LIMIT = 0.05 / 70  # 52 looks in 300 names may raise a false alarm in 5 %, and some room
GATE = 0.002  # of the plain chi-square distribution; above it there is nothing to look into
ALIKE = 1e-6  # variance below which the statistic is the same in every order, but for rounding
LASTING = 80  # names after a change was found during which somebody is said to drift
LATELY = 40  # names that are compared while no change was found


class Turns(msgspec.Struct, array_like=True):
    """The last 190 to 199 names, a sign each, oldest first; ``count`` of all.

    The latest change was found at ``found`` names, 0 for never, comparing ``window`` names; ``p`` is how
    likely as much is by chance. Some names from before the change may lie in the window, by which it is
    found again a little later and set to its place; ``since`` is when it was found first. Merging adds
    what follows to what came before, without looking at where they meet: the next look does.
    """

    names: str = ""
    count: int = 0
    found: int = 0
    since: Instant = 0
    window: int = 0
    p: float = 1.0

    def add(self, name: str, at: Instant) -> None:
        """Somebody turned to a name at an instant; after every tenth it is looked for a change."""
        self.names += sign(name)
        self.count += 1
        if not self.count % EVERY:
            self._look(at)

    def merge(self, other: Turns) -> Turns:
        """The turns of both; those of ``other`` are the later ones."""
        latest = other if other.found else self
        return Turns(
            (self.names + other.names)[-KEPT:],
            self.count + other.count,
            self.count + other.found if other.found else self.found,
            latest.since,
            latest.window,
            latest.p,
        )

    def drifting(self) -> bool:
        """Whether a change was found within the last 80 names."""
        return 0 < self.found > self.count - LASTING

    def lately(self) -> str:
        """The names since the latest change, from the first of those by which it was found; all without."""
        return self.names[self.found - self.window - self.count :]

    def parts(self) -> tuple[str, str]:
        """The names of late and those before: since the change, or the last 40 where none was found."""
        late = self.lately() if self.found else self.names[-LATELY:]
        return late, self.names[: len(self.names) - len(late)]

    def _look(self, at: Instant) -> None:
        names = self.lately()
        for window, every in LOOKS:
            if len(names) >= 2 * window and not self.count % every:
                p = chance(names[-window:], names[-(BEFORE + 1) * window : -window])
                if p <= LIMIT:
                    self.since = self.since if self.drifting() else at
                    self.found, self.window, self.p = self.count, window, p
                    break
        self.names = self.names[-KEPT:]


def sign(name: str) -> str:
    """One of 2,048 signs that stands for a name; a dozen names have one each in 97 of 100 cases."""
    return chr(crc32(name.encode()) % CODES)


def chance(late: str, before: str) -> float:
    """How likely it is that ``late`` differs from ``before`` at least so much, were all in random order.

    1.0 where nothing speaks for a difference: what the plain chi-square distribution exceeds in one of 500
    cases or more is not worked out. Both have 20 signs or more.

    Pearson's statistic by a chi-square distribution scaled to its exact mean and variance under permutation
    (Dawson 1954, for a table with both margins given).

    >>> chance("abcd" * 10, "bcda" * 20), chance("a" * 20, "b" * 40) < 1e-9
    (1.0, True)
    """
    both = before + late
    row, rest, total = len(late), len(before), len(both)
    mine, count = late.count, both.count
    own = set(late)
    spread = sum([mine(one) ** 2 / count(one) for one in own]) - row * row / total
    statistic = spread * total * total / (row * rest)
    if statistic <= exceeded(GATE, max(len(own) - 1, 1)):
        return 1.0  # as there are that many names or more
    mean, variance = moments((row, rest), [count(one) for one in set(both)])
    if variance < ALIKE:
        return 1.0
    return above(2.0 * mean * statistic / variance, 2.0 * mean * mean / variance)


def moments(rows: Sequence[int], columns: Sequence[int]) -> tuple[float, float]:
    """Mean and variance of Pearson's statistic over all tables with these sums of rows and columns.

    Source: Haldane 1940 in the form of Dawson 1954. Four or more in all, in two columns or more.

    >>> moments((2, 2), [2, 2])  # 4 in two of six orders, 0 in the others
    (1.3333333333333333, 3.5555555555555554)
    """
    total = sum(columns)
    mean = total * (len(columns) - 1) / (total - 1)
    even, uneven = _shape(rows, total)
    even_too, uneven_too = _shape(columns, total)
    both_even = 2.0 * total / (total - 3) * (even - uneven) * (even_too - uneven_too)
    return mean, both_even + total**2 / (total - 1) * uneven * uneven_too


def _shape(sums: Sequence[int], total: int) -> tuple[float, float]:
    """Dawson's v and w of one margin: by how many sums there are, and by how uneven they are."""
    number = len(sums)
    uneven = sum([total / one for one in sums]) - number**2
    return (total - number) * (number - 1) / (total - 1), uneven / (total - 2)


def divergence(late: dict[str, int], before: dict[str, int]) -> float:
    """How far ``late`` is from ``before``, in nats: Kullback and Leibler's, one added to each count.

    0 or more; finite also where one of them lacks a name (Laplace; CONTRACT X-24).

    >>> divergence({"tea": 3}, {"tea": 3}), round(divergence({"tea": 9}, {"run": 9}), 3)
    (0.0, 1.884)
    """
    names = late.keys() | before.keys()
    many, all_before = sum(late.values()) + len(names), sum(before.values()) + len(names)
    shares = [
        ((late.get(name, 0) + 1) / many, (before.get(name, 0) + 1) / all_before) for name in names
    ]
    return sum(p * log(p / q) for p, q in sorted(shares))


def distance(late: dict[str, int], before: dict[str, int]) -> float:
    """Jensen and Shannon's divergence, base 2: 0.0 for the same shares, 1.0 where no name is shared.

    Neither is empty.

    >>> distance({"tea": 3}, {"tea": 5}), distance({"tea": 3}, {"run": 1})
    (0.0, 1.0)
    """
    many, all_before = sum(late.values()), sum(before.values())
    total = 0.0
    for name in sorted(late.keys() | before.keys()):
        p, q = late.get(name, 0) / many, before.get(name, 0) / all_before
        middle = (p + q) / 2.0
        total += sum(share / 2.0 * log2(share / middle) for share in (p, q) if share)
    return min(total, 1.0)
