"""Target: where events are sent, and the ways it may answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Refused:
    """One event that the target refused: its place among those sent, the field, and why."""

    index: int
    field: str
    reason: str


class Unavailable(Exception):
    """Nothing was acknowledged: send again, not before ``after`` seconds where that is known.

    ``mend`` says what is to be done where it will not get better by itself.
    """

    def __init__(self, reason: str, *, after: float | None = None, mend: str | None = None) -> None:
        super().__init__(reason)
        self.after = after
        self.mend = mend


class Unfit(Exception):
    """The target takes no such batch: fewer events may do, and one alone is refused for this."""


class Target(Protocol):
    """Takes events; its methods are called by the shipping thread alone, but for :meth:`abort`.

    ``address`` is where they are sent: the same for each way to write it, and without any secret.
    """

    address: str

    def prepare(self, fields: dict[str, Any]) -> Any:
        """An event as it is sent. Raises ``InvalidEvent``."""

    def send(self, events: Sequence[Any]) -> list[Refused]:
        """Send; the events not refused are stored. Raises ``Unavailable`` and ``Unfit``."""

    def abort(self) -> None:
        """From another thread: end a :meth:`send` that is under way, if that is possible."""

    def close(self) -> None:
        """Let go of what is open."""
