"""The store in memory: the twin of the durable ones, for tests, trials and ``":memory:"``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from threading import Lock
from typing import ClassVar, assert_never

from penchant.core.digests import digest
from penchant.core.event import Event, Logged
from penchant.core.item import Item, ItemVersion, replaces
from penchant.core.ports import (
    Append,
    PutItems,
    Refuse,
    RemoveItem,
    Retire,
    Retired,
    SaveBases,
    SaveSnapshots,
    Snapshot,
    Sweep,
    Write,
)


class MemoryStore:
    """Everything in dictionaries; gone with the process. Safe to use from several threads."""

    is_far: ClassVar[bool] = False
    keeps_readings: ClassVar[bool] = False

    def __init__(self) -> None:
        self._lock = Lock()
        self._log: list[Event | None] = []  # at index i that of position i + 1, until it retires
        self._ids: set[str] = set()
        self._of_user: dict[str, list[int]] = {}
        self._of_session: dict[str, list[int]] = {}
        self._names: list[str] = []
        self._versions: dict[str, tuple[ItemVersion, ...]] = {}
        self._present: list[str] = []
        self._changes: dict[str, int] = {}
        self._arrivals: list[tuple[int, str]] = []
        self._change = 0
        self._snapshots: dict[tuple[str, str], Snapshot] = {}
        self._bases: dict[
            tuple[str, str], dict[int, Snapshot]
        ] = {}  # by the position they stand for
        self._retired = Retired()
        self._refused: set[bytes] = set()
        self._commits = 0

    def commit(self, writes: Sequence[Write]) -> list[int]:
        with self._lock:
            self._commits += 1
            return [self._carry_out(write) for write in writes]

    def version(self) -> int:
        return self._commits

    def close(self) -> None:
        """Nothing to release."""

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        with self._lock:
            positions = self._of_user.get(user, [])
            start = bisect_right(positions, after)
            return self._at(positions[start : None if limit is None else start + limit])

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        with self._lock:
            positions = self._of_user.get(user, [])
            stop = len(positions) if before is None else bisect_left(positions, before)
            return self._at(reversed(positions[max(stop - limit, 0) : stop]))

    def session(self, session: str, limit: int) -> list[Logged]:
        with self._lock:
            return self._at(self._of_session.get(session, [])[-limit:])

    def since(self, after: int, limit: int) -> list[Logged]:
        with self._lock:
            first = max(after, self._retired.left) + 1
            return self._at(range(first, min(first + limit, len(self._log) + 1)))

    def end(self) -> int:
        return len(self._log)

    def count(self) -> int:
        return len(self._log) - self._retired.left

    def retired(self) -> Retired:
        return self._retired

    def refused(self, after: bytes = b"", limit: int = 10_000) -> list[bytes]:
        with self._lock:
            return sorted(one for one in self._refused if one > after)[:limit]

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        with self._lock:
            start = bisect_right(self._names, after)
            return self._names[start : start + limit]

    def versions(self, ids: Sequence[str]) -> dict[str, tuple[ItemVersion, ...]]:
        with self._lock:
            return {id: self._versions[id] for id in ids if id in self._versions}

    def current(self, ids: Sequence[str]) -> dict[str, Item]:
        with self._lock:
            return {id: self._versions[id][-1].item for id in ids if self._has(id)}

    def items(self, after: str = "", limit: int = 1_000) -> list[Item]:
        with self._lock:
            start = bisect_right(self._present, after)
            return [self._versions[id][-1].item for id in self._present[start : start + limit]]

    def of_category(self, category: str) -> list[str]:
        with self._lock:
            present = self._present
            return [id for id in present if self._versions[id][-1].item.category == category]

    def changed(self, after: int, limit: int = 10_000) -> list[tuple[int, str]]:
        with self._lock:
            later = ((change, id) for id, change in self._changes.items() if change > after)
            return list(islice(later, limit))

    def arrivals(self, after: int, limit: int) -> list[str]:
        with self._lock:
            start = bisect_right(self._arrivals, after, key=_first)
            return [id for _, id in self._arrivals[start : start + limit]]

    def change(self) -> int:
        return self._change

    def load(self, scope: str, key: str) -> Snapshot | None:
        return self._snapshots.get((scope, key))

    def base(self, scope: str, key: str) -> Snapshot | None:
        with self._lock:
            saved = self._bases.get((scope, key), {})
            in_force = [upto for upto in saved if upto <= self._retired.upto]
            return saved[max(in_force)] if in_force else None

    def _at(self, positions: Iterable[int]) -> list[Logged]:
        found = ((position, self._log[position - 1]) for position in positions)
        return [(position, event) for position, event in found if event is not None]

    def _has(self, id: str) -> bool:
        index = bisect_left(self._present, id)
        return index < len(self._present) and self._present[index] == id

    def _carry_out(self, write: Write) -> int:
        match write:
            case Append(events):
                return sum(map(self._append, events))
            case PutItems(items):
                for item in items:
                    self._put(item)
                return len(items)
            case RemoveItem(id):
                return self._remove(id)
            case SaveSnapshots(snapshots):
                for snapshot in snapshots:
                    self._save(snapshot)
                return len(snapshots)
            case SaveBases(upto, bases):
                for base in bases:
                    if base.scope == "user":
                        self._name(base.key)
                    self._bases.setdefault((base.scope, base.key), {})[upto] = base
                return len(bases)
            case Retire():
                return self._retire(write)
            case Refuse(digests):
                self._refused.update(digests)
                return len(digests)
            case Sweep():
                return 0  # they went when they were retired
            case _:
                assert_never(write)

    def _append(self, event: Event) -> bool:
        if event.id in self._ids or (self._refused and digest(event.id) in self._refused):
            return False
        self._ids.add(event.id)
        self._log.append(event)
        if event.user not in self._of_user:
            self._name(event.user)
        self._of_user.setdefault(event.user, []).append(len(self._log))
        if event.session is not None:
            self._of_session.setdefault(event.session, []).append(len(self._log))
        return True

    def _retire(self, write: Retire) -> int:
        before, self._retired = self._retired, self._retired.after(write)
        self._log += [None] * (self._retired.left - len(self._log))
        for index in range(before.left, self._retired.left):
            event, self._log[index] = self._log[index], None
            if event is not None:
                self._ids.remove(event.id)
                self._refused.add(digest(event.id))
        for positions in (*self._of_user.values(), *self._of_session.values()):
            del positions[: bisect_right(positions, self._retired.left)]
        for saved in self._bases.values():
            in_force = max((upto for upto in saved if upto <= self._retired.upto), default=0)
            for replaced in [upto for upto in saved if upto < in_force]:
                del saved[replaced]
        return int(self._retired != before)

    def _name(self, user: str) -> None:
        place = bisect_left(self._names, user)
        if self._names[place : place + 1] != [user]:
            self._names.insert(place, user)

    def _put(self, item: Item) -> None:
        older = self._versions.get(item.id, ())
        version = ItemVersion(len(self._log), item)
        self._change_of(item.id)
        if not older:
            self._arrivals.append((self._change, item.id))
        elif replaces(item, version.since, older[-1], is_first=len(older) == 1):
            version = ItemVersion(older[-1].since, item)
            older = older[:-1]
        self._versions[item.id] = (*older, version)
        if not self._has(item.id):
            insort(self._present, item.id)

    def _remove(self, id: str) -> int:
        if not self._has(id):
            return 0
        self._change_of(id)
        self._present.remove(id)
        return 1

    def _change_of(self, id: str) -> None:
        self._change += 1
        self._changes.pop(id, None)  # the latest change goes to the end
        self._changes[id] = self._change

    def _save(self, snapshot: Snapshot) -> None:
        stored = self._snapshots.get((snapshot.scope, snapshot.key))
        if stored and stored.fingerprint == snapshot.fingerprint and stored.upto > snapshot.upto:
            return
        self._snapshots[snapshot.scope, snapshot.key] = snapshot


_first: Callable[[tuple[int, str]], int] = lambda pair: pair[0]  # noqa: E731
