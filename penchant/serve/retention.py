"""Retention: old events leave the log once what they taught is kept.

The log loses its beginning, up to a position: a base for every person and for everyone stands for
it. Nothing is lost if this is broken off at any point; the next run goes on.
Why so: docs/design/007-retention.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from penchant.core import instant
from penchant.core.event import Logged
from penchant.core.instant import EARLIEST, Instant
from penchant.core.ports import Retire, Retired, SaveBases, Snapshot, Store, Sweep
from penchant.io.stores.archive_owner import check_whole, take
from penchant.profile.fold import Fold, Folded
from penchant.serve.population import EVERYONE, KEY, followed_to
from penchant.serve.shelf import Shelf
from penchant.serve.states import USER, rested

if TYPE_CHECKING:
    from penchant.io.stores.archive import Archive

QUARTER = timedelta(days=90)  # CONTRACT S1-08
PAGE = 1_000  # events looked at at once
USERS = 500  # users whose bases are committed together
SWEEP = 2_000  # events taken out of the log with one commit: some 30 ms in which others wait

# Events taken out of the store so far; told at least every thousand events, so that what it raises breaks
# a retirement off soon: a store that is being closed waits for that.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Retirement:
    """What left the log: how many events, whose, up to which instant, in how many wall seconds.

    ``until`` is the latest instant among the events that are gone for good, or, where they went to an
    archive, among those of this run; ``None`` for none.
    """

    events: int
    users: int
    until: Instant | None
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        until = None if self.until is None else instant.text(self.until)
        return {
            "events": self.events,
            "users": self.users,
            "until": until,
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class Retirer:
    """What retires: a store, and the two folds that say what its events taught."""

    store: Store
    fold: Fold
    crowd: Fold
    shelf: Shelf

    def retire(self, horizon: Instant, progress: Progress) -> Retirement:
        """Let the longest beginning of the log go in which every event is older than ``horizon``."""
        began = perf_counter()
        events = users = 0
        is_done = False
        while not is_done:
            retired = self.store.retired()
            upto, until, events = self._beginning(horizon, retired.upto, retired.until, progress)
            users = self._keep(retired, upto, progress) if events else 0
            is_done = not events or (users > 0 and self.store.commit([Retire(upto, until)]) == [1])
        self._sweep(progress)
        gone = self.store.retired()
        return Retirement(events, users, gone.until if gone.upto else None, perf_counter() - began)

    def archive(self, horizon: Instant, archive: Archive, progress: Progress) -> Retirement:
        """Bring the months of the log's beginning that ended before ``horizon`` into an archive."""
        began = perf_counter()
        check_whole(self.store, archive)  # or a new one would begin where one is away for a while
        with archive.alone(lambda: progress(0)):
            take(self.store, archive)
            start = self.store.retired().left
            upto, until, events = self._beginning(_month(horizon), start, EARLIEST, progress)
            if events:
                archive.add(start, self._between(start, upto, progress))
                self.store.commit([Retire(upto, until, archived=True)])
        self._sweep(progress)
        return Retirement(events, 0, until if events else None, perf_counter() - began)

    def _between(self, after: int, upto: int, progress: Progress) -> Iterator[Logged]:
        while after < upto:
            page = self.store.since(after, PAGE)
            if not page:  # another process has let them go for good
                return
            after = page[-1][0]
            progress(0)
            yield from (logged for logged in page if logged[0] <= upto)

    def _beginning(
        self, horizon: Instant, upto: int, until: Instant, progress: Progress
    ) -> tuple[int, Instant, int]:
        """The last position before the first event that is too young, the latest instant up to
        there, and how many events that is."""
        events = 0
        while page := self.store.since(upto, PAGE):
            for position, event in page:
                if event.at >= horizon:
                    return upto, until, events
                upto, until = position, max(until, event.at)
                events += 1
            progress(0)
        return upto, until, events

    def _keep(self, retired: Retired, upto: int, progress: Progress) -> int:
        """Save bases for a position; how many people have one. 0 where another process came first."""
        people = 0
        for bases in self._bases(upto, progress):
            if self.store.retired() != retired:  # some of what was folded may have been missing
                return 0
            self.store.commit([SaveBases(upto, bases)])
            people += sum(base.scope == USER for base in bases)
            progress(0)
        return people

    def _bases(self, upto: int, progress: Progress) -> Iterator[list[Snapshot]]:
        everyone = rested(self.crowd, self.store.base(EVERYONE, KEY))
        followed_to(self.store, self.crowd, self.shelf, everyone, upto, lambda: progress(0))
        everyone.upto = upto
        yield [_base(EVERYONE, KEY, self.crowd, everyone, self.shelf.change)]
        after = ""
        while names := self.store.users(after, USERS):
            after = names[-1]
            if bases := [base for name in names if (base := self._base_of(name, upto))]:
                yield bases

    def _base_of(self, user: str, upto: int) -> Snapshot | None:
        """The base of a person for that position; ``None`` where no further event of theirs leaves."""
        folded = rested(self.fold, self.store.base(USER, user))
        tail = [logged for logged in self.store.tail(user, folded.upto) if logged[0] <= upto]
        if not tail:
            return None
        self.shelf.refresh()  # after the tail: holds every item version its events found
        known = self.shelf.change  # before the fold: others may bring it further meanwhile
        self.fold.extend(folded, tail, self.shelf.find)
        return _base(USER, user, self.fold, folded, known)

    def _sweep(self, progress: Progress) -> None:
        swept = 0
        while count := self.store.commit([Sweep(SWEEP)])[0]:
            swept += count
            progress(swept)


def _month(at: Instant) -> Instant:
    """The first instant of the month, in UTC."""
    first = instant.moment(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return instant.instant(first)


def _base(scope: str, key: str, fold: Fold, folded: Folded, catalogue: int) -> Snapshot:
    return Snapshot(
        scope, key, fold.fingerprint, folded.upto, catalogue, folded.unknown, fold.keep(folded)
    )
