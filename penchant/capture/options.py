"""Options: what a recorder may be made with, checked where it is made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container
from hashlib import blake2b
from pathlib import Path
from typing import Any

from penchant.capture.buffer import Buffer, Queue
from penchant.capture.course import Course
from penchant.capture.last_resort import LastResort
from penchant.capture.segment import lockable
from penchant.capture.spool import Spool
from penchant.capture.target import Target
from penchant.core.errors import InvalidArgument

SPOOL_LEAST = 1024 * 1024  # bytes: four segments, each with room for the largest record
HTTP = ("http://", "https://")
DATABASES = ("postgresql", "postgres")  # schemes of stores; the store itself reads the rest
BATCH_MOST = 10_000  # events of one request, as the server has it
HOST_AND_PORT = re.compile(r"[\w.-]+:\d+/?")
_SCALE = 1 << 64


def check_whole(field: str, value: object, least: int, most: int) -> None:
    """Raise ``InvalidArgument`` unless it is a whole number within the bounds."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidArgument(
            field, f"expected a whole number from {least} to {most}, got {value!r:.60}"
        )


def check_seconds(field: str, value: object) -> None:
    """Raise ``InvalidArgument`` unless it is a number of seconds above 0, at most a day."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 86_400:
        raise InvalidArgument(
            field, f"expected seconds, more than 0 and at most a day, got {value!r:.60}"
        )


def policy_of(when_full: object, spools: bool) -> str:
    """What happens where it is full. Raises ``InvalidArgument``.

    >>> policy_of(None, spools=False), policy_of(None, spools=True)
    ('drop', 'spill')
    """
    if when_full is None:
        return "spill" if spools else "drop"
    if when_full not in ("wait", "drop", "spill"):
        raise InvalidArgument(
            "when_full", f"expected 'wait', 'drop' or 'spill', got {when_full!r:.60}"
        )
    if when_full == "spill" and not spools:
        raise InvalidArgument("when_full", "'spill' needs a place for it: spool='events.spool'")
    return str(when_full)


def spool_of(told: str | os.PathLike[str] | None) -> Path | None:
    """The folder of a spool. Raises ``InvalidArgument``."""
    if told is None:
        return None
    if not lockable:
        raise InvalidArgument("spool", "needs file locks, which this system does not have")
    return Path(_path("spool", told)).expanduser().absolute()


def unsent_of(told: str | os.PathLike[str] | None) -> Path | None:
    """The folder for what could not be sent before the end. Raises ``InvalidArgument``.

    ``None`` also where nothing can be kept: the user has no home, or the system no file locks.
    """
    if told is None:
        return None
    place = os.path.expanduser(_path("unsent", told))
    if place.startswith("~") or not lockable:
        return None
    return Path(place).absolute()


def _path(field: str, told: object) -> str:
    try:
        place = os.fspath(told)  # type: ignore[call-overload]  # that is what is tried
    except TypeError:
        place = ""
    if not isinstance(place, str) or not place or "\0" in place:
        raise InvalidArgument(field, f"expected the path of a folder, got {told!r:.60}")
    return place


def queue_of(
    folder: Path | None,
    unsent: Path | None,
    size: int,
    capacity: int,
    policy: str,
    batch_size: int,
) -> Callable[[Course], Queue]:
    """Makes the queue of a course. What is left at the end is for the same target only."""

    def queue(course: Course) -> Queue:
        waits = policy == "wait"
        if folder is not None:
            return Spool(
                folder, course.tally, course.full, course.failed, course.pace.ring, course.left,
                batch=batch_size, capacity=capacity, spills=policy == "spill", waits=waits, size=size,
            )  # fmt: skip
        if unsent is not None:
            own = blake2b(course.target.address.encode(errors="surrogatepass"), digest_size=16)
            return LastResort(
                unsent / own.hexdigest(), capacity, course.tally, course.full, course.left,
                waits=waits, size=size,
            )  # fmt: skip
        return Buffer(capacity, course.tally, course.full, waits=waits)

    return queue


def place_of(told: str | os.PathLike[str]) -> str:
    """An address as it is told, or a folder wherever the program goes: an absolute path.

    Raises ``InvalidArgument``.
    """
    try:
        place = os.fspath(told)
    except TypeError:
        place = ""
    if not isinstance(place, str) or not place or "\0" in place or place == ":memory:":
        raise InvalidArgument(
            "target", f"expected the address of a server or a folder, got {told!r:.60}"
        )
    if place.startswith(HTTP):
        return place
    scheme, is_address, _ = place.partition("://")
    if is_address and scheme.lower() not in DATABASES:
        raise InvalidArgument(
            "target",
            f"expected http://, https://, postgresql:// or a folder, got {scheme + '://'!r:.40}",
        )
    if HOST_AND_PORT.fullmatch(place):  # it would be a folder of that name, and nobody would notice
        raise InvalidArgument(
            "target",
            f"expected the address of a server or a folder, got {told!r:.60}; "
            "an address begins with http:// or https://, a folder of such a name with ./",
        )
    return place if is_address else os.path.abspath(os.path.expanduser(place))


def target_of(place: str, key: str | None, timeout: float) -> Target:
    """The target at a place of :func:`place_of`. Raises ``InvalidArgument``."""
    if place.startswith(HTTP):
        from penchant.capture.http_target import HttpTarget  # with http.client: some milliseconds

        return HttpTarget(place, key, timeout)
    if key is not None:
        raise InvalidArgument("key", "a key goes with an address; a folder takes none")
    from penchant.capture.store_target import StoreTarget

    return StoreTarget(place)


def skipping(
    opted_out: Callable[[str], bool] | Container[str] | None, sample: float
) -> Callable[[Any], bool] | None:
    """Whether to leave out what a user does; ``None`` where nobody is left out.

    >>> skips = skipping({"eve"}, 1.0)
    >>> skips("eve"), skips("ann")
    (True, False)
    """
    if not isinstance(sample, int | float) or isinstance(sample, bool) or not 0.0 <= sample <= 1.0:
        raise InvalidArgument("sample", f"expected a share from 0 to 1, got {sample!r:.60}")
    refuses = _membership(opted_out)
    if sample == 1.0:
        return refuses

    def skips(user: object) -> bool:
        return (refuses is not None and refuses(user)) or not in_sample(user, sample)

    return skips


def in_sample(user: object, sample: float) -> bool:
    """Whether a user is in a sample: always the same users, of a larger sample more of them.

    >>> sum(in_sample(f"user-{n}", 0.1) for n in range(10_000))
    1014
    """
    digest = blake2b(str(user).encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < sample * _SCALE


def _membership(
    opted_out: Callable[[str], bool] | Container[str] | None,
) -> Callable[[Any], bool] | None:
    if opted_out is None:
        return None
    if callable(opted_out):
        return opted_out
    if isinstance(opted_out, str) or not hasattr(opted_out, "__contains__"):
        raise InvalidArgument(
            "opted_out", f"expected a set of users or a function, got {type(opted_out).__name__}"
        )
    return opted_out.__contains__
