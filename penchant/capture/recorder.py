"""The recorder: what an application says of its users, kept until it is stored."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Container, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Literal

from penchant.capture.buffer import Doors, Queue
from penchant.capture.counts import Counts
from penchant.capture.course import Course
from penchant.capture.ending import close_with_worker, watch
from penchant.capture.episodes import LOG
from penchant.capture.options import (
    BATCH_MOST,
    SPOOL_LEAST,
    check_seconds,
    check_whole,
    place_of,
    policy_of,
    queue_of,
    skipping,
    spool_of,
    target_of,
    unsent_of,
)
from penchant.capture.pace import Pace
from penchant.capture.records import FORMAT, LONGEST, PLAIN, dumps, is_plain, patiently
from penchant.capture.wire import fields_of, line_of
from penchant.core.errors import InvalidArgument, InvalidEvent, PenchantError
from penchant.core.wording import counted

SHUT = Doors()  # where a record must not go as it is: before the first event, and after the end
# Why a file cannot be made that could be made tomorrow: no reason to refuse to begin.
PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE})
CLOSING = 5.0  # seconds that the end of a program waits for what is still to be sent


class Recorder:
    """Remembers what users do and sends it to ``target``, beside the application.

    ``target`` is the address of a server, with its ``key``, or a folder. :meth:`record` returns an id at
    once; a thread, which starts with the first event, sends batches of ``batch_size`` (1 to 10,000
    events), or what there is every ``interval`` seconds. Until the target has answered for an event it
    waits: up to ``capacity`` events. Where it is full the oldest is dropped (``when_full="drop"``), or
    :meth:`record` waits up to a minute for room (``"wait"``; the one policy that blocks).

    With a ``spool``, the path of a folder, events wait on disk and outlive the process; the next one with
    that path sends them. ``"spill"``, which is then the default, lets as many wait as fit into
    ``spool_size`` bytes. Raises ``InvalidArgument`` where it cannot be written.

    Without one, events wait in memory, and a kill of the process loses them. What could not be sent
    before the end goes into a file in the folder ``unsent``, which the next recorder of the same target
    sends; up to ``spool_size`` bytes for each target. ``None`` drops it.

    Nothing raises into the application but wrong arguments of the constructor: an event that cannot be
    used is counted as rejected and named in the log ``penchant.capture``. With ``strict=True``, for tests,
    :meth:`record` raises ``InvalidEvent`` instead, and ``PenchantError`` once the recorder is closed.

    ``opted_out`` is a set of users, or a function that says whether one opted out; ``sample`` keeps that
    share of the users, always the same ones with all they do. ``timeout`` is how long an answer may take,
    in seconds. ``clock`` gives the instant in microseconds since 1970 UTC, ``pace`` how the thread waits.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Recorder(folder) as recorder:
    ...         id = recorder.record("ann", "click", "run-5k", duration_ms=12)
    ...     recorder.counts.stored
    1
    """

    _queue: Doors | Queue
    _put: Callable[[bytes], None]  # where a record goes; changes with the first event and the end
    _make: Callable[[], Course]

    def __init__(
        self,
        target: str | os.PathLike[str],
        *,
        key: str | None = None,
        capacity: int = 100_000,
        when_full: Literal["wait", "drop", "spill"] | None = None,
        spool: str | os.PathLike[str] | None = None,
        spool_size: int = 256 * 1024 * 1024,
        unsent: str | os.PathLike[str] | None = "~/.local/state/penchant/unsent",
        batch_size: int = 500,
        interval: float = 1.0,
        timeout: float = 10.0,
        opted_out: Callable[[str], bool] | Container[str] | None = None,
        sample: float = 1.0,
        strict: bool = False,
        clock: Callable[[], int] | None = None,
        pace: Pace | None = None,
    ) -> None:
        check_whole("capacity", capacity, 1, 100_000_000)
        policy = policy_of(when_full, spool is not None)
        folder = spool_of(spool)
        last_resort = unsent_of(unsent)
        check_whole("spool_size", spool_size, SPOOL_LEAST, 1 << 50)
        check_whole("batch_size", batch_size, 1, BATCH_MOST)
        check_seconds("interval", interval)
        check_seconds("timeout", timeout)
        place = place_of(target)
        target_of(place, key, timeout)
        self._skips = skipping(opted_out, sample)
        self._strict = strict
        self._batch_size = batch_size
        if policy != "spill":  # else it would be full before a batch is
            self._batch_size = min(batch_size, max(capacity // 2, 1))
        self._nanoseconds: Callable[[], int] = (
            time.time_ns if clock is None else lambda: clock() * 1_000
        )
        self._make = lambda: Course(
            target_of(place, key, timeout),
            pace or Pace(),
            queue=queue_of(folder, last_resort, spool_size, capacity, policy, self._batch_size),
            clock=lambda: self._nanoseconds(),
            batch_size=self._batch_size,
            interval=interval,
        )
        self._closed = False
        self._begin()
        self._look_for_left()
        watch(self)

    def record(
        self,
        user: str,
        kind: str,
        item: str | None = None,
        *,
        at: datetime | str | float | None = None,
        session: str | None = None,
        value: float | None = None,
        text: str | None = None,
        success: bool | None = None,
        error: str | None = None,
        duration_ms: float | None = None,
        request: str | None = None,
        position: int | None = None,
        context: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> str:
        """Remember that a user did something; returns the id of the event.

        ``at`` is when it happened, now unless told. What is handed in may be changed afterwards: the
        event does not change. No file, socket or other process is waited for. The id is also returned
        for an event that is left out or cannot be used; it is in no log then.
        """
        stamps = self._stamps
        now = self._nanoseconds()
        if not stamps.latest <= now < stamps.until:
            now = stamps.turn(now)
        stamps.latest = now
        id = f"{stamps.head}{next(stamps.numbers)}"
        try:
            if self._skips is not None and self._is_skipped(user):
                return id
            # In the order of records.FIELDS.
            event = (
                id, now, user, kind, item, at, session, value, text, success, error, duration_ms,
                request, position, context, data,
            )  # fmt: skip
            if (
                type(user) in PLAIN
                and (item is None or type(item) in PLAIN)
                and (at is None or type(at) in PLAIN)
                and (session is None or type(session) in PLAIN)
                and (duration_ms is None or type(duration_ms) in PLAIN)
                and (value is None or type(value) in PLAIN)
                and (success is None or type(success) is bool)
                and (position is None or type(position) is int)
                and (context is None or is_plain(context))
                and (data is None or is_plain(data))
            ):
                try:
                    kept = dumps(event, FORMAT)
                except ValueError:
                    kept = patiently(event)
            else:
                kept = patiently(event)
            if len(kept) > LONGEST or self._strict:
                self._look_at(kept, now)
        except Exception as problem:  # noqa: BLE001  # whatever was handed in, the host goes on
            self._refuse(problem)
            return id
        queue = self._queue
        depth = len(queue.records)
        if depth < queue.room:
            queue.records.append(kept)
            if depth == self._batch_size:
                self._course.pace.ring()
            return id
        try:
            self._put(kept)
        except OSError as problem:  # it is kept, but a file could not be made or removed
            self._course.failed(problem)
        if self._closed:  # while this waited for room: nobody else would come for it
            self._course.give_up()
        return id

    def flush(self, timeout: float | None = 5.0) -> bool:
        """Wait until all that was recorded before is answered for, at most ``timeout`` seconds.

        Answered for is stored, rejected or dropped. Returns whether it is; ``None`` waits without an
        end, or until :meth:`close`. It is sent at once, also in a pause after a failure.
        """
        return self._course.flush(timeout)

    async def flushed(self, timeout: float | None = 5.0) -> bool:
        """:meth:`flush` for ``asyncio``: the event loop goes on in the meantime."""
        import asyncio

        return await asyncio.to_thread(self.flush, timeout)

    def close(self, timeout: float = CLOSING) -> None:
        """Flush, stop the thread and let go of everything; twice is as good as once.

        What could not be sent within ``timeout`` seconds waits in the spool, or in the folder ``unsent``,
        for the next recorder; where it cannot, it is dropped, counted and logged. What is recorded
        afterwards is dropped. At the end of the program this happens by itself.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue = SHUT
            self._put = self._late
        lost = self._course.close(timeout)
        if lost:
            are = "is" if lost == 1 else "are"
            LOG.warning(
                "%s could not be sent before the end and %s lost", counted(lost, "event"), are
            )

    @property
    def counts(self) -> Counts:
        """What became of the events recorded in this process."""
        return self._course.counts()

    def begin_anew(self) -> None:
        """In a child process: what the parent has is the parent's. It happens by itself after a fork."""
        self._course.queue.let_go()
        self._begin()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> None:
        """A course of this process, in which nothing has happened yet."""
        self._lock = threading.RLock()
        self._course = self._make()
        self._stamps = self._course.stamps
        self._queue = SHUT
        self._put = self._late if self._closed else self._first

    def _look_for_left(self) -> None:
        """Make sure that a spool can be written; where processes left something, begin to send it."""
        try:
            if self._course.queue.prepare():
                self._course.start()
        except OSError as error:
            if error.errno in PASSING:
                self._course.failed(error)
                return
            raise InvalidArgument(
                "spool",
                f"cannot be written: {error}; choose a folder of which this program is the owner",
            ) from None

    def _first(self, kept: bytes) -> None:
        """Keep the first event and start the thread; as long as that fails, the next one tries."""
        self._course.queue.put(kept)
        with self._lock:
            if not self._closed and self._course.start():
                queue = self._course.queue
                self._queue, self._put = queue, queue.put
                close_with_worker(self.close)

    def _late(self, kept: bytes) -> None:
        self._course.tally.add(dropped=1)
        self._course.episodes.begin(
            "closed", "an event came after the recorder was closed and is dropped"
        )
        if self._strict:
            raise PenchantError("the recorder is closed; make another one")

    def _is_skipped(self, user: str) -> bool:
        """Whether to leave it out; who cannot be asked for may have opted out."""
        assert self._skips is not None
        try:
            skipped = self._skips(user)
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self._course.episodes.begin(
                "opted_out", "'opted_out' failed, events are left out: %r", problem
            )
            skipped = True
        if skipped:
            self._course.tally.add(skipped=1)
        return bool(skipped)

    def _look_at(self, kept: bytes, now: int) -> None:
        """Raise ``InvalidEvent`` for what is too large; for all that is wrong, if it is strict."""
        if len(kept) > LONGEST:
            raise InvalidEvent("$", f"takes {len(kept)} bytes, at most {LONGEST} are kept")
        if self._strict:
            line_of(fields_of(kept, now))

    def _refuse(self, problem: Exception) -> None:
        field, reason = "$", repr(problem)
        if isinstance(problem, InvalidEvent):
            field, reason = problem.field, problem.reason
        self._course.tally.add(rejected=1)
        self._course.shipping.refuse(field, reason)
        if self._strict:
            raise problem if isinstance(problem, InvalidEvent) else InvalidEvent(field, reason)
