"""The writer: one thread per process that commits whatever has gathered while it was committing.

Batches form by themselves across callers and requests; nobody waits for a timer.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread

from penchant.core.errors import PenchantError, QueueFull, StoreError, StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append, SaveSnapshots, Snapshot, Store, Write
from penchant.serve.meters import Meter

log = logging.getLogger("penchant.writer")

SNAPSHOTS_WAITING = 128  # snapshots go with the next commit; when so many wait, by themselves
PATIENCE = 1.0  # seconds between attempts while the store is unavailable
SWEEP_ONE_IN = 128  # events whose user is swept, by chance: a tail is 128 events in the mean
OVERDUE_ONE_IN = 1_024  # events whose user is swept even while many events wait
COMMIT_EVENTS = 5_000  # events in one transaction, so that a flood does not make everybody wait


@dataclass(slots=True)
class Ticket:
    """A write on its way. ``result`` or ``error`` is there once ``done``; ``wake`` is then called.

    Nobody waits for an unheard one: it stays queued until it is stored.
    """

    write: Write
    wake: Callable[[Ticket], None] | None = None
    heard: bool = True
    done: bool = False
    result: int = 0
    error: PenchantError | None = None

    def outcome(self) -> int:
        """The result of the write; raises what went wrong."""
        if self.error is not None:
            raise self.error
        return self.result


@dataclass(slots=True)
class _Waiting:
    tickets: deque[Ticket] = field(default_factory=deque)
    events: int = 0
    users: dict[str, int] = field(default_factory=dict)
    snapshots: dict[tuple[str, str], Snapshot] = field(default_factory=dict)


class Writer:
    """Carries writes to the store in the order of their submission.

    ``swept`` is called, on the writer's thread, with users whose tail is due to be folded, and
    whether that is overdue.
    """

    def __init__(
        self,
        store: Store,
        capacity: int,
        swept: Callable[[dict[str, bool]], None] = lambda due: None,
    ) -> None:
        self._store = store
        self._capacity = capacity
        self._swept = swept
        self._condition = Condition()
        self._waiting = _Waiting()
        self._closing = False
        self._broken: PenchantError | None = None
        self.commits = 0
        self.stored = Meter()  # events that were new
        self._thread = Thread(target=self._run, name="penchant-writer", daemon=True)
        self._thread.start()

    def submit(self, write: Write, wake: Callable[[Ticket], None] | None = None) -> Ticket:
        """Queue a write; the caller waits for the ticket, or gives ``wake`` to be called when done.

        ``wake`` runs on the writer's thread. Raises ``QueueFull`` when more events wait than the
        capacity allows; nothing was queued then.
        """
        size = len(write.events) if isinstance(write, Append) else 0
        ticket = Ticket(write, wake)
        with self._condition:
            self._check_open()
            if self._waiting.events + size > self._capacity and self._waiting.events:
                raise QueueFull(self._waiting.events, self._capacity)
            self._enqueue(ticket, size)
        return ticket

    def put(self, event: Event) -> None:
        """Queue an event without waiting for its commit; waits for room while the queue is full.

        While the store is unavailable, events are kept until it is back; once the queue is full as
        well, that error is raised and this event is not taken.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: self._waiting.events < self._capacity or self._broken or self._closing
            )
            self._check_open()
            if self._waiting.events >= self._capacity and self._broken:
                raise self._broken
            users = self._waiting.users
            users[event.user] = users.get(event.user, 0) + 1
            self._enqueue(Ticket(Append((event,)), heard=False), 1)

    def save(self, snapshots: Iterable[Snapshot]) -> None:
        """Write snapshots behind, with some later commit. They may be lost without harm."""
        with self._condition:
            waiting = self._waiting.snapshots
            for snapshot in snapshots:
                waiting[snapshot.scope, snapshot.key] = snapshot
            if len(waiting) >= SNAPSHOTS_WAITING:
                self._condition.notify_all()

    def wait(self, ticket: Ticket) -> int:
        """Block until the write is committed; its result, or what went wrong."""
        with self._condition:
            self._condition.wait_for(lambda: ticket.done)
        return ticket.outcome()

    def write(self, write: Write) -> int:
        """Submit and wait."""
        return self.wait(self.submit(write))

    def settle(self, user: str) -> None:
        """Block until every event of the user that was put in this process is committed.

        Raises what keeps them from being stored.
        """
        if user in self._waiting.users:
            with self._condition:
                self._condition.wait_for(lambda: user not in self._waiting.users or self._broken)
                if self._broken and user in self._waiting.users:
                    raise self._broken

    def settle_all(self) -> None:
        """Block until every event that was put in this process is committed, whoever it is about."""
        if self._waiting.users:
            with self._condition:
                self._condition.wait_for(lambda: not self._waiting.users or self._broken)
                if self._broken and self._waiting.users:
                    raise self._broken

    def is_settled(self) -> bool:
        """Whether every event that was put in this process is committed."""
        return not self._waiting.users

    def flush(self) -> None:
        """Block until everything queued so far is committed, snapshots included."""
        with self._condition:
            self._check_open()
            ticket = Ticket(SaveSnapshots(tuple(self._waiting.snapshots.values())))
            self._waiting.snapshots.clear()
            self._enqueue(ticket, 0)
            self._condition.wait_for(lambda: ticket.done)
        ticket.outcome()

    def waiting(self) -> int:
        """How many events wait for their commit."""
        return self._waiting.events

    def close(self) -> None:
        """Commit everything that waits, then end the thread. Raises what could not be stored."""
        with self._condition:
            if not self._closing:
                self._closing = True
                self._condition.notify_all()
        self._thread.join()
        if self._broken and self._waiting.tickets:
            raise StoreUnavailable(
                f"{self._waiting.events} events could not be stored: {self._broken}"
            ) from self._broken

    def _enqueue(self, ticket: Ticket, size: int) -> None:
        self._waiting.tickets.append(ticket)
        self._waiting.events += size
        self._condition.notify_all()

    def _check_open(self) -> None:
        if self._closing:
            raise StoreUnavailable("the store is closed; open it again to write")

    def _run(self) -> None:
        tickets: list[Ticket] = []
        try:
            while (batch := self._gather()) is not None:
                tickets, snapshots = batch
                broken = self._commit(tickets, snapshots)
                self._settle(tickets, broken)
                if broken is not None and self._closing:
                    self._abandon(broken)
                    return
        except Exception as problem:
            log.exception("the writer stopped")
            self._die(tickets, StoreUnavailable(f"the writer stopped: {problem!r}; open again"))

    def _die(self, tickets: Sequence[Ticket], error: StoreUnavailable) -> None:
        with self._condition:
            self._broken = error
            self._closing = True
            self._waiting.tickets.extendleft(
                reversed([ticket for ticket in tickets if not ticket.done])
            )
        self._abandon(error)

    def _abandon(self, error: PenchantError) -> None:
        """Tell everybody whose write still waits, so that nobody waits for ever."""
        with self._condition:
            left = [ticket for ticket in self._waiting.tickets if not ticket.done]
            for ticket in left:
                ticket.done, ticket.error = True, error
            self._condition.notify_all()
        for ticket in left:
            if ticket.wake is not None:
                ticket.wake(ticket)

    def _gather(self) -> tuple[list[Ticket], list[Snapshot]] | None:
        """Wait for something to do; ``None`` when closing and nothing is left."""
        with self._condition:
            if self._broken is not None:
                self._condition.wait_for(lambda: self._closing, timeout=PATIENCE)
            self._condition.wait_for(self._has_work)
            waiting = self._waiting
            tickets: list[Ticket] = []
            events = 0
            while waiting.tickets and events < COMMIT_EVENTS:
                tickets.append(waiting.tickets.popleft())
                write = tickets[-1].write
                events += len(write.events) if isinstance(write, Append) else 0
            snapshots = list(waiting.snapshots.values())
            waiting.snapshots.clear()
            return (tickets, snapshots) if tickets or snapshots else None

    def _has_work(self) -> bool:
        return bool(
            self._waiting.tickets
            or self._closing
            or len(self._waiting.snapshots) >= SNAPSHOTS_WAITING
        )

    def _commit(self, tickets: Sequence[Ticket], snapshots: list[Snapshot]) -> PenchantError | None:
        """Carry the writes out; returns what keeps the store from taking anything, if something does."""
        writes = [ticket.write for ticket in tickets]
        if snapshots:
            writes.append(SaveSnapshots(snapshots))
        try:
            results = self._store.commit(writes)
        except StoreError as problem:
            log.warning("commit failed: %s", problem)
            for ticket in tickets:
                ticket.error = problem
            return problem
        except Exception as problem:
            if len(tickets) > 1:
                found = [self._commit([ticket], []) for ticket in tickets]
                return next(filter(None, found), None)
            log.exception("commit failed")
            for ticket in tickets:
                ticket.error = StoreUnavailable(f"the write failed: {problem!r}")
            return None
        for ticket, result in zip(tickets, results, strict=False):
            ticket.result = result
            ticket.error = None
            if isinstance(ticket.write, Append):
                self.stored.add(result)
        self.commits += 1
        return None

    def _settle(self, tickets: Sequence[Ticket], broken: PenchantError | None) -> None:
        due: dict[str, bool] = {}
        with self._condition:
            self._broken = broken
            kept = [ticket for ticket in tickets if broken and not ticket.heard]
            self._waiting.tickets.extendleft(reversed(kept))
            settled = [ticket for ticket in tickets if not broken or ticket.heard]
            for ticket in settled:
                ticket.done = True
                if isinstance(ticket.write, Append):
                    self._count_off(ticket.write, ticket.heard, due)
            self._condition.notify_all()
        for ticket in settled:
            if ticket.wake is not None:
                ticket.wake(ticket)
        if due and not broken:
            self._swept(due)

    def _count_off(self, write: Append, heard: bool, due: dict[str, bool]) -> None:
        waiting = self._waiting
        waiting.events -= len(write.events)
        for event in write.events:
            if not heard:  # only what was put is waited for by user
                waiting.users[event.user] -= 1
                if not waiting.users[event.user]:
                    del waiting.users[event.user]
            chance = hash(event.id)
            if chance % SWEEP_ONE_IN == 0:
                due[event.user] = chance % OVERDUE_ONE_IN == 0 or due.get(event.user, False)
