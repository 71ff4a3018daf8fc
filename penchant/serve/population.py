"""The population: what is known of everyone, followed along the log by this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from threading import RLock
from typing import TypeVar

from penchant.core.event import Logged
from penchant.core.instant import Instant
from penchant.core.ports import SaveSnapshots, Snapshot, Store
from penchant.measure.rollups import Rollups
from penchant.measure.statistics import Lately
from penchant.profile.feature import Norms
from penchant.profile.fold import Fold, Folded
from penchant.profile.panel import Panel
from penchant.serve.shelf import Shelf
from penchant.serve.states import decoded, rested

EVERYONE = "everyone"
KEY = "all"
AHEAD = 2_000  # events read at once: asking a server takes as long as folding a hundred
CHUNK = 500  # events folded at once: some 4 ms in which decisions wait
AT_ONCE = 1_000  # events a decision catches up with by itself; a longer way is the follower's
SAVE_AFTER = 200_000  # events between snapshots: what a new process folds again at most
SAVE_AT_END = 5_000  # the same when a process ends; fewer are folded sooner than written

Answer = TypeVar("Answer")


class Population:
    """One state per population feature, folded in log order. Safe to use from several threads.

    Events are folded with the items they met: one that arrives later changes nothing here, as it
    would for all, not for the few whose histories can be folded again.

    ``version`` is asked whether anybody committed; the store itself unless it is given.
    """

    def __init__(
        self, store: Store, fold: Fold, shelf: Shelf, version: Callable[[], int] | None = None
    ) -> None:
        self._store = store
        self._present = store.version if version is None else version
        self._fold = fold
        self._shelf = shelf
        self._lock = RLock()  # of the states: for an answer, a chunk or a portion
        self._following = RLock()  # of their growth, taken before the other
        self._keeping = False
        self._broken_off = False  # in the middle of a tail: half an event may be counted
        self._folded = self._loaded()
        self._ahead: list[Logged] = []  # read, and still to be folded in
        self._version: int | None = None
        self._saved = self._folded.upto
        self._has_caught_up = False

    def read(self, answer: Callable[[Folded], Answer]) -> Answer:
        """``answer`` of the states, after catching up with the latest events if they are few.

        While a snapshot is being made it is of the states as they are. ``answer`` must not keep or
        change them.
        """
        if self._version != self._present() and not self._keeping:
            self.follow(AT_ONCE)
        with self._lock:
            return answer(self._folded)

    def follow(self, limit: int = CHUNK) -> bool:
        """Fold at most ``limit`` more events in; whether the end of the log was reached."""
        with self._following:
            if self._broken_off:
                self.restart()
            version = self._read_on(max(limit, AHEAD)) if len(self._ahead) < limit else None
            tail = self._ahead[:limit]
            with self._lock:
                try:
                    self._fold.extend(self._folded, tail, self._shelf.met)
                except BaseException:  # Ctrl-C for one, or the store is away
                    self._broken_off, self._version = True, None
                    raise
                del self._ahead[:limit]
                reached = len(tail) < limit
                self._has_caught_up = self._has_caught_up or reached
                self._version = version if reached else None
                return reached

    def _read_on(self, limit: int) -> int:
        """Read what follows ahead, at most ``limit`` events; the version before which they came."""
        while True:
            version = self._store.version()
            ahead = self._store.since(self._folded.upto, limit)
            if self._store.retired().upto <= self._folded.upto:
                self._shelf.refresh()  # after the events: holds every item that they met
                self._ahead = ahead
                return version
            self.restart()  # what it lacks left the log

    def unknown(self) -> int:
        """How many events, as far as this process has followed the log, met no item."""
        return self._folded.unknown

    def lately(self, span: Instant, now: Instant) -> Lately:
        """Who and how much there was in the latest hours, as far as this process has followed the log.

        Never waits.
        """
        rollups = self._fold.feature(Rollups)
        return rollups.lately(self._fold.state(self._folded, rollups.name), span, now)

    def zone_of(self, user: str) -> str | None:
        """The zone the person told, as far as this process has followed the log."""
        zone: str | None = self._fold.state(self._folded, "zones").get(user)
        return zone

    def norms(self) -> Norms:
        """How everyone's readings are to be taken, as far as this process has followed the log.

        Who has just opened it catches up first, if there is little to catch up with.
        """
        if not self._has_caught_up:
            self.follow(AT_ONCE)
        panel = self._fold.feature(Panel)
        return panel.norms(self._fold.state(self._folded, panel.name))

    def is_current(self) -> bool:
        """Whether nothing was committed since the last look; cheap."""
        return self._version == self._present()

    def catch_up(self) -> None:
        """Fold everything up to the end of the log, in portions so that readers get their turn."""
        while not self.follow():
            pass

    def behind(self) -> int:
        """How many positions of the log are still to be folded."""
        return self._store.end() - self._folded.upto

    def replayed(self, upto: int | None = None) -> Folded:
        """The states folded from nothing, up to a position if one is given."""
        while True:
            retired = self._store.retired().upto
            folded = rested(self._fold, self._store.base(EVERYONE, KEY))
            folded = followed_to(self._store, self._fold, self._shelf, folded, upto)
            if self._store.retired().upto == retired:
                return folded

    def is_due(self) -> bool:
        """Whether so much was folded since the last snapshot that a new one should be written."""
        return self._folded.upto - self._saved >= SAVE_AFTER

    def is_worth_keeping(self) -> bool:
        """Whether so much happened since the last snapshot that the next to open should have one."""
        return self._store.end() - self._saved >= SAVE_AT_END

    def snapshot(self) -> SaveSnapshots:
        """The write that keeps the present states; empty when the stored ones are as new,
        or these were broken off.

        Decisions come in between its portions.
        """
        with self._following:
            upto = self._folded.upto
            if upto == self._saved or self._broken_off:
                return SaveSnapshots(())
            self._keeping = True
            try:
                body = BytesIO()
                for portion in self._portions():
                    body.write(portion)
            finally:
                self._keeping = False
            self._saved = upto
            fingerprint, unknown = self._fold.fingerprint, self._folded.unknown
            snapshot = Snapshot(EVERYONE, KEY, fingerprint, upto, 0, unknown, body.getvalue())
            return SaveSnapshots((snapshot,))

    def _portions(self) -> Iterator[bytes]:
        portions = self._fold.portions(self._folded)
        while True:
            with self._lock:
                portion = next(portions, None)
            if portion is None:
                return
            yield portion

    def restart(self) -> None:
        """Start again from the stored snapshot."""
        with self._following, self._lock:
            self._folded = self._loaded()
            self._ahead = []
            self._saved = self._folded.upto
            self._version = None
            self._broken_off = False

    def _loaded(self) -> Folded:
        """The stored states, or what retired events left where that has seen more."""
        folded = decoded(self._fold, self._store.load(EVERYONE, KEY)) or self._fold.zero()
        base = self._store.base(EVERYONE, KEY)
        if base is not None and base.upto > folded.upto:
            return rested(self._fold, base)
        return folded


def followed_to(
    store: Store,
    fold: Fold,
    shelf: Shelf,
    folded: Folded,
    upto: int | None = None,
    between: Callable[[], object] = lambda: None,
) -> Folded:
    """The population's states, followed to a position, or to the end of the log.

    ``between`` is called after each chunk; what it raises breaks it off.
    """
    while tail := store.since(folded.upto, CHUNK):
        if upto is not None:
            tail = [logged for logged in tail if logged[0] <= upto]
            if not tail:
                break
        shelf.refresh()
        fold.extend(folded, tail, shelf.met)
        between()
    return folded
