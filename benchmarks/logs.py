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


def events(count: int, users: int, items: int) -> Iterator[list[Event]]:
    """Events in portions: users evenly, items by a heavy tail, 200 ms apart, sessions of seven."""
    rng = Random(1)
    for start in range(0, count, PORTION):
        yield [
            Event(
                id=f"evt_{number:032x}",
                user=f"user-{rng.randrange(users)}",
                kind=rng.choice(KINDS),
                at=START + number * 200_000,
                item=f"item-{int(rng.paretovariate(0.6)) % items}",
                session=f"s{number // 7}",
                context={"device": "ios"},
            )
            for number in range(start, min(start + PORTION, count))
        ]


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
