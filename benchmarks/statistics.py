"""How long do statistics of 10 M events take, and how much do they remember?

The events are folded straight into the rollups, without a log on disk: two weeks of hours and nine days
before. Then the same with every one of the 736 tiles in use for 414 days and full of names: 57 kinds, 60
commands and 30 errors in each. Asked of an opened store, without the log: it is empty. The floor is decoding
a copy of the state. Memory is that of the state as it was folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain
from random import Random
from statistics import median
from sys import getsizeof

import msgspec

import penchant
from benchmarks.logs import START, events
from benchmarks.report import Answer, timed
from penchant.core.event import Event
from penchant.core.instant import HOUR, Instant
from penchant.core.ports import SaveSnapshots, Snapshot
from penchant.core.settings import Settings
from penchant.measure.rollups import Rollups, State
from penchant.profile.fold import Fold
from penchant.serve.configuration import read_kinds
from penchant.serve.engine import Penchant
from penchant.serve.folds import crowd_fold
from penchant.serve.population import EVERYONE, KEY
from penchant.state.decay import HalfLives

RUNS = 20
WINDOWS = (
    ("ever", None),
    ("the latest hour", timedelta(hours=1)),
    ("the latest day", timedelta(days=1)),
    ("the latest 14 days", timedelta(days=14)),
    ("the latest 400 days", timedelta(days=400)),
)
BUDGET = 100  # ms
KINDS = read_kinds(":memory:", "general")


def answers(small: bool) -> Iterator[Answer]:
    count = 1_000_000 if small else 10_000_000
    made = (event for portion in events(count, count // 50, 50_000) for event in portion)
    yield from _asked(f"{count:,} events", made)
    yield from _asked("every tile full", _full(60 if small else 200))


def _asked(of: str, made: Iterable[Event]) -> Iterator[Answer]:
    state, latest = _folded(made)
    body, memory = msgspec.msgpack.encode(state), _size(state, set()) / 1e6
    with _opened(body, latest) as p:
        for name, window in WINDOWS:
            times = [1e3 * one for one in timed(lambda window=window: p.stats(window), RUNS)]  # type: ignore[misc]  # bound now
            floor = [
                1e3 * one for one in timed(lambda: msgspec.msgpack.decode(body, type=State), RUNS)
            ]
            yield Answer(
                f"{of}, {name}", "ms", times, "decode the state", floor,
                f"<= {BUDGET} ms", median(times) <= BUDGET, memory,
            )  # fmt: skip


def _folded(made: Iterable[Event]) -> tuple[State, Instant]:
    """The state after all events, and the latest instant."""
    fold = Fold([Rollups()], KINDS, HalfLives.of())
    folded, latest = fold.zero(), 0

    def logged() -> Iterator[tuple[int, Event]]:
        nonlocal latest
        for position, event in enumerate(made, start=1):
            latest = max(latest, event.at)
            yield position, event

    fold.extend(folded, logged(), lambda item, position: None)
    return folded.states[0], latest


def _opened(body: bytes, now: Instant) -> Penchant:
    """A store whose rollups are those, and whose log is empty."""
    crowd = crowd_fold(Settings(), KINDS)
    states = crowd.zero()
    place = [feature.name for feature in crowd.features].index(Rollups.name)
    states.states[place] = msgspec.msgpack.decode(body, type=State)
    kept = Snapshot(EVERYONE, KEY, crowd.fingerprint, 0, 0, 0, crowd.encode(states))
    p = penchant.open(":memory:", clock=lambda: now, follow=False)
    p.parts.store.commit([SaveSnapshots([kept])])
    p.parts.population.restart()
    return p


def _size(value: object, seen: set[int]) -> int:
    """Bytes of an object and of all it holds, each counted once."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    held: Iterable[object] = ()
    if isinstance(value, dict):
        held = chain(value.keys(), value.values())
    elif isinstance(value, msgspec.Struct):
        held = (getattr(value, name) for name in value.__struct_fields__)
    return getsizeof(value) + sum(_size(one, seen) for one in held)


def _full(an_hour: int) -> Iterator[Event]:
    """Hour after hour for 414 days; kinds, commands and errors evenly, the worst there can be."""
    rng = Random(1)
    kinds = sorted(KINDS.declared)
    for hour in range(414 * 24):
        for number in range(an_hour):
            failed = rng.random() < 0.3
            yield Event(
                id="e",
                user=f"user-{rng.randrange(100_000)}",
                kind="command" if number % 2 else rng.choice(kinds),
                at=START + hour * HOUR + number,
                text=f"cmd{rng.randrange(60)} -l",
                error=f"error {rng.randrange(30)}" if failed else None,
                duration_ms=rng.random(),
            )
