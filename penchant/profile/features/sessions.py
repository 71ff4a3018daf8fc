"""Sessions: runs of events without a long gap, how many, how long, how deep."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b

import msgspec

from penchant.core import instant
from penchant.core.instant import DAY, SECOND, Instant, span
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.feature import Feature, Reading, Signal

REACH: Instant = DAY  # a session that is named goes on within a day of its last event
OPEN = 8  # sessions kept open for late events; older ones are closed into sums
NAMES = 320  # bytes of the names of open sessions; longer names mean fewer open ones
NAME = 64  # bytes of a name; a longer one is known by its digest
GAP = timedelta(minutes=30)  # CONTRACT X-18


class Run(msgspec.Struct, array_like=True, gc=False):
    """One session: its name if it told one (or a digest of it), first and last instant, events."""

    name: str | None
    start: Instant
    end: Instant
    events: int


class State(msgspec.Struct, array_like=True):
    """``open`` ascends by end; closed sessions are sums."""

    open: list[Run] = []
    sessions: int = 0
    events: int = 0
    length: Instant = 0


class Sessions(Feature[State]):
    """Groups events by the session they name, the others by a gap of inactivity.

    A name that comes back after more than a day is a new session. An event exactly one gap after
    the last still belongs to its session. A late event joins the session it fell into, and one that
    bridges two joins them, as long as they are among the eight latest; later than
    that it counts as a session of its own. Reads ``{count, mean_events, mean_seconds, last: {started,
    ended, events}}``.
    """

    name = "sessions"
    needs = "events that say what a person does"
    version = 2
    ordered = True
    state = State

    def __init__(self, gap: timedelta = GAP) -> None:
        self.gap = span(gap)

    def identity(self) -> str:
        return f"{super().identity()} {self.gap}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        last = state.open[-1] if state.open else None
        if last and last.name == event.session and last.end <= event.at <= last.end + self.gap:
            last.end = event.at
            last.events += 1
        else:
            self._enter(state, Run(_short(event.session), event.at, event.at, 1))
            self._close(state)

    def merge(self, one: State, other: State) -> State:
        merged = State(
            [],
            one.sessions + other.sessions,
            one.events + other.events,
            one.length + other.length,
        )
        for run in [*one.open, *other.open]:
            self._enter(merged, Run(run.name, run.start, run.end, run.events))
        self._close(merged)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        count = state.sessions + len(state.open)
        events = state.events + sum(run.events for run in state.open)
        length = state.length + sum(run.end - run.start for run in state.open)
        last = state.open[-1] if state.open else None
        value = {
            "count": count,
            "mean_events": events / count if count else 0.0,
            "mean_seconds": length / count / SECOND if count else 0.0,
            "last": last
            and {
                "started": instant.text(last.start),
                "ended": instant.text(last.end),
                "events": last.events,
            },
        }
        return Reading(value, events)

    def _enter(self, state: State, new: Run) -> None:
        """Put a run where it belongs, joined with every open run that it touches."""
        apart: list[Run] = []
        for run in state.open:
            if self._touch(run, new):
                new = Run(
                    new.name,
                    min(run.start, new.start),
                    max(run.end, new.end),
                    run.events + new.events,
                )
            else:
                apart.append(run)
        apart.append(new)
        apart.sort(key=lambda run: (run.end, run.start, run.name or ""))
        state.open = apart

    def _close(self, state: State) -> None:
        """Sum up the runs that no later event is expected to touch."""
        first_open = _first_open(state.open)
        for closed in state.open[:first_open]:
            state.sessions += 1
            state.events += closed.events
            state.length += closed.end - closed.start
        del state.open[:first_open]

    def _touch(self, one: Run, other: Run) -> bool:
        if one.name != other.name:
            return False
        reach = self.gap if one.name is None else max(self.gap, REACH)
        return one.start <= other.end + reach and other.start <= one.end + reach


def _short(name: str | None) -> str | None:
    """A name as it is remembered."""
    if name is None or len(name) <= NAME // 4:  # of four bytes each at most
        return name
    told = name.encode()
    return name if len(told) <= NAME else blake2b(told, digest_size=NAME // 4).hexdigest()


def _first_open(runs: list[Run]) -> int:
    """From which run on they stay open: the latest few whose names fit."""
    size = 0
    for place in range(len(runs) - 1, max(len(runs) - OPEN, 0) - 1, -1):
        size += len((runs[place].name or "").encode())
        if size > NAMES and place < len(runs) - 1:
            return place + 1
    return max(len(runs) - OPEN, 0)
