"""Decay that looks forward: old counts are never touched, new events weigh more.

A count with half-life h is kept as sum(w * 2 ** (at / h)), so that an event is one addition, a merge
is one addition, and a late event lands at its own time. The exponent grows without end; every 512
half-lives it starts a new *block*, and moving a count to a later block multiplies it by 2 ** -512,
which is exact. Why not a sliding window: docs/design/003-decay.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import msgspec

from penchant.core.instant import Instant, span

BLOCK = 512  # half-lives in a block: 2 ** 512 leaves room to 2 ** 1024 for weights and sums
BACK = 400  # half-lives before its block from which a count is read at most: it stays finite


class Growth(msgspec.Struct, frozen=True, gc=False):
    """What one event at one instant is multiplied by, a factor in [1, 2 ** 512) per half-life."""

    blocks: tuple[int, ...]
    factors: tuple[float, ...]


_NOTHING = Growth((), ())


@dataclass(frozen=True, slots=True)
class HalfLives:
    """A few half-lives kept side by side; which one to read is decided when reading."""

    spans: tuple[Instant, ...]

    @classmethod
    def of(cls, *durations: timedelta) -> HalfLives:
        return cls(tuple(span(duration) for duration in durations))

    def at(self, instant: Instant) -> Growth:
        """The growth of an event at ``instant``.

        >>> lives = HalfLives.of(timedelta(days=1))
        >>> lives.at(3 * 86_400_000_000).factors
        (8.0,)
        """
        if not self.spans:
            return _NOTHING
        blocks: tuple[int, ...] = ()
        factors: tuple[float, ...] = ()
        for half_life in self.spans:  # as `grown`, in place: every event comes this way
            block, rest = divmod(instant, half_life * BLOCK)
            blocks += (block,)
            factors += (2.0 ** (rest / half_life),)
        return Growth(blocks, factors)

    def fade(self, index: int, block: int, now: Instant) -> float:
        """What a count kept in ``block`` is multiplied by to read it at ``now``.

        2 ** -(age / half-life) of a lone event. 0.0 once nothing is left of the count; above 1
        when ``now`` lies before its events, and at most 2 ** 400.

        >>> lives = HalfLives.of(timedelta(days=1))
        >>> noon = 43_200_000_000
        >>> growth = lives.at(noon)
        >>> round(growth.factors[0] * lives.fade(0, growth.blocks[0], noon + 86_400_000_000), 12)
        0.5
        """
        half_life = self.spans[index]
        exponent = block * BLOCK - now / half_life
        return float(2.0 ** max(min(exponent, float(BACK)), -1_074.0))


def grown(half_life: Instant, instant: Instant) -> tuple[int, float]:
    """Block and factor of an event at ``instant`` for one half-life.

    >>> grown(86_400_000_000, 3 * 86_400_000_000)
    (0, 8.0)
    """
    block, rest = divmod(instant, half_life * BLOCK)
    return block, 2.0 ** (rest / half_life)


def shift(older: int, newer: int) -> float:
    """The exact factor that moves a count from block ``older`` to ``newer`` (>= older).

    >>> shift(3, 3), shift(3, 4) == 2.0 ** -512, shift(3, 9)
    (1.0, True, 0.0)
    """
    steps = newer - older
    return 2.0 ** (-BLOCK * steps) if steps <= 2 else 0.0
