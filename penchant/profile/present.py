"""Present: who did something last, so that whoever looks after people need not look at everybody."""

from __future__ import annotations

from itertools import islice

from penchant.core.instant import HOUR, Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

PEOPLE = 1_000


class Present(Feature[dict[str, Instant]]):
    """The thousand people who did something last, two thousand at most, each with an instant less
    than an hour before their latest; in the order of those instants' arrival.

    Events of kinds that do not teach do not count. Reads how many there are.
    """

    name = "present"
    ordered = True
    state = dict[str, Instant]

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> dict[str, Instant]:
        return {}

    def step(self, state: dict[str, Instant], signal: Signal, item: Item | None) -> None:
        event = signal.event
        before = state.get(event.user)
        if before is None or event.at - before >= HOUR:  # every event comes this way
            _put(state, event.user, event.at)

    def merge(self, one: dict[str, Instant], other: dict[str, Instant]) -> dict[str, Instant]:
        merged = dict(one)
        for user, at in other.items():
            _put(merged, user, at)
        return merged

    def read(self, state: dict[str, Instant], now: Instant) -> Reading:
        return Reading(len(state), len(state))

    def since(self, state: dict[str, Instant], since: Instant) -> list[str]:
        """The last thousand who did something after an instant, who arrived last first."""
        latest = islice(reversed(state.items()), PEOPLE)
        return [user for user, at in latest if at > since]


def _put(state: dict[str, Instant], user: str, at: Instant) -> None:
    state[user] = max(state.pop(user, at), at)
    if len(state) > 2 * PEOPLE:  # many at once: finding the first of a dictionary takes as long
        for first in list(islice(state, PEOPLE)):
            del state[first]
