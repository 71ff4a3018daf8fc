"""Recording: a recorder that keeps names and texts to itself, as hooks and the monitor use it."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

from penchant.capture.episodes import Episodes
from penchant.capture.options import skipping
from penchant.capture.recorder import Recorder
from penchant.compat.monitor.pseudonyms import Pseudonyms
from penchant.compat.monitor.records import UNKNOWN
from penchant.compat.monitor.scrubbing import Scrub, without

OptedOut = Callable[[str], bool] | Container[str]


class Recording:
    """Hands events to the recorder that ``recorder`` makes, under pseudonyms and with texts scrubbed.

    Hooks take it for a :class:`penchant.Recorder`. ``opted_out`` is asked for the user's own name.
    """

    def __init__(
        self,
        recorder: Callable[[], Recorder],
        *,
        pseudonyms: Pseudonyms | None,
        scrub: Scrub | None,
        opted_out: OptedOut | None,
    ) -> None:
        self._make = recorder
        self._pseudonyms = pseudonyms
        self._scrub = scrub
        self._opted_out = skipping(opted_out, 1.0)
        self._said = Episodes()
        self.recorder = recorder()

    def record(self, user: Any, kind: str, item: str | None = None, **fields: Any) -> str | None:
        """Remember that a user did something; the id of the event, ``None`` for who opted out."""
        name = self.stored(user)
        if name is None:
            return None
        if self._scrub is not None:
            item, fields = self._clean(self._scrub, item, fields)
        return self.recorder.record(name, kind, item, **fields)

    def stored(self, user: Any) -> str | None:
        """The name under which a user is known to the log; ``None`` for who opted out."""
        try:
            told = str(user)
        except Exception as problem:  # noqa: BLE001  # whatever was handed in, the host goes on
            self._said.begin("user", "a user has no name, it is taken for unknown: %r", problem)
            told = UNKNOWN
        if told == UNKNOWN:
            return UNKNOWN
        if self._opted_out is not None and self._is_out(told):
            return None
        return self.pseudonym(told)

    def pseudonym(self, user: str) -> str:
        """The pseudonym of a user, or the name itself where there are none."""
        # A name of no characters is no user: the recorder says so.
        return self._pseudonyms.of(user) if self._pseudonyms is not None and user else user

    def again(self) -> None:
        """Go on after the recorder was closed, with another one."""
        self.recorder = self._make()

    def _is_out(self, user: str) -> bool:
        assert self._opted_out is not None
        try:
            return bool(self._opted_out(user))
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self._said.begin("out", "'opted_out' failed, events are left out: %r", problem)
            return True

    def _clean(
        self, scrub: Scrub, item: str | None, fields: dict[str, Any]
    ) -> tuple[str | None, dict[str, Any]]:
        try:
            told = {
                name: without(value, scrub) if name in _TEXTS else value
                for name, value in fields.items()
            }
            return without(item, scrub), told
        except Exception as problem:  # noqa: BLE001  # the function is of the host
            self._said.begin("scrub", "'scrub' failed, texts are left out: %r", problem)
            kept = {name: value for name, value in fields.items() if name not in _TEXTS}
            return None, kept


_TEXTS = frozenset({"text", "error", "context", "data"})
