"""Time habits: what is done at the same hour on more days than chance would have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from penchant.core.instant import DAY, HOUR, Instant
from penchant.measure.patterns import HABIT, Finding

Done = tuple[str, Instant, Instant]  # an action, when it was done, and the same in local time


def findings(done: Iterable[Done]) -> list[Finding]:
    """Every hour at which an action was ever done, on how many of the days on which it was done.

    Days count, not times, because what is done in one go says nothing of a habit. The share by
    chance is that of all actions and their days. ``actions`` of a finding are the action and the
    hour, such as ``("make", "9")``.
    """
    first: dict[tuple[str, Instant, int], Instant] = {}
    for action, at, local in done:
        cell = action, local // DAY, local // HOUR % 24
        first[cell] = min(first.get(cell, at), at)
    days = Counter(action for action, _ in {(action, day) for action, day, _ in first})
    hits = Counter((action, hour) for action, _, hour in first)
    hours = Counter(hour for _, _, hour in first)
    all_days = sum(days.values())
    seen: dict[tuple[str, int], list[Instant]] = {}
    for (action, _, hour), at in first.items():
        seen.setdefault((action, hour), []).append(at)
    return [
        Finding(
            (action, str(hour)),
            HABIT,
            count,
            days[action],
            hours[hour] / all_days,
            count,
            days[action],
            min(seen[action, hour]),
            max(seen[action, hour]),
            0,
        )
        for (action, hour), count in hits.items()
    ]
