"""Instants: integer microseconds since 1970-01-01 UTC, and how outside times become one."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo

Instant: TypeAlias = int

SECOND: Instant = 1_000_000
MINUTE: Instant = 60 * SECOND
HOUR: Instant = 60 * MINUTE
DAY: Instant = 24 * HOUR

EARLIEST: Instant = -2_208_988_800 * SECOND  # 1900-01-01: older than any log, young enough for SQL
LATEST: Instant = 253_402_300_799 * SECOND  # 9999-12-31T23:59:59Z: the last second of datetime
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# An epoch number says its unit by its size: seconds reach 1e11 in the year 5138, milliseconds
# reach it in 1973. Logs from 1973 on are read rightly in all four units.
_UNITS = ((1e11, SECOND), (1e14, SECOND // 1_000), (1e17, 1))


def instant(moment: datetime) -> Instant:
    """The instant of an aware ``datetime``, exact to the microsecond.

    Raises ``ValueError`` for a naive one: it names no instant without a zone.

    >>> instant(datetime(2026, 1, 1, tzinfo=UTC))
    1767225600000000
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; add one, for example UTC")
    return (moment - EPOCH) // _MICROSECOND


def moment(at: Instant) -> datetime:
    """The aware ``datetime`` in UTC of an instant; the inverse of :func:`instant`.

    >>> moment(1767225600000000)
    datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    return EPOCH + timedelta(microseconds=at)


def offset(at: Instant, zone: tzinfo) -> int:
    """The UTC offset of a zone at an instant, in minutes.

    >>> from zoneinfo import ZoneInfo
    >>> offset(1767225600000000, ZoneInfo("Europe/Madrid"))
    60
    """
    local = moment(at).astimezone(zone)
    return (local.utcoffset() or timedelta(0)) // timedelta(minutes=1)


def zone_named(name: object) -> ZoneInfo:
    """A zone of the tz database, by its name. Raises ``ValueError`` saying what is expected.

    >>> zone_named("Europe/Madrid")
    zoneinfo.ZoneInfo(key='Europe/Madrid')
    """
    try:
        if isinstance(name, str):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    raise ValueError(f"{name!r:.60} is no time zone; expected one such as Europe/Madrid")


def text(at: Instant) -> str:
    """RFC 3339 in UTC with ``Z``; a fraction is written only where there is one.

    >>> text(1767225600000000), text(1767225600500000)
    ('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.500000Z')
    """
    return moment(at).isoformat().replace("+00:00", "Z")


def span(duration: timedelta) -> Instant:
    """A duration in microseconds.

    >>> span(timedelta(minutes=30)) == 30 * MINUTE
    True
    """
    return duration // _MICROSECOND


def read(value: datetime | str | int | float, zone: tzinfo) -> tuple[Instant, int | None]:
    """An outside time as an instant, and the UTC offset in minutes it was written with.

    Understood: ``datetime``; RFC 3339 and ISO 8601 text, also a bare date (its midnight); epoch
    numbers (or digits as text) in seconds, milliseconds, microseconds or nanoseconds, told apart
    by their size. What has no zone is read in ``zone``. The offset is ``None`` where the writer's
    local time is unknown: epoch numbers and ``Z``. Raises ``ValueError`` saying what is expected.

    >>> read("2026-01-01T09:00:00+02:00", UTC)
    (1767250800000000, 120)
    >>> read(1538405774195002000, UTC) == read("2018-10-01T14:56:14.195002Z", UTC)
    True
    """
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no time; send RFC 3339 text or an epoch number")
    if isinstance(value, int | float):
        return _from_number(value), None
    if isinstance(value, str):
        stripped = value.strip()
        if _is_number(stripped):
            return _from_number(float(stripped) if "." in stripped else int(stripped)), None
        value = _from_text(stripped)
        if value.tzinfo is UTC and not stripped.endswith(("Z", "z")):
            return _bounded(instant(value)), 0
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    elif value.tzinfo is UTC:
        return _bounded(instant(value)), None
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(f"the zone {zone} gives no UTC offset for {value.isoformat()}")
    return _bounded(instant(value)), int(offset.total_seconds()) // 60


def _is_number(text: str) -> bool:
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = whole + fraction
    # Eight digits are a date (20260131), not two days of January 1971.
    return digits.isascii() and digits.isdigit() and len(whole) != 8 and len(whole) > 4


def _from_text(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text[:40]!r} is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, "
            "a date, or an epoch number"
        ) from None


def _from_number(number: int | float) -> Instant:
    if not math.isfinite(number):
        raise ValueError(f"{number!r} is no time; send RFC 3339 text or a finite epoch number")
    size = abs(number)
    for limit, unit in _UNITS:
        if size < limit:
            return _bounded(round(number * unit))
    return _bounded(int(number) // 1_000)


def _bounded(at: Instant) -> Instant:
    if not EARLIEST <= at <= LATEST:
        raise ValueError(
            f"the epoch value {at / SECOND:.15g} s lies outside the years 1900 to 9999"
        )
    return at
