"""Access logs of web servers, in the common and the combined format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from penchant.io.formats.row import Options, Row
from penchant.io.formats.source import Source

_LINE = re.compile(
    r"(?P<host>\S+) \S+ (?P<login>\S+) \[(?P<time>[^\]]+)\] "
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{3}) (?P<bytes>\d+|-)'
    r'(?: "(?P<referrer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?(?: .*)?'
)
_MONTHS = {
    name: month
    for month, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
EXAMPLE = 'host - login [17/May/2015:10:05:03 +0000] "GET /path HTTP/1.1" 200 1234'


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows with ``host, login, time, request, method, path, query, protocol, status, bytes,
    referrer, agent, success``; what the log marks as absent (``-``) is left out.

    ``success`` is whether the status is below 400.
    """
    for number, line in source.lines():
        if isinstance(line, Row):
            yield line
        elif line:
            yield _row(number, line)


def matches(line: str) -> bool:
    """Whether a line is one of an access log."""
    return _LINE.fullmatch(line) is not None


def _row(number: int, line: bytes) -> Row:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        shown = line.decode(errors="backslashreplace")
        return Row(number, None, f"is not UTF-8 at byte {error.start + 1}", shown)
    found = _LINE.fullmatch(text)
    if found is None:
        return Row(number, None, f"is no line of an access log; expected {EXAMPLE}", text)
    fields: dict[str, object] = {
        name: value for name, value in found.groupdict().items() if value not in (None, "-", "")
    }
    at = _time(found["time"])
    if at is None:
        return Row(number, None, f"{found['time']!r} is no time; expected {EXAMPLE}", text)
    fields["time"] = at
    status = int(found["status"])
    fields["status"] = status
    fields["success"] = status < 400
    if found["bytes"] != "-":
        fields["bytes"] = int(found["bytes"])
    match found["request"].split(" "):
        case [method, target, *protocol]:
            path, _, query = target.partition("?")
            fields |= {"method": method, "path": path}
            fields |= {"query": query} if query else {}
            fields |= {"protocol": protocol[0]} if protocol else {}
    return Row(number, fields)


def _time(text: str) -> datetime | None:
    """``17/May/2015:10:05:03 +0000``; ``None`` for anything else."""
    try:
        return datetime(
            int(text[7:11]),
            _MONTHS[text[3:6]],
            int(text[:2]),
            int(text[12:14]),
            int(text[15:17]),
            int(text[18:20]),
            tzinfo=_zone(text[21:]),
        )
    except (ValueError, KeyError):
        return None


@lru_cache(maxsize=64)
def _zone(text: str) -> timezone:
    if len(text) != 5 or text[0] not in "+-":
        raise ValueError(text)
    minutes = int(text[1:3]) * 60 + int(text[3:5])
    offset = timedelta(minutes=-minutes if text[0] == "-" else minutes)
    return timezone(offset) if offset else UTC
