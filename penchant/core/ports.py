"""Ports: what a store must do. Every store passes the suite in ``tests/contracts``.

Reads see everything committed before they began, by whatever process. Every method may raise
``StoreUnavailable``; nothing was acknowledged then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from penchant.core.event import Event, Logged
from penchant.core.instant import EARLIEST, Instant
from penchant.core.item import Item, ItemVersion


class Snapshot(NamedTuple):
    """A folded prefix of the log: a cache, lost at any moment without losing anything.

    ``scope`` and ``key`` say whose state it is; ``fingerprint`` which features folded it. It has
    seen every event of its subject up to position ``upto`` and the catalogue up to ``catalogue``;
    ``unknown`` counts events whose item the catalogue did not know then. ``readings`` is a person's
    profile as JSON, for stores that keep it for people to look at; it is not loaded again.
    """

    scope: str
    key: str
    fingerprint: str
    upto: int
    catalogue: int
    unknown: int
    body: bytes
    readings: bytes | None = None


class Append(NamedTuple):
    """Write: add events to the log. Result: how many were new; known ids change nothing."""

    events: Sequence[Event]


class PutItems(NamedTuple):
    """Write: add or replace items of the catalogue. Result: how many."""

    items: Sequence[Item]


class RemoveItem(NamedTuple):
    """Write: take an item out of the catalogue; past events keep what it taught. Result: 0 or 1."""

    id: str


class SaveSnapshots(NamedTuple):
    """Write: keep snapshots. One that has seen less of the log than the stored one, under the same
    fingerprint, is dropped. Result: how many were handed in."""

    snapshots: Sequence[Snapshot]


class SaveBases(NamedTuple):
    """Write: keep what events up to position ``upto`` taught, one snapshot a subject, before they
    are retired. In force once a ``Retire`` of that position is. Result: how many were handed in."""

    upto: int
    bases: Sequence[Snapshot]


class Retire(NamedTuple):
    """Write: events up to position ``upto`` leave the log, ``until`` being the latest instant among
    them; from then on they are not read here, and their ids are refused for ever.

    ``archived`` events are read from an archive instead; for others the bases saved for that
    position stand, and for those archived before as well. Beyond the end of the log, the log goes on
    after that position. Result: 1, or 0 where it has lost as much already."""

    upto: int
    until: Instant
    archived: bool = False


class Refuse(NamedTuple):
    """Write: ids with these digests (:mod:`penchant.core.digests`) are known. Result: how many."""

    digests: Sequence[bytes]


class Sweep(NamedTuple):
    """Write: make the room free that retired events take, about ``limit`` of them, and bases that
    others replaced; of their ids the digests are kept. Result: how many events; 0 when nothing is
    left to do."""

    limit: int


Write = Append | PutItems | RemoveItem | SaveSnapshots | SaveBases | Retire | Refuse | Sweep


class Retired(NamedTuple):
    """What has left the log.

    Events up to position ``upto`` are gone for good, the latest of them having happened ``until``;
    those after it up to ``left`` are archived.
    """

    upto: int = 0
    until: Instant = EARLIEST
    left: int = 0

    def after(self, write: Retire) -> Retired:
        """What has left the log once that is carried out; the same where it has lost as much already."""
        if write.archived:
            return self._replace(left=max(self.left, write.upto))
        if write.upto <= self.upto:
            return self
        return Retired(write.upto, max(self.until, write.until), max(self.left, write.upto))


class EventLog(Protocol):
    """The append-only log. Positions ascend in the order in which events become visible."""

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        """The user's events after a position, in log order, at most ``limit``."""

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        """The user's latest events by position, newest first, older than position ``before``."""

    def session(self, session: str, limit: int) -> list[Logged]:
        """The latest events that name that session, in log order."""

    def since(self, after: int, limit: int) -> list[Logged]:
        """Everybody's events after a position, in log order, at most ``limit``."""

    def end(self) -> int:
        """The last position given out; 0 for an empty log."""

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        """Names of users that have events, or had, ascending by code point, greater than ``after``."""

    def count(self) -> int:
        """How many events the log holds."""

    def retired(self) -> Retired:
        """Which events have left the log."""

    def refused(self, after: bytes = b"", limit: int = 10_000) -> list[bytes]:
        """Digests of ids that are known though no event here has them, ascending, after one."""


class Catalogue(Protocol):
    """Items and their versions."""

    def versions(self, ids: Sequence[str]) -> dict[str, tuple[ItemVersion, ...]]:
        """Versions, ascending, of those of the items that were ever known, removed ones included."""

    def current(self, ids: Sequence[str]) -> dict[str, Item]:
        """Those of the items that are in the catalogue now, in their latest version."""

    def items(self, after: str = "", limit: int = 1_000) -> list[Item]:
        """Items in the catalogue, ascending by id, greater than ``after``."""

    def of_category(self, category: str) -> list[str]:
        """Ids of the items of a category that are in the catalogue now, ascending."""

    def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
        """(change, item id) of what was put or removed after change number ``after``, ascending."""

    def arrivals(self, after: int, limit: int) -> list[str]:
        """Ids of items that became known for the first time after change number ``after``."""

    def change(self) -> int:
        """The latest change number; 0 for an empty catalogue."""


class StateStore(Protocol):
    """Snapshots by scope and key.

    ``keeps_readings`` says whether a person's snapshot is to bring its readings.
    """

    @property
    def keeps_readings(self) -> bool: ...

    def load(self, scope: str, key: str) -> Snapshot | None:
        """The stored snapshot, whatever its fingerprint."""

    def base(self, scope: str, key: str) -> Snapshot | None:
        """What the subject's retired events taught; ``None`` where it has none."""


class Store(EventLog, Catalogue, StateStore, Protocol):
    """One place that keeps everything.

    ``is_far`` says whether whoever asks it waits for a server.
    """

    @property
    def is_far(self) -> bool: ...

    def commit(self, writes: Sequence[Write]) -> list[int]:
        """Carry out all writes in order, durably, or none. Returns the result of each."""

    def version(self) -> int:
        """A number that differs after any commit by this or another process; cheap to ask."""

    def close(self) -> None:
        """Release files and connections; the store cannot be used afterwards."""
