"""Query strings as typed parameters."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import Any, TypeVar, get_origin, get_type_hints
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from penchant.core.errors import InvalidArgument
from penchant.core.suggestion import closest
from penchant.serve.http.problems import Refusal
from penchant.serve.http.reasons import explained
from penchant.serve.http.wire import Query

NO_UTF_8 = "is not valid UTF-8 after percent-decoding"
MOST = 600  # parameters in one query: 500 items and room to spare

Parameters = TypeVar("Parameters", bound=Query)


def read_query(text: bytes, type: type[Parameters]) -> Parameters:
    """The parameters of a query string. Raises ``InvalidArgument`` naming the one at fault.

    >>> from penchant.serve.http.wire import HistoryQuery
    >>> read_query(b"limit=5", HistoryQuery).limit
    5
    """
    given: dict[str, Any] = {}
    lists = _lists(type)
    for name, value in _pairs(text):
        if name not in type.__struct_fields__:
            known = ", ".join(type.__struct_fields__) or "none"
            near = closest(name, type.__struct_fields__)
            raise InvalidArgument(name[:64], f"no such parameter{near}; known are: {known}")
        if name in lists:
            given.setdefault(name, []).append(value)
        elif name in given:
            raise InvalidArgument(name, "is given twice")
        else:
            given[name] = value
    try:
        return msgspec.convert(given, type, strict=False)
    except msgspec.ValidationError as error:
        field, reason = explained(error, type)
        name = field.partition("[")[0]
        if name in given and name not in lists and ", got '" not in reason:
            reason = f"{reason.removesuffix(', got `str`')}, got {given[name][:60]!r}"
        raise InvalidArgument(field, reason) from None


def read_where(text: str | None) -> dict[str, Any] | None:
    """The filter that a query carries as JSON."""
    if text is None:
        return None
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.ValidationError:
        raise InvalidArgument(
            "where", 'expected a JSON object such as {"category": "run"}'
        ) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidArgument("where", f"is not JSON: {error}") from None


def segment(name: str, encoded: str) -> str:
    """One part of a path as its bytes came, decoded. Raises ``Refusal`` where it is no name."""
    try:
        text = unquote_to_bytes(encoded.encode("latin-1")).decode()
    except UnicodeDecodeError:
        raise Refusal(HTTPStatus.BAD_REQUEST, NO_UTF_8, field=name) from None
    if not 1 <= len(text) <= 255:
        raise Refusal(
            HTTPStatus.BAD_REQUEST, f"expected 1 to 255 characters, got {len(text)}", field=name
        )
    if "\0" in text:
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            "contains the character NUL, which no store keeps",
            field=name,
        )
    return text


def _pairs(text: bytes) -> list[tuple[str, str]]:
    if not text:
        return []
    try:
        return parse_qsl(
            text.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST
        )
    except UnicodeDecodeError:
        raise InvalidArgument(_undecodable(text), NO_UTF_8) from None
    except ValueError:
        raise InvalidArgument("query", f"has more than {MOST} parameters") from None


def _undecodable(text: bytes) -> str:
    """The name of the first parameter whose value is no UTF-8; ``query`` where its name is none."""
    for pair in text.split(b"&"):
        name, _, value = pair.partition(b"=")
        try:
            field = unquote_to_bytes(name).decode()[:64]
        except UnicodeDecodeError:
            break
        try:
            unquote_to_bytes(value).decode()
        except UnicodeDecodeError:
            return field
    return "query"


@cache
def _lists(type: type[Query]) -> frozenset[str]:
    hints = get_type_hints(type)
    return frozenset(name for name, hint in hints.items() if get_origin(hint) is tuple)
