"""Actions: what an event was, in a word, so that one can be said to follow another."""

from __future__ import annotations

from hashlib import blake2b
from zlib import crc32

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant
from penchant.profile.feature import Signal

COMMANDS = frozenset({"command", "api_request"})
NAME = 64  # bytes of an action; a longer one is shortened
ROLE = 32  # bytes of a role
DIGEST = 6  # signs that keep long names with the same beginning apart
REACH: Instant = DAY  # within a session that is named, an action follows another within a day


def action_of(signal: Signal) -> str | None:
    """What the person did, at most 64 bytes.

    The first word of ``text`` for commands (their item where there is no text), the item of what
    is consumed, such as a page; else the kind with the ``category`` that the event tells in its
    ``data``, if any. The catalogue has no say: what everyone did is counted once, with what was
    known then, and must be the same when the log is imported elsewhere. ``None`` for a command of
    which nothing is known.
    """
    event = signal.event
    kind = signal.kind
    name: str | None
    if kind.name in COMMANDS:
        words = event.text.split(None, 1) if event.text else None
        name = words[0] if words else event.item
        if name is None:
            return None
    elif kind.group == "consume":
        name = event.item or kind.name
    else:
        category = event.data.get("category") if event.data else None
        name = f"{kind.name} {category}" if isinstance(category, str) else kind.name
    return name if len(name) <= NAME // 4 else shortened(name, NAME)  # four bytes a sign at most


def role_of(event: Event) -> str:
    """The role in which the person acted, by the event's context; empty where it names none."""
    context = event.context
    role = context.get("role") if context else None
    return shortened(role, ROLE) if role and isinstance(role, str) else ""


def session_of(event: Event) -> int:
    """A number for the session that the event names, 0 where it names none."""
    return 0 if event.session is None else crc32(event.session.encode()) or 1


def follows(elapsed: Instant, session: int, before: int, gap: Instant) -> bool:
    """Whether an event of ``session`` belongs to the run of events whose last one, ``elapsed``
    earlier, was of session ``before``.

    It does within ``gap``, or within a day where both name the same session. A late event, of
    which ``elapsed`` is negative, does not: what came before it is not known any more.

    >>> from penchant.core.instant import HOUR, MINUTE
    >>> [follows(minutes * MINUTE, 0, 0, HOUR) for minutes in (-1, 0, 60, 61)]
    [False, True, True, False]
    """
    if session != before:
        return False
    return 0 <= elapsed <= (max(gap, REACH) if session else gap)


def shortened(name: str, size: int) -> str:
    """A name of at most ``size`` bytes: its beginning and a digest of all of it where it is longer.

    >>> shortened("nmap", 16), shortened("/a/rather/long/path", 16)
    ('nmap', '/a/rath…6b7761')
    """
    if len(name) <= size and name.isascii():
        return name
    told = name.encode()
    if len(told) <= size:
        return name
    digest = blake2b(told, digest_size=DIGEST // 2).hexdigest()
    return told[: size - DIGEST - 3].decode(errors="ignore") + "…" + digest
