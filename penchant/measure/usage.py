"""Usage: how many events of which kinds on which days, and clicks per exposure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

import msgspec

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.profile.feature import Feature, Reading, Signal

DAYS = 400
KINDS = 500
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
    events: int = 0
    kinds: dict[str, int] = {}
    days: dict[int, int] = {}
    exposures: int = 0
    clicks: int = 0
    policies: dict[str, list[int]] = {}  # [exposures, clicks]
    places: dict[int, list[int]] = {}
    open: dict[str, Shown] = {}


class Usage(Feature[State]):
    """Counts everything, and matches exposures with their clicks by request and position.

    A click is an event of an interface, consuming, positive or outcome kind that names a request and
    a position. A place counts as clicked once, however often it is clicked, and only if it was
    exposed, in whichever order the two arrive while its slate is among the latest 20,000. Reads
    ``{events, kinds, days, exposures, clicks, clicks_per_exposure, policies, positions}``; days are
    UTC dates.
    """

    name = "usage"
    ordered = True
    state = State

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        state.events += 1
        if event.kind in state.kinds or len(state.kinds) < KINDS:
            state.kinds[event.kind] = state.kinds.get(event.kind, 0) + 1
        day = event.at // DAY
        state.days[day] = state.days.get(day, 0) + 1
        if len(state.days) > DAYS:
            del state.days[min(state.days)]
        if event.request is not None and event.position is not None:
            self._match(state, signal)

    def merge(self, one: State, other: State) -> State:
        merged = State(
            one.events + other.events,
            _added(one.kinds, other.kinds),
            _added(one.days, other.days),
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
            "events": state.events,
            "kinds": dict(sorted(state.kinds.items(), key=lambda pair: (-pair[1], pair[0]))),
            "days": {_date(day): count for day, count in sorted(state.days.items())},
            "exposures": state.exposures,
            "clicks": state.clicks,
            "clicks_per_exposure": _rate(state.exposures, state.clicks),
            "policies": {name: _rates(*pair) for name, pair in sorted(state.policies.items())},
            "positions": {
                str(place): _rates(*pair) for place, pair in sorted(state.places.items())
            },
        }
        return Reading(value, state.events)

    def _match(self, state: State, signal: Signal) -> None:
        event = signal.event
        if event.kind != EXPOSURE and signal.kind.group not in ANSWERS:
            return
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
    """Take from the state of both halves what is too much: late kinds, early days, old slates."""
    for kind in list(state.kinds)[KINDS:]:
        del state.kinds[kind]
    for day in sorted(state.days)[: max(len(state.days) - DAYS, 0)]:
        del state.days[day]
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


def _added(one: dict[Key, int], other: dict[Key, int]) -> dict[Key, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


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


def _date(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()
