"""Digests: what is kept of the ids of events that have left the log, to refuse them for ever."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

MADE_HERE = "evt_"  # how ids begin that ascend with time
ANY = "evt`"  # later than all of those: where the ids behind digests are not known


def digest(id: str) -> bytes:
    """16 bytes: two ids alike are not to be expected among any number of events.

    >>> len(digest("e1")), digest("e1") == digest("e1"), digest("e1") == digest("e2")
    (16, True, False)
    """
    return blake2b(id.encode(), digest_size=16).digest()


def latest(ids: Iterable[str]) -> str:
    """The latest of those ids that ascend with time; empty where none does."""
    return max((id for id in ids if id.startswith(MADE_HERE)), default="")


def to_look_up(ids: Iterable[str], latest: str) -> dict[bytes, str]:
    """Ids that may be known, by their digests: all but those made after the latest known one.

    >>> list(to_look_up(["e1", "evt_07", "evt_09"], "evt_08").values())
    ['e1', 'evt_07']
    >>> len(to_look_up(["evt_09", "evt_\u00e9", "evt_\U0001f600"], ANY))
    3
    """
    return {digest(id): id for id in ids if not (id.startswith(MADE_HERE) and id > latest)}
