"""Logging: log records as events."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from logging import LogRecord
from typing import TYPE_CHECKING, Any

from penchant.capture.hooks.actor import current_user
from penchant.capture.hooks.web import bounded, check_function
from penchant.capture.wire import TEXT_LONGEST
from penchant.core.errors import InvalidArgument
from penchant.core.names import KIND_LONGEST, check_name

if TYPE_CHECKING:
    from penchant.capture.recorder import Recorder

KIND = "log"
OWN = "penchant"

_within: ContextVar[bool] = ContextVar("penchant_within_handler", default=False)


class LogHandler(logging.Handler):
    """A handler that records what is logged on behalf of a user, as events of kind ``log``.

    The user is what ``user`` says of a log record, else its ``extra={"user": ...}``, else
    ``current_user()``; where nobody is known nothing is recorded. ``kind`` is a name, or a function of
    the log record, for one kind a level. ``text`` is the message as it was written, with what was
    put into it: personal data, perhaps; ``text=lambda record: record.msg`` keeps the pattern alone, and
    ``None`` is no text. ``item`` comes from ``extra={"item": ...}``.

    From ``ERROR`` on an event has ``success=False``; ``error`` is the type of the exception logged;
    ``context`` has ``logger`` and ``level``. What Penchant itself logs is left out. A failure goes to
    ``handleError``, as with other handlers, never to whoever logs.

    >>> import penchant, tempfile
    >>> log = logging.getLogger("shop")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with penchant.Recorder(folder) as recorder:
    ...         log.addHandler(handler := LogHandler(recorder))
    ...         log.warning("the cart of %s is full", "ann", extra={"user": "ann"})
    ...         log.removeHandler(handler)
    ...     recorder.counts.stored
    1
    """

    def __init__(
        self,
        recorder: Recorder,
        *,
        user: Callable[[LogRecord], str | None] | None = None,
        kind: str | Callable[[LogRecord], str] = KIND,
        text: Callable[[LogRecord], str | None] = LogRecord.getMessage,
        level: int | str = logging.NOTSET,
    ) -> None:
        super().__init__(level)
        if user is not None:
            check_function("user", user)
        check_function("text", text)
        if isinstance(kind, str):
            check_name("kind", kind, KIND_LONGEST)
        elif not callable(kind):
            raise InvalidArgument("kind", f"expected a name or a function, got {kind!r:.60}")
        self._record = recorder.record
        self._user = user
        self._kind = kind
        self._text = text

    def handle(self, record: LogRecord) -> Any:
        """Filter and record. No lock: a recorder takes calls of any thread, and the thread that makes
        room in one may have to log."""
        told = self.filter(record)
        if told:
            self.emit(told if isinstance(told, LogRecord) else record)
        return told

    def emit(self, record: LogRecord) -> None:
        if record.name.partition(".")[0] == OWN or _within.get():
            return
        token = _within.set(True)  # the functions of the host may log, too
        try:
            self._tell(record)
        except Exception:  # noqa: BLE001  # a log must not fail whoever logs
            self.handleError(record)
        finally:
            _within.reset(token)

    def _tell(self, record: LogRecord) -> None:
        user = self._user(record) if self._user is not None else None
        if user is None:
            user = getattr(record, "user", None)
        if user is None:
            user = current_user()
        if user is None:
            return
        text = self._text(record)
        item = getattr(record, "item", None)
        error = record.exc_info[0] if record.exc_info else None
        self._record(
            user,
            self._kind if isinstance(self._kind, str) else self._kind(record),
            bounded(item) if isinstance(item, str) else item,
            text=None if text is None else bounded(str(text), TEXT_LONGEST),
            success=False if record.levelno >= logging.ERROR else None,
            error=None if error is None else error.__name__,
            context={"logger": record.name, "level": record.levelname},
        )
