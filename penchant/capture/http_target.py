"""HTTP as a target: newline-delimited JSON to ``POST /v1/events``, over one connection."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from penchant.capture.target import Refused, Unavailable, Unfit
from penchant.capture.wire import line_of
from penchant.core.errors import InvalidArgument
from penchant.version import __version__

LARGE = 8_192  # bytes from which a body is zipped
ANSWER = 4 * 1024 * 1024  # bytes of an answer that are read
PATH = "/v1/events"
MEND = frozenset({301, 302, 303, 307, 308, 401, 403, 404, 405, 415})
_ERRORS = (OSError, HTTPException, ValueError)  # of connections, and of answers that are no HTTP


class HttpTarget:
    """A server of penchant. ``timeout`` is in seconds, of connecting and of each wait for bytes.

    Redirects are not followed: a key must not go where nobody meant it to.
    """

    def __init__(self, url: str, key: str | None, timeout: float) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
            if not parts.hostname or parts.query or parts.fragment or parts.username:
                raise ValueError
        except ValueError:  # its words may quote what is a key, written in the place of a port
            raise InvalidArgument(
                "target", "expected an address such as http://127.0.0.1:8000, and the key in 'key'"
            ) from None
        if key is not None and not (key.isascii() and key.isprintable() and key.strip()):
            raise InvalidArgument("key", "expected visible ASCII characters")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname, port, timeout=timeout)
        port = port or kind.default_port
        self.address = f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}"
        self._path = parts.path.rstrip("/") + PATH
        self._headers = {
            "Content-Type": "application/x-ndjson",
            "User-Agent": f"penchant/{__version__}",
            **({} if key is None else {"Authorization": f"Bearer {key}"}),
        }

    def prepare(self, fields: dict[str, Any]) -> bytes:
        """The line of an event."""
        return line_of(fields)

    def send(self, events: Sequence[bytes]) -> list[Refused]:
        """Send the lines. Raises ``Unavailable`` unless the answer is a receipt for each of them."""
        body = b"\n".join(events)
        headers = self._headers
        if len(body) >= LARGE:
            body = gzip.compress(body, 1, mtime=0)
            headers = {**headers, "Content-Encoding": "gzip"}
        try:
            response, answer = self._exchange(body, headers)
        except _ERRORS as error:
            self._connection.close()
            raise Unavailable(f"{type(error).__name__}: {error}") from None
        return _read(response, answer, len(events))

    def abort(self) -> None:
        open = self._connection.sock
        if open is not None:
            try:
                open.shutdown(socket.SHUT_RDWR)
            except OSError:  # it was closed in the meantime, which is what was wanted
                return

    def close(self) -> None:
        self._connection.close()

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        kept = self._connection.sock is not None
        try:
            return self._once(body, headers)
        except (ConnectionError, HTTPException):
            if not kept:
                raise
        self._connection.close()  # a server closes what was idle for long: that is no failure
        return self._once(body, headers)

    def _once(self, body: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        self._connection.request("POST", self._path, body, headers)
        response = self._connection.getresponse()
        answer = response.read(ANSWER)
        if not response.isclosed():
            self._connection.close()
        return response, answer


def _read(response: HTTPResponse, answer: bytes, sent: int) -> list[Refused]:
    """What was refused of so many sent events, if that is a receipt."""
    status = response.status
    told = _object(answer)
    if 200 <= status < 300 or status == 422:
        refused = _receipt(told, sent)
        if refused is None:
            raise Unavailable(f"answered {status} without a receipt for {sent} events")
        return refused
    detail = str(told.get("detail", ""))[:200]
    problem = (response.getheader("Content-Type") or "").startswith("application/problem+json")
    if status == 413 or (status == 400 and problem):
        raise Unfit(detail or f"answered {status} {response.reason}")
    raise Unavailable(
        f"answered {status} {response.reason} {detail}".rstrip(),
        after=_seconds(response.getheader("Retry-After")),
        mend="look at the address and the key" if status in MEND else None,
    )


def _object(answer: bytes) -> dict[str, Any]:
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _receipt(told: dict[str, Any], sent: int) -> list[Refused] | None:
    """The refusals of a receipt; ``None`` unless each event sent is in it exactly once."""
    accepted, duplicates, rejected = map(told.get, ("accepted", "duplicates", "rejected"))
    if not isinstance(rejected, list) or not all(isinstance(one, dict) for one in rejected):
        return None
    if not isinstance(accepted, int) or not isinstance(duplicates, int):
        return None
    if min(accepted, duplicates) < 0 or accepted + duplicates + len(rejected) != sent:
        return None
    places = {one.get("index") for one in rejected}
    if len(places) < len(rejected) or not places <= set(range(sent)):
        return None
    return [
        Refused(one["index"], str(one.get("field")), str(one.get("reason"))) for one in rejected
    ]


def _seconds(told: str | None) -> float | None:
    """A ``Retry-After`` in seconds; it may be a date."""
    if told is None:
        return None
    if told.strip().isdigit():
        return float(told)
    try:
        return max((parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
