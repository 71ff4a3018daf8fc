"""Records: what a user interaction monitor calls an interaction, a pattern and a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from penchant.core import instant
from penchant.core.event import Event
from penchant.measure.patterns import Pattern

OUTCOME = "outcome"  # where an event's context tells a status that nothing else of it does
UNKNOWN = "unknown"  # the user of what nobody is known for, and the status of what told none


class InteractionType(Enum):
    """What sort of interaction it was; any other kind of event may be told by its name."""

    CLI_COMMAND = "cli_command"
    API_REQUEST = "api_request"


class InteractionStatus(Enum):
    """How an interaction ended. Only ``SUCCESS`` counts as one."""

    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    TIMEOUT = "timeout"


class _Record:
    """A record as the files have it."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, in their order."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]  # every record is a dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction(_Record):
    """One interaction, as a line of ``interactions_YYYY-MM-DD.jsonl`` (CONTRACT S1-33).

    ``timestamp`` is RFC 3339 in UTC. ``status`` is that of :class:`InteractionStatus`, or ``unknown``
    where the event told no outcome. ``duration_ms`` is 0.0 where it told none. ``session_id`` is the
    session that was told, never a guess; ``user_hash`` is ``None`` where nobody was known.
    """

    timestamp: str
    interaction_type: str
    command: str
    status: str
    duration_ms: float = 0.0
    error_message: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    session_id: str | None = None
    user_hash: str | None = None

    @classmethod
    def of(cls, event: Event) -> Interaction:
        """The interaction that an event of the log is."""
        return cls(
            timestamp=instant.text(event.at),
            interaction_type=type_of(event.kind),
            command=event.text or event.item or "",
            status=status_of(event),
            duration_ms=event.duration_ms or 0.0,
            error_message=event.error,
            metadata=event.data or {},
            session_id=event.session,
            user_hash=None if event.user == UNKNOWN else event.user,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionPattern(_Record):
    """Something that is done again and again (CONTRACT S1-34); ``confidence`` lies in [0, 1].

    ``first_seen`` and ``last_seen`` are RFC 3339 in UTC.
    """

    pattern_id: str
    pattern_type: str
    frequency: int
    first_seen: str
    last_seen: str
    confidence: float
    description: str
    examples: list[str]

    @classmethod
    def of(cls, pattern: Pattern) -> InteractionPattern:
        """The same pattern under these names, without its actions."""
        told = pattern.to_dict()
        del told["actions"]
        return cls(**told)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserProfile(_Record):
    """What is known of one user (CONTRACT S1-35).

    ``success_rate`` lies in [0, 1], of the interactions that told an outcome; ``None`` while none did.
    ``peak_usage_hours`` are up to three hours of the day in the user's zone, busiest first.
    ``common_commands``, ``common_errors`` and ``preferred_experts`` are up to five each of the latest
    5,000 interactions, commonest first; an expert is what ``metadata`` calls ``expert``.
    ``last_updated`` is when the latest interaction happened.
    """

    user_hash: str
    total_interactions: int
    success_rate: float | None
    avg_session_duration_minutes: float
    peak_usage_hours: list[int]
    common_commands: list[str]
    common_errors: list[str]
    preferred_experts: list[str]
    last_updated: str


def implied(success: bool | None, error: str | None) -> str:
    """The status that the outcome of an event says by itself.

    >>> implied(True, None), implied(False, None), implied(False, "no such file"), implied(None, None)
    ('success', 'failure', 'error', 'unknown')
    """
    if error is not None:
        return InteractionStatus.ERROR.value
    if success is None:
        return UNKNOWN
    status = InteractionStatus.SUCCESS if success else InteractionStatus.FAILURE
    return status.value


def status_of(event: Event) -> str:
    """The status of an event, as it was told, else as its outcome implies it."""
    told = (event.context or {}).get(OUTCOME)
    if isinstance(told, str) and told in _STATUSES:
        return told
    return implied(event.success, event.error)


def type_of(kind: str) -> str:
    """What a monitor calls events of that kind.

    >>> type_of("command"), type_of("api_request"), type_of("click")
    ('cli_command', 'api_request', 'click')
    """
    return _TYPES.get(kind, kind)


_TYPES = {"command": InteractionType.CLI_COMMAND.value}
_STATUSES = frozenset(status.value for status in InteractionStatus)
