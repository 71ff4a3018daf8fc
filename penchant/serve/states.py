"""Live states: a snapshot plus the tail of the log, kept in memory while somebody asks for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from time import perf_counter
from typing import Literal, TypeAlias, TypeVar

import msgspec

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.event import Logged
from penchant.core.instant import Instant
from penchant.core.ports import Snapshot, Store
from penchant.io import system
from penchant.profile.fold import Fold, Folded
from penchant.serve.meters import Durations
from penchant.serve.shelf import Shelf
from penchant.serve.writer import Writer

USER = "user"
SNAPSHOT_AFTER = 32  # events folded beyond the stored snapshot before a new one is written behind
ARRIVALS = 1_000  # new items compared with a history one by one; beyond, the history is refolded

BOUNDS = (1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 0.1, 0.25, 1.0)

# How states were had: in memory as they were, in memory and followed to the latest events, loaded.
Had: TypeAlias = Literal["held", "followed", "loaded"]
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Live:
    """The states of one user, the store version they were read at, the catalogue they know, up to
    where the log had retired then, and how many events they have seen that no snapshot has."""

    folded: Folded
    version: int
    catalogue: int
    retired: int
    fresh: int = 0


class States:
    """The states of every user, read as snapshot + tail. Safe to use from several threads.

    ``version`` is asked whether anybody committed; the store itself unless it is given.
    """

    def __init__(
        self,
        store: Store,
        fold: Fold,
        shelf: Shelf,
        writer: Writer,
        capacity: int,
        now: Callable[[], Instant] = system.now,
        version: Callable[[], int] | None = None,
    ) -> None:
        self._store = store
        self._present = store.version if version is None else version
        self._fold = fold
        self._shelf = shelf
        self._writer = writer
        self._capacity = capacity
        self._now = now
        self._lock = RLock()
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self.reads: dict[Had, int] = {"held": 0, "followed": 0, "loaded": 0}
        self.seconds = Durations(BOUNDS)  # of those reads, with what was read of the states

    def read(self, user: str, answer: Callable[[Folded], Answer]) -> Answer:
        """``answer`` of the user's states, which have seen everything committed by now.

        ``answer`` must not keep or change the states: they go on living.
        """
        self._writer.settle(user)
        began = perf_counter()
        with self._lock:
            live, had = self._current(user)
            answered = answer(live.folded)
            self.reads[had] += 1
            self.seconds.add(perf_counter() - began)
        return answered

    def peek(self, user: str, answer: Callable[[Folded], Answer]) -> Answer:
        """The same where nobody asked for this person and the writer is settled: it is no read."""
        with self._lock:
            return answer(self._current(user)[0].folded)

    def follow(self, user: str) -> None:
        """Fold the user's latest events in; nobody asked to know, so it is no read."""
        self._writer.settle(user)
        with self._lock:
            self._current(user)

    def holds(self, user: str) -> bool:
        """Whether a read would be quick: the states are in memory and nobody is folding now."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            return user in self._live
        finally:
            self._lock.release()

    def replayed(
        self, user: str, *, until: Instant | None = None, upto: int | None = None
    ) -> Folded:
        """The user's states folded from nothing: from all events, from those that happened up to
        an instant, or from those up to a position in the log.

        Raises ``InvalidArgument`` for an instant before the latest of the user's retired events.
        """
        folded, tail = self.told(user, until=until, upto=upto)
        return self._fold.extend(folded, tail, self._shelf.find)

    def told(
        self, user: str, *, until: Instant | None = None, upto: int | None = None
    ) -> tuple[Folded, list[Logged]]:
        """What :meth:`replayed` folds: what retired events left, and the events since."""
        self._writer.settle(user)
        retired, base = self._store.retired(), self._store.base(USER, user)
        if until is not None and base is not None and until < retired.until:
            raise InvalidArgument(
                "at",
                f"events up to {instant.text(retired.until)} have left the log; what is known of "
                f"{user!r} can be read as of then and later",
            )
        folded, tail = from_the_start(self._store, self._fold, user)
        self._shelf.refresh()
        if until is not None:
            tail = [logged for logged in tail if logged[1].at <= until]
        if upto is not None:
            tail = [logged for logged in tail if logged[0] <= upto]
        return folded, tail

    def save(self) -> None:
        """Write behind the snapshot of every live state that has none of its latest events."""
        with self._lock:
            for user, live in self._live.items():
                self._save(user, live, 1)

    def forget(self) -> None:
        """Drop what is in memory; the next reads start from snapshots."""
        with self._lock:
            self._live.clear()

    def _current(self, user: str) -> tuple[_Live, Had]:
        version = self._present()  # before the tail: what comes later is seen next time
        live = self._live.get(user)
        if live is not None and live.version == version:
            self._live.move_to_end(user)
            return live, "held"
        had: Had = "loaded" if live is None else "followed"
        live, tail = self._followed(user, version, live)
        self._shelf.refresh()  # after the tail: holds every item version its events found
        known = self._shelf.change  # before the arrivals: others may bring it further meanwhile
        if self._met_unknown_item(user, live, known):
            retired = self._store.retired().upto
            folded, tail = from_the_start(self._store, self._fold, user)
            live = _Live(folded, version, known, retired)
            self._shelf.refresh()  # after this tail as well
        if not live.folded.unknown:
            live.catalogue = known
        self._live.pop(user, None)  # a fold that is broken off leaves half a state: start again
        self._fold.extend(live.folded, tail, self._shelf.find)
        live.version = version
        live.fresh += len(tail)
        self._remember(user, live)
        return live, had

    def _followed(self, user: str, version: int, live: _Live | None) -> tuple[_Live, list[Logged]]:
        """The live states, loaded where they are missing, and the events that follow them.

        Where the log has retired since, they may lack events that cannot be read any more.
        """
        while True:
            retired = self._store.retired().upto
            if live is None or live.retired != retired:
                live = self._load(user, version, retired)
            tail = self._store.tail(user, live.folded.upto)
            if self._store.retired().upto == retired:
                return live, tail

    def _load(self, user: str, version: int, retired: int) -> _Live:
        snapshot = self._store.load(USER, user)
        folded = decoded(self._fold, snapshot)
        base = self._store.base(USER, user) if retired else None
        if base is not None and (snapshot is None or folded is None or _knows_less(snapshot, base)):
            return _Live(rested(self._fold, base), version, base.catalogue, retired)
        if snapshot is None or folded is None:
            return _Live(self._fold.zero(), version, self._shelf.change, retired)
        return _Live(folded, version, snapshot.catalogue, retired)

    def _met_unknown_item(self, user: str, live: _Live, known: int) -> bool:
        """Whether an item has arrived, up to change ``known``, that events had named in vain."""
        if not live.folded.unknown or live.catalogue == known:
            return False
        arrived = set(self._store.arrivals(live.catalogue, ARRIVALS))
        if len(arrived) == ARRIVALS:
            return True
        if arrived and any(event.item in arrived for _, event in self._store.tail(user, 0)):
            return True
        live.catalogue = known
        return False

    def _remember(self, user: str, live: _Live) -> None:
        self._save(user, live, SNAPSHOT_AFTER)
        self._live[user] = live
        while len(self._live) > self._capacity:
            oldest, evicted = self._live.popitem(last=False)
            self._save(oldest, evicted, SNAPSHOT_AFTER // 4)

    def _save(self, user: str, live: _Live, after: int) -> None:
        if live.fresh < after:
            return
        live.fresh = 0
        snapshot = snapshot_of(USER, user, self._fold, live.folded, live.catalogue)
        if self._store.keeps_readings:
            snapshot = with_readings(snapshot, self._fold, live.folded, self._now())
        self._writer.save([snapshot])


def snapshot_of(scope: str, key: str, fold: Fold, folded: Folded, catalogue: int) -> Snapshot:
    """The snapshot of folded states."""
    return Snapshot(
        scope,
        key,
        fold.fingerprint,
        folded.upto,
        catalogue,
        folded.unknown,
        fold.encode(folded),
    )


def _knows_less(snapshot: Snapshot, base: Snapshot) -> bool:
    """Whether a snapshot lacks retired events, or items that they met: neither can be made up for."""
    lacks_items = snapshot.unknown > 0 and snapshot.catalogue < base.catalogue
    return snapshot.upto < base.upto or lacks_items


def rested(fold: Fold, base: Snapshot | None) -> Folded:
    """The states that retired events left; those before any event where there is no base."""
    if base is None:
        return fold.zero()
    return Folded(fold.kept(base.body), base.upto, base.unknown)


def from_the_start(store: Store, fold: Fold, user: str) -> tuple[Folded, list[Logged]]:
    """What the user's retired events left, and every event since."""
    while True:
        retired = store.retired()
        folded = rested(fold, store.base(USER, user))
        tail = store.tail(user, folded.upto)
        if store.retired() == retired:
            return folded, tail


def with_readings(snapshot: Snapshot, fold: Fold, folded: Folded, now: Instant) -> Snapshot:
    """The snapshot with the profile, as of ``now``, beside the states it is read from."""
    readings = {name: reading.to_dict() for name, reading in fold.read(folded, now).items()}
    told = {"as_of": instant.text(now), "readings": readings}
    return snapshot._replace(readings=msgspec.json.encode(told))


def decoded(fold: Fold, snapshot: Snapshot | None) -> Folded | None:
    """The states in a snapshot, ``None`` if it is absent or another version's."""
    if snapshot is None or snapshot.fingerprint != fold.fingerprint:
        return None
    try:
        return Folded(fold.decode(snapshot.body), snapshot.upto, snapshot.unknown)
    except msgspec.DecodeError:
        return None
