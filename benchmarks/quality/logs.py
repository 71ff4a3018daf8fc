"""The two logs of films, as events in order of time, and their splits."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from penchant.core.event import Event
from penchant.core.instant import SECOND

SHORTEST = 5  # events of a person who is tested
VALIDATED = 3_000  # persons the settings are chosen on, at most


@dataclass(frozen=True)
class Case:
    """A person's history, newest first, and what they chose next."""

    user: str
    history: list[str]
    target: str


@dataclass(frozen=True)
class Split:
    """Leave last out: fit on s[:-2], choose settings on s[-2], test on s[-1] given s[:-1]."""

    fit: list[Event]
    validation: list[Case]
    test: list[Case]


def data() -> Path:
    return Path(os.environ.get("PENCHANT_DATA", "../shared/data"))


def ml100k() -> list[Event]:
    return _ordered(_rows("ml100k/ml-100k.inter.gz", "\t", 1), "rating")


def movietweetings() -> list[Event]:
    return _ordered(_rows("movietweetings/ratings.dat.gz", "::", 0), "rating_10")


def leave_last_out(events: Sequence[Event]) -> Split:
    sequences: dict[str, list[Event]] = {}
    for event in events:
        sequences.setdefault(event.user, []).append(event)
    tested = {user: own for user, own in sequences.items() if len(own) >= SHORTEST}
    held = {event.id for own in tested.values() for event in own[-2:]}
    fit = [event for event in events if event.id not in held]
    users = sorted(tested)
    chosen = sorted(Random(1).sample(users, min(VALIDATED, len(users))))
    return Split(
        fit,
        [_case(tested[user], -2) for user in chosen],
        [_case(tested[user], -1) for user in users],
    )


def _case(own: Sequence[Event], place: int) -> Case:
    history = [str(event.item) for event in own[:place]]
    return Case(own[0].user, history[::-1], str(own[place].item))


def _rows(name: str, separator: str, skip: int) -> Iterator[list[str]]:
    with gzip.open(data() / name, "rt") as lines:
        for number, line in enumerate(lines):
            if number >= skip:
                yield line.rstrip("\n").split(separator)


def _ordered(rows: Iterator[list[str]], kind: str) -> list[Event]:
    """Events by time; those of one second stay in the order of the file."""
    events = [
        Event(
            id=str(number),
            user=user,
            kind=kind,
            at=int(float(at)) * SECOND,
            item=item,
            value=float(value),
        )
        for number, (user, item, value, at) in enumerate(rows)
    ]
    return sorted(events, key=lambda event: event.at)
