"""A store whose log begins in an archive: what left the log is read there, the rest as before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from penchant.core.errors import StoreError, StoreIncompatible
from penchant.core.event import Logged
from penchant.core.ports import Retired, Store, Sweep, Write
from penchant.io.stores.archive_owner import is_ours

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive
    from penchant.io.stores.archive_reader import Reader

Answer = TypeVar("Answer")


class ArchivedStore:
    """A store and its archive as one store.

    Reads look into the archive only for positions that have left the log. Where events have, and no
    archive is named, they raise ``StoreIncompatible`` instead of giving half an answer.
    """

    def __init__(self, store: Store, archive: Archive | None) -> None:
        self._store = store
        self._known = Retired()  # what had left the log when last looked at
        self.archive = archive
        self.is_far = store.is_far
        self.keeps_readings = store.keeps_readings
        self.retired = store.retired
        self.refused = store.refused
        self.version = store.version
        self.end = store.end
        self.versions = store.versions
        self.current = store.current
        self.items = store.items
        self.of_category = store.of_category
        self.changed = store.changed
        self.arrivals = store.arrivals
        self.change = store.change
        self.load = store.load
        self.base = store.base
        self.close = store.close

    def check(self) -> None:
        """Raise ``StoreIncompatible`` where part of the log cannot be read."""
        self._known = self._store.retired()
        self._consistent(self._begun)

    def commit(self, writes: Sequence[Write]) -> list[int]:
        results = self._store.commit(writes)
        archive, swept = self.archive, any(isinstance(write, Sweep) for write in writes)
        if archive is not None and swept and is_ours(self._store, archive):
            archive.drop(self._store.retired().upto)
        return results

    def tail(self, user: str, after: int, limit: int | None = None) -> list[Logged]:
        def read(retired: Retired) -> list[Logged]:
            found: list[Logged] = []
            if after < retired.left and (archive := self._begun(retired)):
                found = archive.tail(user, max(after, retired.upto), limit)
            left = None if limit is None else limit - len(found)
            return found + self._store.tail(user, max(after, retired.left), left)

        return self._consistent(read)

    def recent(self, user: str, limit: int, before: int | None = None) -> list[Logged]:
        def read(retired: Retired) -> list[Logged]:
            found = self._store.recent(user, limit, before)
            if len(found) < limit and (archive := self._begun(retired)):
                found += archive.latest("user", user, limit - len(found), before)
            return found

        return self._consistent(read)

    def session(self, session: str, limit: int) -> list[Logged]:
        def read(retired: Retired) -> list[Logged]:
            found = self._store.session(session, limit)
            if len(found) < limit and (archive := self._begun(retired)):
                found = archive.latest("session", session, limit - len(found))[::-1] + found
            return found

        return self._consistent(read)

    def since(self, after: int, limit: int) -> list[Logged]:
        def read(retired: Retired) -> list[Logged]:
            found: list[Logged] = []
            if after < retired.left and (archive := self._begun(retired)):
                found = archive.since(max(after, retired.upto), limit)
            if len(found) < limit:
                found += self._store.since(max(after, retired.left), limit - len(found))
            return found

        return self._consistent(read)

    def users(self, after: str = "", limit: int = 1_000) -> list[str]:
        def read(retired: Retired) -> list[str]:
            known = self._store.users(after, limit)
            if archive := self._begun(retired):
                known = sorted({*known, *archive.users(after, limit)})[:limit]
            return known

        return self._consistent(read)

    def count(self) -> int:
        def read(retired: Retired) -> int:
            archive = self._begun(retired)
            return self._store.count() + (archive.count() if archive else 0)

        return self._consistent(read)

    def _consistent(self, read: Callable[[Retired], Answer]) -> Answer:
        """The answer under one state of affairs: events may leave log and archive meanwhile.

        Looked at afterwards only: what has left never comes back, so what is the same then was the
        same all the time.
        """
        while True:
            retired = self._known
            try:
                answer = read(retired)
            except StoreError:
                if retired.upto == retired.left or not self._has_moved(retired):
                    raise  # else the files that it looked into may have been dropped
            else:
                if not self._has_moved(retired):
                    return answer

    def _has_moved(self, retired: Retired) -> bool:
        """Whether more has left the log by now; the next attempt knows it."""
        now = self._known = self._store.retired()
        return now != retired

    def _begun(self, retired: Retired) -> Reader | None:
        """What the archive holds of the log; ``None`` where nothing of it is archived."""
        if retired.upto == retired.left:
            return None
        if self.archive is None:
            raise StoreIncompatible(
                f"events up to position {retired.left} are in an archive; name its folder in the "
                "setting 'archive'"
            )
        return self.archive.between(retired.upto, retired.left)
