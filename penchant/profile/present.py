"""Present: who did something last, so that whoever looks after people need not look at everybody."""

from __future__ import annotations

from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

PEOPLE = 1_000


class Present(Feature[dict[str, Instant]]):
    """The thousand people who did something last, in order of arrival, each with their latest instant.

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
        _put(state, event.user, event.at)

    def merge(self, one: dict[str, Instant], other: dict[str, Instant]) -> dict[str, Instant]:
        merged = dict(one)
        for user, at in other.items():
            _put(merged, user, at)
        return merged

    def read(self, state: dict[str, Instant], now: Instant) -> Reading:
        return Reading(len(state), len(state))

    def since(self, state: dict[str, Instant], since: Instant) -> list[str]:
        """Those who did something after an instant, who arrived last first."""
        return [user for user, at in reversed(state.items()) if at > since]


def _put(state: dict[str, Instant], user: str, at: Instant) -> None:
    before = state.pop(user, at)
    state[user] = at if at > before else before
    if len(state) > PEOPLE:
        del state[next(iter(state))]
