"""The monitor: an application's interactions recorded, analysed and told again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import penchant
from penchant.capture.episodes import Episodes
from penchant.capture.hooks.actor import current_user
from penchant.capture.hooks.web import bounded
from penchant.capture.options import check_whole
from penchant.capture.recorder import Recorder
from penchant.capture.segment import lockable
from penchant.compat.monitor.options import (
    ANONYMIZE_DATA,
    BATCH_SIZE,
    BUFFER_SIZE,
    COLLECT_PII,
    DATA_DIR,
    FLUSH_INTERVAL_SECONDS,
    RETENTION_DAYS,
)
from penchant.compat.monitor.profiles import profile_of
from penchant.compat.monitor.pseudonyms import Pseudonyms
from penchant.compat.monitor.recording import OptedOut, Recording
from penchant.compat.monitor.records import (
    OUTCOME,
    UNKNOWN,
    InteractionPattern,
    InteractionStatus,
    InteractionType,
    UserProfile,
    implied,
    type_of,
)
from penchant.compat.monitor.scrubbing import Scrub, scrubbed
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant
from penchant.io import forks, system
from penchant.measure.patterns import TESTED
from penchant.serve.engine import Penchant

SPOOL = "spool"  # the folder beside the data in which events wait
LATEST = 30.0  # seconds that a reader waits for what was recorded before


class InteractionMonitor:
    """Records what users of an application do, in the store ``place``, a folder, made if absent.

    There is nothing to start: the first interaction starts the thread that stores them, in batches
    of ``batch_size`` (1 to 10,000) or after ``flush_interval_seconds``. Until then they wait in a spool
    beside the data, which outlives the process; ``buffer_size`` of them in memory where the disk is
    full or the system has no file locks. Whoever reads, reads what was recorded before.

    ``anonymize_data`` knows users by pseudonyms (:class:`Pseudonyms`). Without ``collect_pii``, commands,
    errors and metadata go through ``scrub``, a function of a text. ``opted_out`` is a set of users, or
    a function that says of a user whether they opted out. Events older than ``retention_days`` (0 to 36,500;
    0 for never) leave the log while the store is open for reading, and between :meth:`start` and
    :meth:`stop`. ``clock`` gives the instant in microseconds since 1970 UTC.

    Nothing raises into the application but wrong arguments of the constructor and places that cannot
    be written; what cannot be used is logged and counted as rejected.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, InteractionMonitor(folder) as monitor:
    ...     at = monitor.record_interaction(
    ...         interaction_type=InteractionType.CLI_COMMAND, command="status",
    ...         status=InteractionStatus.SUCCESS, duration_ms=45.5, user_id="ann",
    ...     )
    ...     monitor.get_statistics()["successful_interactions"]
    1
    """

    _opened: Penchant | None

    def __init__(
        self,
        place: str | os.PathLike[str] = DATA_DIR,
        *,
        retention_days: int = RETENTION_DAYS,
        anonymize_data: bool = ANONYMIZE_DATA,
        collect_pii: bool = COLLECT_PII,
        batch_size: int = BATCH_SIZE,
        flush_interval_seconds: float = FLUSH_INTERVAL_SECONDS,
        buffer_size: int = BUFFER_SIZE,
        scrub: Scrub = scrubbed,
        opted_out: OptedOut | None = None,
        clock: Callable[[], Instant] = system.now,
    ) -> None:
        check_whole("retention_days", retention_days, 0, 36_500)
        for name, told in (("anonymize_data", anonymize_data), ("collect_pii", collect_pii)):
            if not isinstance(told, bool):  # "False" is true, and would keep what must not be kept
                raise InvalidArgument(name, f"expected True or False, got {told!r:.60}")
        if not callable(scrub):
            raise InvalidArgument("scrub", f"expected a function of a text, got {scrub!r:.60}")
        self.place = _folder(place)
        self._retention_days = retention_days
        self._clock = clock
        pseudonyms = Pseudonyms(self.place) if anonymize_data else None
        self.recording = Recording(
            lambda: Recorder(
                self.place,
                capacity=buffer_size,
                spool=self.place / SPOOL if lockable else None,
                batch_size=batch_size,
                interval=flush_interval_seconds,
                clock=clock,
            ),
            pseudonyms=pseudonyms,
            scrub=None if collect_pii else scrub,
            opted_out=opted_out,
        )
        self._said = Episodes()
        self._stopped = False
        self._begin()
        forks.in_child(self._begin)

    # -- what happened -----------------------------------------------------------------------------

    def record_interaction(
        self,
        interaction_type: InteractionType | str,
        command: str,
        status: InteractionStatus | str = InteractionStatus.SUCCESS,
        duration_ms: float | None = None,
        user_id: str | int | None = None,
        error_message: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        session_id: str | None = None,
    ) -> str:
        """Remember one interaction; returns its timestamp, RFC 3339 in UTC.

        ``command`` is the command line, or the path of a request. Without a ``user_id`` it is
        ``penchant.capture.hooks.current_user()``, and nobody where that is nobody. An ``error_message``
        makes a success an error. Who opted out is not recorded. ``metadata`` may take 8 KiB.
        """
        at = self._clock()
        told = status.value if isinstance(status, InteractionStatus) else status
        success: Any = told == InteractionStatus.SUCCESS.value and error_message is None
        if told not in _STATUSES:
            self._said.begin(
                "status",
                "status: expected one of %s, got %.60r; the interaction is rejected",
                ", ".join(_STATUSES),
                told,
            )
            success = repr(told)  # which the recorder refuses, and counts
        kind = (
            interaction_type.value
            if isinstance(interaction_type, InteractionType)
            else interaction_type
        )
        is_request = kind == InteractionType.API_REQUEST.value
        is_plain = told in (InteractionStatus.SUCCESS.value, implied(success, error_message))
        self.recording.record(
            self._user(user_id),
            kind,
            bounded(command) if is_request and isinstance(command, str) else None,
            text=None if is_request else command,
            at=at,
            success=success,
            error=error_message,
            duration_ms=duration_ms,
            session=session_id,
            context=None if is_plain else {OUTCOME: told},
            data=metadata,
        )
        return instant.text(at)

    # -- what is known -----------------------------------------------------------------------------

    def get_statistics(self) -> dict[str, Any]:
        """What ever happened (docs/statistics.md), and what became of this process's events.

        ``total_interactions``, ``successful_interactions``, ``failed_interactions``, ``success_rate`` in
        [0, 1] (``None`` while no outcome is known), ``average_duration_ms``, ``command_frequency``,
        ``common_errors``, ``active_users`` (an estimate), ``interactions_by_type``, and the counts of the
        recorder under ``recorder``.
        """
        told = self.latest().stats()
        kinds = {type_of(kind): count for kind, count in told["kinds"].items()}
        return {
            "total_interactions": told["events"],
            "successful_interactions": told["succeeded"],
            "failed_interactions": told["failed"],
            "success_rate": told["success_rate"],
            "average_duration_ms": told["duration_ms"]["mean"],
            "command_frequency": told["commands"],
            "common_errors": told["errors"],
            "active_users": told["active_users"]["window"],
            "interactions_by_type": kinds,
            "recorder": self.recording.recorder.counts.to_dict(),
        }

    def analyze_recent_interactions(self, hours: float = 24) -> dict[str, Any]:
        """The latest ``hours``, in whole ones, as plain data: ``Penchant.analyze``.

        Raises ``InvalidArgument`` for hours that are none.
        """
        return self.latest().analyze(hours).to_dict()

    def get_patterns(
        self, min_frequency: int = 3, *, rule: str = TESTED
    ) -> list[InteractionPattern]:
        """What all users do again and again, most frequent first: ``Penchant.patterns``.

        ``rule="documented"`` takes whatever came ``min_frequency`` times (2 or more) for a pattern.
        Raises ``InvalidArgument``.
        """
        found = self.latest().patterns(min_frequency=min_frequency, rule=rule)
        return [InteractionPattern.of(pattern) for pattern in found]

    def get_user_profile(self, user_id: str | int) -> UserProfile | None:
        """What is known of a user by that name, not by pseudonym; ``None`` where nothing is."""
        p = self.latest()
        return profile_of(p, self.recording.pseudonym(str(user_id)))

    @property
    def store(self) -> Penchant:
        """The store of the monitor, opened when first asked for: everything else penchant knows."""
        with self._lock:
            if self._opened is None:
                self._opened = penchant.open(
                    self.place, clock=self._clock, retention_days=self._retention_days
                )
            return self._opened

    def latest(self) -> Penchant:
        """The store, knowing everything that was recorded before, if 30 s suffice to store it."""
        self.recording.recorder.flush(LATEST)
        p = self.store
        p.parts.population.catch_up()
        return p

    # -- upkeep ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the store, so that old events leave it; after :meth:`stop` record again.

        Recording needs no start. Twice is as good as once.
        """
        with self._lock:
            if self._stopped:
                self._stopped = False
                self.recording.again()
        _ = self.store

    def stop(self) -> None:
        """Store what waits and let go of threads and files; twice is as good as once.

        What is recorded afterwards is dropped, counted and logged. At the end of the program this
        happens by itself.
        """
        with self._lock:
            self._stopped = True
            opened, self._opened = self._opened, None
        self.recording.recorder.close()
        if opened is not None:
            opened.close()

    def __enter__(self) -> InteractionMonitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<interaction monitor of {str(self.place)!r}{', stopped' if self._stopped else ''}>"

    def _begin(self) -> None:
        """Nothing is opened yet; in a child process what the parent opened is the parent's."""
        self._lock = threading.RLock()
        self._opened = None

    def _user(self, user_id: object) -> object:
        user = current_user() if user_id is None else user_id
        return UNKNOWN if user is None else user


_STATUSES = tuple(status.value for status in InteractionStatus)


def _folder(place: str | os.PathLike[str]) -> Path:
    if "://" in str(place):
        raise InvalidArgument(
            "place", f"expected a folder, got {place!r:.60}; a recorder takes addresses"
        )
    return system.path_of("place", place).absolute()
