"""The engine: one opened store with everything that works on it. It alone knows every part."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any, Unpack

from penchant.core import instant
from penchant.core.errors import InvalidArgument, NotFound
from penchant.core.event import Event
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.core.names import check_name
from penchant.core.ports import Append, PutItems, RemoveItem
from penchant.core.receipt import Receipt
from penchant.core.slate import Slate
from penchant.io import forks, system
from penchant.io.stores import MEMORY, open_whole
from penchant.io.stores.postgres_address import is_postgres, shown
from penchant.measure.patterns import TESTED, Pattern
from penchant.measure.statistics import Analysis
from penchant.serve import alerts, patterns, statistics
from penchant.serve.alerts import Alert
from penchant.serve.check import Checked, check
from penchant.serve.configuration import read_kinds, read_settings
from penchant.serve.fields import EventFields, ItemFields
from penchant.serve.housekeeping import Housekeeping
from penchant.serve.parts import assemble
from penchant.serve.person import Session, User
from penchant.serve.rebuild import Folder, Progress, Rebuilt, rebuild
from penchant.serve.retention import QUARTER, Retirement, Retirer
from penchant.serve.transfer import (
    Comparison,
    Copied,
    Copying,
    Exported,
    Imported,
    ImportOptions,
    StoreSink,
    TransferProgress,
    export,
    import_source,
)


class Penchant:
    """An opened store: what people did goes in, decisions come out.

    Made by :func:`penchant.open`. Safe to use from several threads; several processes may open the
    same folder. Close it, or use it as a context manager: what waits is then written first.
    """

    def __init__(
        self,
        place: str | Path,
        *,
        clock: Callable[[], Instant] = system.now,
        follow: bool = True,
        **options: Any,
    ) -> None:
        settings = read_settings(place, options)
        kinds = read_kinds(place, settings.preset)
        store = open_whole(place, settings)
        try:
            self.parts = assemble(str(place), store, settings, kinds, clock)
        except BaseException:
            store.close()
            raise
        self._closed = False
        self._housekeeping = Housekeeping(self._let_go_of_old_events)
        if follow:
            self.parts.follower.start()
            if settings.retention_days:
                self._housekeeping.start()
        atexit.register(self.close)
        forks.in_child(self._let_go)

    # -- what happened -----------------------------------------------------------------------------

    def track(
        self,
        user: str,
        kind: str,
        item: str | None = None,
        *,
        durable: bool = False,
        **fields: Unpack[EventFields],
    ) -> str:
        """Remember one event; returns its id.

        Returns as soon as the event is in the write buffer: the next read in this process sees it,
        and it is durable within 100 ms, at ``flush()``, at ``close()``, or before returning with
        ``durable=True``. An id that the log knows already changes nothing. Raises ``InvalidEvent``.

        >>> p = Penchant(":memory:")
        >>> p.track("ann", "click", "run-5k", id="e1", context={"device": "ios"})
        'e1'
        >>> p.user("ann").profile().activity["events"]
        1
        >>> p.close()
        """
        told = {name: value for name, value in fields.items() if value is not None}
        event = self.parts.edge.event_from({"user": user, "kind": kind, **_named(item), **told})
        if durable:
            self.parts.writer.write(Append((event,)))
        else:
            self.parts.writer.put(event)
        return event.id

    def track_many(self, events: Iterable[Mapping[str, Any] | Event]) -> Receipt:
        """Remember events, durably; a refused one does not hold up the others."""
        _check_several("events", events)
        sorted_ = self.parts.intake.mappings(events)
        accepted = 0
        if sorted_.events:
            accepted = self.parts.writer.write(Append(sorted_.events))
        return Receipt(accepted, len(sorted_.events) - accepted, sorted_.rejected)

    # -- what there is -----------------------------------------------------------------------------

    def item(self, id: str, **fields: Unpack[ItemFields]) -> Item:
        """Put one item into the catalogue, replacing what was known of it. Raises ``InvalidItem``."""
        told = {name: value for name, value in fields.items() if value is not None}
        item = self.parts.edge.item_from({"id": id, **told})
        self.parts.writer.write(PutItems((item,)))
        return item

    def put_items(self, items: Iterable[Mapping[str, Any]]) -> int:
        """Put items into the catalogue, all or none; how many. Raises ``InvalidItem``."""
        _check_several("items", items)
        now = self.parts.now()
        checked = [self.parts.edge.item_from(raw, now) for raw in items]
        return self.parts.writer.write(PutItems(checked)) if checked else 0

    def find_item(self, id: str) -> Item:
        """The item as the catalogue has it now. Raises ``NotFound``."""
        check_name("id", id)
        self.parts.shelf.refresh()
        item = self.parts.shelf.current(id)
        if item is None:
            raise NotFound(f"no item {id!r} in the catalogue")
        return item

    def remove_item(self, id: str) -> None:
        """Take an item out of the catalogue: it is not offered any more. Raises ``NotFound``."""
        check_name("id", id)
        if not self.parts.writer.write(RemoveItem(id)):
            raise NotFound(f"no item {id!r} in the catalogue")

    # -- what is known and decided -----------------------------------------------------------------

    def user(self, user: str, *, at: datetime | str | None = None) -> User:
        """One person; with ``at``, as they were at that instant. Text without a zone is in the store's.

        Raises ``InvalidArgument``.
        """
        past = None if at is None else _past(at, self.parts.edge.zone)
        return User(self.parts, check_name("user", user), past)

    def session(self, session: str) -> Session:
        """One session, whoever it belongs to. Raises ``InvalidArgument``."""
        return Session(self.parts, check_name("session", session))

    def trending(self, count: int = 10, *, where: Mapping[str, Any] | None = None) -> Slate:
        """What is popular lately."""
        return self.parts.decisions.trending(count, where)

    def similar(
        self, item: str, count: int = 10, *, where: Mapping[str, Any] | None = None
    ) -> Slate:
        """Items that the same people touch. Raises ``NotFound`` for an item nobody has heard of."""
        if not self.parts.decisions.knows(check_name("item", item)):
            raise NotFound(f"no item {item!r}: neither the catalogue nor an event names it")
        return self.parts.decisions.similar(item, count, where)

    def next(
        self, after: Sequence[str], count: int = 10, *, where: Mapping[str, Any] | None = None
    ) -> Slate:
        """What tends to follow these items, given oldest first."""
        return self.parts.decisions.next(after, count, where)

    def patterns(
        self, *, min_frequency: int = 3, role: str | None = None, rule: str = TESTED
    ) -> list[Pattern]:
        """What people do again and again, in one role or in all, most frequent first.

        Each came true ``min_frequency`` times (2 or more), more often than chance explains, and of
        late; with the rule ``documented`` the number of times alone decides (docs/actions.md).
        """
        return patterns.of_everyone(self.parts, min_frequency, role, rule)

    def stats(self, window: timedelta | None = None) -> dict[str, Any]:
        """What happened, ever or in the latest ``window``, from sums that never read the log.

        Events by kind, day and hour, outcomes, durations, the commonest commands and errors, about
        how many people were active, events a second, busiest hours of the day (UTC). Hours are whole:
        ``from`` and ``to`` say what the answer covers. Without a window also exposures, clicks per
        exposure by policy and position, and ``events_unknown_item``, events whose item the catalogue
        did not know when they arrived. Every field: docs/statistics.md. Raises ``InvalidArgument``.

        >>> p = Penchant(":memory:")
        >>> p.track("ann", "command", text="ls -l", success=True, id="e1")
        'e1'
        >>> p.stats(timedelta(hours=1))["commands"]
        {'ls': 1}
        >>> p.close()
        """
        return statistics.stats(self.parts, window)

    def analyze(self, hours: float = 24) -> Analysis:
        """The latest ``hours`` (whole ones) of what people did, in the words of command logs.

        Raises ``InvalidArgument``.

        >>> p = Penchant(":memory:")
        >>> p.track("ann", "command", text="ls -l", success=True, id="e1")
        'e1'
        >>> told = p.analyze(hours=24)
        >>> told.command_frequency, told.success_rate
        ({'ls': 1}, 1.0)
        >>> p.close()
        """
        return statistics.analysis(self.parts, hours)

    def alerts(self, limit: int = 100, *, level: str | None = None) -> list[Alert]:
        """What to look at, the most urgent first: at most ``limit`` (1 to 500), of one level if it is named.

        ``CRITICAL``, ``WARNING`` or ``INFO``: too many errors, slow reads, people with an unusual day or a
        new tier in the latest seven days (docs/alerts.md). Of people those who did something last are looked
        at, a thousand at most. Raises ``InvalidArgument``.

        >>> p = Penchant(":memory:")
        >>> for number in range(20):
        ...     id = p.track("ann", "command", text="make", success=number > 4)
        >>> [(one.level, one.what) for one in p.alerts()]
        [('CRITICAL', 'errors')]
        >>> p.close()
        """
        return alerts.recent(self.parts, limit, level)

    # -- in and out -------------------------------------------------------------------------------

    def import_(
        self, path: str | Path, *, dry_run: bool = False, **options: Unpack[ImportOptions]
    ) -> Imported:
        """Import a log, a catalogue (``items=True``) or an export; ``-`` is standard input.

        Durable when it returns. The same rows again add nothing. Refused rows go to a file; with
        ``dry_run`` nothing is stored. Options: docs/import.md. Raises ``InvalidArgument``.
        """
        sink = None if dry_run else StoreSink(self.parts.store, self.parts.writer)
        return import_source(path, self.parts.edge, sink, options)

    def export(
        self,
        path: str | Path,
        *,
        format: str | None = None,
        what: str = "all",
        progress: TransferProgress | None = None,
    ) -> Exported:
        """Write log and catalogue (or one: ``what``) as JSON lines or Parquet.

        Imported into an empty store under the same settings, it gives the same states.
        """
        self.flush()
        return export(self.parts.store, path, format=format, what=what, progress=progress)

    def copy(
        self,
        to: str | Path,
        *,
        check: bool = True,
        progress: TransferProgress = lambda done, share: None,
    ) -> Copied:
        """Copy log, catalogue and what retired events taught to another place, folder or database.

        Settings are not copied. Broken off, a further call goes on where it was; done, it brings what
        came since. Both stores may be in use, but nothing else may write to the copy meanwhile. With
        ``check`` everybody is then folded in both and compared, bit for bit. Raises
        ``InvalidArgument`` where the place holds something else.
        """
        self.flush()
        parts = self.parts
        if _whole(str(to)) == _whole(parts.address):
            raise InvalidArgument("to", f"{shown(to)} is the store itself; name a new place")
        target = open_whole(to, read_settings(to, {}))
        try:
            copying = Copying(parts.store, target, shown(_whole(parts.place)), shown(to))
            upto = copying.run(progress)
            if check:
                compare = Comparison(parts.store, target, parts.fold, parts.crowd, parts.now)
                copying.compared(compare.run(upto, lambda users: progress(users, None)))
        finally:
            target.close()
        return copying.result

    # -- upkeep ------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Return once everything tracked so far is durable."""
        self.parts.states.save()
        self.parts.writer.flush()

    def rebuild(
        self, *, processes: int | None = None, progress: Progress = lambda users, events: None
    ) -> Rebuilt:
        """Fold every state anew from the log, on all cores unless told otherwise.

        Serving goes on meanwhile. ``progress`` is told users and events folded so far.
        """
        self.flush()
        parts = self.parts
        folder = Folder(parts.store, parts.fold, parts.crowd, parts.shelf)
        rebuilt = rebuild(parts.address, parts.settings, folder, processes, progress)
        parts.states.forget()
        parts.population.restart()
        return rebuilt

    def retire(
        self,
        *,
        older_than: timedelta = QUARTER,
        archive: bool | None = None,
        progress: Callable[[int], None] = lambda events: None,
    ) -> Retirement:
        """Let events older than 90 days, or than told, leave the log; what they taught stays.

        With an archive (the setting ``archive``) whole months go there and are read as before; with
        ``archive=False`` events are gone for good, those in the archive as well. Either way the log
        loses its beginning, up to the first event that is too young, and ids stay refused. Profiles,
        decisions and statistics are what they were; where events are gone, ``history()`` and
        profiles as of earlier instants end. Serving goes on meanwhile. ``progress`` is told again and
        again how many events were taken out of the store so far. Raises ``InvalidArgument``.
        """
        if not isinstance(older_than, timedelta) or older_than < timedelta(0):
            raise InvalidArgument(
                "older_than", f"expected a timedelta that is not negative, got {older_than!r}"
            )
        parts = self.parts
        horizon = parts.now() - instant.span(older_than)
        into = parts.archive
        if archive and into is None:
            raise InvalidArgument("archive", "name its folder in the setting 'archive' first")
        self.flush()
        retirer = Retirer(parts.store, parts.fold, parts.crowd, parts.shelf)
        if into is None or archive is False:
            return retirer.retire(horizon, progress)
        return retirer.archive(horizon, into, progress)

    def check(self, *, progress: Callable[[int], None] = lambda users: None) -> Checked:
        """Compare every live state with a replay of the log. ``progress`` is told users done."""
        self.flush()
        parts = self.parts
        return check(parts.store, parts.fold, parts.states, parts.crowd, parts.population, progress)

    def close(self) -> None:
        """Write what waits, keep the snapshots, release the store. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        parts = self.parts
        self._housekeeping.close()
        parts.follower.close()
        try:
            parts.states.save()
            parts.writer.flush()
            if parts.population.is_worth_keeping():
                parts.population.catch_up()
                parts.writer.write(parts.population.snapshot())
        finally:
            try:
                parts.writer.close()
            finally:
                parts.store.close()

    def _let_go_of_old_events(self, progress: Callable[[int], None]) -> Retirement:
        days = timedelta(days=self.parts.settings.retention_days)
        return self.retire(older_than=days, progress=progress)

    def _let_go(self) -> None:
        """In a child process: raise from every call, and write nothing when it ends."""
        self._closed = True
        atexit.unregister(self.close)
        self.parts.leave_behind()

    def __enter__(self) -> Penchant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<penchant store {self.parts.place!r}{', closed' if self._closed else ''}>"


def _named(item: str | None) -> dict[str, str]:
    return {} if item is None else {"item": item}


def _check_several(field: str, several: object) -> None:
    if not isinstance(several, Iterable) or isinstance(several, str | bytes | Mapping):
        raise InvalidArgument(field, f"expected a list of mappings, got {several!r:.60}")


def _whole(place: str) -> str:
    """The place under one name, wherever the process stands."""
    return place if is_postgres(place) or place == MEMORY else os.path.realpath(place)


def _past(at: object, zone: tzinfo) -> Instant:
    if not isinstance(at, str) and not (isinstance(at, datetime) and at.tzinfo is not None):
        raise InvalidArgument(
            "at",
            f"expected text such as 2026-01-31T09:30:00Z, or a datetime with a zone, got {at!r}",
        )
    try:
        return instant.read(at, zone)[0]
    except (ValueError, OverflowError) as problem:
        raise InvalidArgument("at", str(problem)) from None
