"""What the kill tests share: a place, people who send to it, and the verdict once all is over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random
from threading import Condition, Thread
from typing import Any

import httpx

import penchant
from penchant.serve.engine import Penchant

USERS = 20
SENDERS = 4
PATIENCE = 60.0  # seconds within which something must get on
Sent = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What became of the events of one run: acknowledged, and of those lost; stored twice or
    counted twice; people whose states are not those of a replay."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    differing: int = 0

    def add(self, other: Outcome) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def passed(self) -> bool:
        return not (self.lost or self.doubled or self.differing)


def event(id: str, rng: Random) -> Sent:
    """A click of somebody on something."""
    return {
        "id": id,
        "user": f"u{rng.randrange(USERS)}",
        "kind": "click",
        "item": f"i{rng.randrange(50)}",
    }


def verdict(place: str, sent: Iterable[Sent], acknowledged: set[str]) -> Outcome:
    """Look into the place, nobody else being there; then send all once more, and look again."""
    sent = list(sent)
    with penchant.open(place, follow=False) as p:
        outcome = Outcome(len(acknowledged))
        stored = _stored(p)
        outcome.lost = len(acknowledged - stored.keys())
        outcome.differing = differing(p)
        p.track_many(sent)
        again = _stored(p)
        outcome.doubled = sum(count - 1 for count in again.values())
        outcome.doubled += abs(len(again) - len({one["id"] for one in sent} | stored.keys()))
        people = Counter({one["id"]: one["user"] for one in sent}.values())
        outcome.doubled += sum(abs(counted(p, user) - count) for user, count in people.items())
        outcome.differing += differing(p)
    return outcome


def _stored(p: Penchant) -> Counter[str]:
    """How often each id is in the log."""
    ids: Counter[str] = Counter()
    after = 0
    while page := p.parts.store.since(after, 5_000):
        ids.update(event.id for _, event in page)
        after = page[-1][0]
    return ids


def counted(p: Penchant, user: str) -> int:
    number: int = p.user(user).profile().activity["events"]
    return number


def differing(p: Penchant) -> int:
    report = p.check()
    return len(report.differing) + report.population_differs


@dataclass(slots=True)
class Crowd:
    """Senders that post batches to a server until told to stop, and what was acknowledged.

    A batch that is not answered with 202 is sent again, to whatever address ``url`` then gives.
    """

    url: Callable[[], str]
    seed: int
    sent: list[Sent] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    stopping: bool = False
    _condition: Condition = field(default_factory=Condition)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [Thread(target=self._send, args=(sender,)) for sender in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, count: int) -> None:
        """Return once so many events are acknowledged."""
        with self._condition:
            reached = self._condition.wait_for(lambda: len(self.acknowledged) >= count, PATIENCE)
        assert reached, f"{len(self.acknowledged)} of {count} events acknowledged in {PATIENCE} s"

    def stop(self) -> None:
        self.stopping = True
        for thread in self._threads:
            thread.join()

    def _send(self, sender: int) -> None:
        rng = Random(f"{self.seed}-{sender}")
        with httpx.Client(timeout=PATIENCE) as client:
            number = 0
            while not self.stopping:
                batch = []
                for _ in range(rng.randint(1, 50)):
                    batch.append(event(f"{self.seed}-{sender}-{number}", rng))
                    number += 1
                with self._condition:
                    self.sent += batch
                while not self.stopping and not self._posted(client, batch):
                    pass

    def _posted(self, client: httpx.Client, batch: list[Sent]) -> bool:
        try:
            answer = client.post(f"{self.url()}/v1/events", json=batch)
        except httpx.TransportError:  # killed, or not up again yet
            return False
        if answer.status_code != 202:
            assert answer.status_code in (429, 503), answer.text
            return False
        with self._condition:
            self.acknowledged.update(one["id"] for one in batch)
            self._condition.notify_all()
        return True
