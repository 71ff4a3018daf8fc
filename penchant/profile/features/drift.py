"""Drift: whether what a person turns to has changed of late."""

from __future__ import annotations

from collections import Counter
from typing import Any

from penchant.core import instant
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Beside, Feature, Reading, Signal
from penchant.profile.features.interests import category
from penchant.state.tiles import DAYS, Tiles
from penchant.state.turns import KEPT, Turns, distance, divergence

LEAST = 20  # events on either side before it is said how far apart they are
RECENT, HISTORICAL = 3, 6  # tiles of ten days: 30 days, and the 60 before (CONTRACT S2-36)
THRESHOLD = 0.5  # nats; above it the documented rule speaks of drift


class Drift(Feature[Turns]):
    """Compares the categories somebody turned to last with those before, at every tenth event.

    Only what has positive weight counts; a late event counts when it arrives. Reads ``{drifting, since,
    window, p, kl, js, documented}``. A change was found within the last 80 events, first at the instant
    ``since`` (RFC 3339), by the last ``window`` events, which chance alone tells apart so well with
    probability ``p``; all three are ``None`` while none was ever found. ``kl`` (nats, Laplace-smoothed) and
    ``js`` (base 2, in [0, 1]) say how far what came since the change, or else in the last 40 events, is from
    what came before, of the last 190; ``None`` with fewer than 20 events on either side. They are told,
    nothing is decided by them.

    ``documented`` is the rule of CONTRACT S2-36: ``{drifting, kl, recent, historical}``, drifting where the
    KL of the last 30 days from the 60 before is above .5, in whole tiles of ten days of the feature
    ``evolution``, which outlive the events (X-24, X-25); with the events of each. Without 20 in both it says
    ``None``, and so does all of it for a state that is read without the others.

    Of 300 events of somebody whose tastes stay, 5 % at most raise a false alarm. Sources:
    docs/design/014-drift.md; how much is found: benchmarks/QUALITY.md.
    """

    name = "drift"
    needs = "events on items with a category, or with one in their data"
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
        return self.read_beside(state, now, Beside())

    def read_beside(self, state: Turns, now: Instant, beside: Beside) -> Reading:
        late, before = map(Counter, state.parts())
        enough = min(late.total(), before.total()) >= LEAST
        found = state.found > 0
        tiles = beside.states.get("evolution")
        value = {
            "drifting": state.drifting(),
            "since": instant.text(state.since) if found else None,
            "window": state.window if found else None,
            "p": state.p if found else None,
            "kl": divergence(late, before) if enough else None,
            "js": distance(late, before) if enough else None,
            "documented": None if tiles is None else documented(tiles, now),
        }
        return Reading(value, state.count, f"last {KEPT} events")


def documented(tiles: Tiles, now: Instant) -> dict[str, Any]:
    """What the documented rule says at ``now``, by whole tiles of ten days; names forgotten count as one."""
    today = now // DAY // DAYS
    begun = today - RECENT + 1
    since = begun - HISTORICAL
    recent = tiles.counts(range(begun, today + 1), since)
    historical = tiles.counts(range(since, begun), since)
    events = sum(recent.values()), sum(historical.values())
    kl = divergence(recent, historical) if min(events) >= LEAST else None
    return {
        "drifting": None if kl is None else kl > THRESHOLD,
        "kl": kl,
        "recent": events[0],
        "historical": events[1],
    }
