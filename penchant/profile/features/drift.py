"""Drift: whether what a person turns to has changed of late."""

from __future__ import annotations

from collections import Counter

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal
from penchant.profile.features.interests import category
from penchant.state.turns import KEPT, Turns, distance, divergence

LEAST = 20  # events on either side before it is said how far apart they are


class Drift(Feature[Turns]):
    """Compares the categories somebody turned to last with those before, at every tenth event.

    Only what has positive weight counts; a late event counts when it arrives. Reads ``{drifting, since,
    window, p, kl, js}``: a change was found within the last 80 events, first at the instant ``since`` (RFC
    3339), by the last ``window`` events, which chance alone tells apart so well with probability ``p``; all
    three ``None`` while none was ever found. ``kl`` (nats, Laplace-smoothed) and ``js`` (base 2, in [0, 1])
    say how far what came since the change, or else in the last 40 events, is from what came before, of the
    last 190; ``None`` with fewer than 20 events on either side. They are told, nothing is decided by them.

    Of 300 events of somebody whose tastes stay, 5 % at most raise a false alarm. Sources:
    docs/design/014-drift.md; how much is found: benchmarks/QUALITY.md.
    """

    name = "drift"
    ordered = True
    state = Turns

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> Turns:
        return Turns()

    def step(self, state: Turns, signal: Signal, item: Item | None) -> None:
        if signal.weight > 0:
            name = category(signal.event, item)
            if name:
                state.add(name, signal.event.at)

    def merge(self, one: Turns, other: Turns) -> Turns:
        return one.merge(other)

    def read(self, state: Turns, now: Instant) -> Reading:
        late, before = map(Counter, state.parts())
        enough = min(late.total(), before.total()) >= LEAST
        found = state.found > 0
        value = {
            "drifting": state.drifting(),
            "since": instant.text(state.since) if found else None,
            "window": state.window if found else None,
            "p": state.p if found else None,
            "kl": divergence(late, before) if enough else None,
            "js": distance(late, before) if enough else None,
        }
        return Reading(value, state.count, f"last {KEPT} events")
