"""Usage: exposures and the clicks on them, by policy and place."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

REQUESTS = 20_000  # slates whose exposures and clicks are still being matched
POLICIES = 100  # policies told apart; what exposures of later ones say counts as "others"
OTHERS = "others"
PLACES = 50  # places of a slate that are told apart; later ones count together
EXPOSURE = "exposure"
ANSWERS = frozenset({"interface", "consume", "positive", "outcome"})


Key = TypeVar("Key", str, int)


class Shown(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Places of one slate as bits: which were exposed, which clicked."""

    policy: str = ""
    exposed: int = 0
    clicked: int = 0


class State(msgspec.Struct, array_like=True):
    exposures: int = 0
    clicks: int = 0
    policies: dict[str, list[int]] = {}  # [exposures, clicks]
    places: dict[int, list[int]] = {}
    open: dict[str, Shown] = {}


class Usage(Feature[State]):
    """Matches exposures with their clicks by request and position.

    A click is an event of an interface, consuming, positive or outcome kind that names a request and
    a position. A place counts as clicked once, however often it is clicked, and only if it was
    exposed, in whichever order the two arrive while its slate is among the latest 20,000. Reads
    ``{exposures, clicks, clicks_per_exposure, policies, positions}``.
    """

    name = "usage"
    version = 2
    ordered = True
    state = State

    def touches(self, kind: Kind) -> bool:
        return kind.name == EXPOSURE or kind.group in ANSWERS

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        if signal.event.request is not None and signal.event.position is not None:
            self._match(state, signal.event)

    def merge(self, one: State, other: State) -> State:
        merged = State(
            one.exposures + other.exposures,
            one.clicks + other.clicks,
            _summed(one.policies, other.policies),
            _summed(one.places, other.places),
            {**one.open, **other.open},
        )
        for request in one.open.keys() & other.open.keys():
            mine, theirs = one.open[request], other.open[request]
            both = Shown(
                mine.policy or theirs.policy,
                mine.exposed | theirs.exposed,
                mine.clicked | theirs.clicked,
            )
            self._account(merged, mine, -1)
            self._account(merged, theirs, -1)
            self._account(merged, both, +1)
            merged.open[request] = both
        _bound(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        value = {
            "exposures": state.exposures,
            "clicks": state.clicks,
            "clicks_per_exposure": _rate(state.exposures, state.clicks),
            "policies": {name: _rates(*pair) for name, pair in sorted(state.policies.items())},
            "positions": {
                str(place): _rates(*pair) for place, pair in sorted(state.places.items())
            },
        }
        return Reading(value, state.exposures)

    def _match(self, state: State, event: Event) -> None:
        request = str(event.request)
        shown = state.open.pop(request, None) or Shown()
        self._account(state, shown, -1)
        bit = 1 << min(event.position or 0, PLACES - 1)
        if event.kind == EXPOSURE:
            policy = shown.policy or _policy(state, event)
            shown = Shown(policy, shown.exposed | bit, shown.clicked)
        else:
            shown = Shown(shown.policy, shown.exposed, shown.clicked | bit)
        self._account(state, shown, +1)
        state.open[request] = shown
        if len(state.open) > REQUESTS:
            del state.open[next(iter(state.open))]

    def _account(self, state: State, shown: Shown, sign: int) -> None:
        """Add the exposures and clicks of one slate to the sums, or take them away."""
        for place in range(shown.exposed.bit_length()):
            if shown.exposed >> place & 1:
                clicked = sign * (shown.clicked >> place & 1)
                state.exposures += sign
                state.clicks += clicked
                _count(state.policies, shown.policy, sign, clicked)
                _count(state.places, place, sign, clicked)


def _bound(state: State) -> None:
    """Take from the state of both halves the slates that are too many, the oldest first."""
    for request in list(state.open)[: max(len(state.open) - REQUESTS, 0)]:
        del state.open[request]


def _policy(state: State, event: Event) -> str:
    """The policy an exposure names; anybody may name any number of them."""
    told = str((event.data or {}).get("policy", ""))[:64]
    return told if told in state.policies or len(state.policies) < POLICIES else OTHERS


def _count(table: dict[Key, list[int]], key: Key, exposures: int, clicks: int) -> None:
    pair = table.setdefault(key, [0, 0])
    pair[0] += exposures
    pair[1] += clicks
    if pair == [0, 0]:
        del table[key]


def _summed(one: dict[Key, list[int]], other: dict[Key, list[int]]) -> dict[Key, list[int]]:
    return {
        key: [a + b for a, b in zip(one.get(key, [0, 0]), other.get(key, [0, 0]), strict=True)]
        for key in {**one, **other}
    }


def _rate(exposures: int, clicks: int) -> float | None:
    return clicks / exposures if exposures else None


def _rates(exposures: int, clicks: int) -> dict[str, float | None]:
    return {
        "exposures": exposures,
        "clicks": clicks,
        "clicks_per_exposure": _rate(exposures, clicks),
    }
