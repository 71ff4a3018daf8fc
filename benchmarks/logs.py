"""Logs to measure on: made from a seed, written straight through the store."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from penchant.core.event import Event
from penchant.core.item import Item
from penchant.core.ports import Append, PutItems
from penchant.io.stores import open_store

START = 1_700_000_000_000_000
KINDS = ("click", "click", "view", "view", "purchase")
PORTION = 5_000
AT_ONCE = 100  # people who are there at the same time


def events(count: int, users: int, items: int) -> Iterator[list[Event]]:
    """Events in portions: a hundred people at a time, seven events each, 200 ms between any two;
    users evenly, items by a heavy tail."""
    rng = Random(1)
    there = [_session(rng, users) for _ in range(AT_ONCE)]
    for start in range(0, count, PORTION):
        portion = []
        for number in range(start, min(start + PORTION, count)):
            place = rng.randrange(AT_ONCE)
            if not there[place]:
                there[place] = _session(rng, users)
            user, session = there[place].pop()
            portion.append(
                Event(
                    id=f"evt_{number:032x}",
                    user=user,
                    kind=rng.choice(KINDS),
                    at=START + number * 200_000,
                    item=f"item-{int(rng.paretovariate(0.6)) % items}",
                    session=session,
                    context={"device": "ios"},
                )
            )
        yield portion


def _session(rng: Random, users: int) -> list[tuple[str, str]]:
    """User and session of each event of a session."""
    return [(f"user-{rng.randrange(users)}", f"s{rng.getrandbits(40)}")] * 7


def catalogue(items: int) -> list[Item]:
    return [
        Item(id=f"item-{n}", category=f"c{n % 20}", tags=(f"t{n % 40}", f"t{n % 33}"), price=n % 90)
        for n in range(items)
    ]


@contextmanager
def log(count: int, *, users: int, items: int) -> Iterator[Path]:
    """A folder with such a log and its catalogue, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="penchant-benchmark-") as folder:
        store = open_store(folder)
        store.commit([PutItems(catalogue(items))])
        for portion in events(count, users, items):
            store.commit([Append(portion)])
        store.close()
        yield Path(folder)
