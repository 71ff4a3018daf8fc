"""Malformed requests, each with its exact answer: status, field, reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from tests.serve.http.conftest import Client

JSON = {"content-type": "application/json"}

READS: list[tuple[str, str, int, str | None, str]] = [
    ("GET", "/v1/events", 405, None, "GET is not possible here; allowed are POST"),
    (
        "DELETE",
        "/v1/users/ann",
        405,
        None,
        "DELETE is not possible here; allowed are GET, PUT, HEAD",
    ),
    (
        "OPTIONS",
        "/v1/items/tea",
        405,
        None,
        "OPTIONS is not possible here; allowed are GET, PUT, DELETE, HEAD",
    ),
    ("GET", "/v2/events", 404, None, "no such path; /docs lists them, a slash in a name is %2F"),
    (
        "GET",
        "/v1/users//events",
        404,
        None,
        "no such path; /docs lists them, a slash in a name is %2F",
    ),
    (
        "GET",
        "/v1/users/ann/",
        404,
        None,
        "no such path; /docs lists them, a slash in a name is %2F",
    ),
    ("GET", "/v1/users/" + "u" * 256, 400, "user", "expected 1 to 255 characters, got 256"),
    ("GET", "/v1/users/%FF", 400, "user", "is not valid UTF-8 after percent-decoding"),
    ("GET", "/v1/users/a%00b", 400, "user", "contains the character NUL, which no store keeps"),
    ("GET", "/v1/users/%ED%A0%80/next", 400, "user", "is not valid UTF-8 after percent-decoding"),
    (
        "GET",
        "/v1/next?after=%00",
        400,
        "after[0]",
        "contains the character NUL, which no store keeps",
    ),
    (
        "GET",
        "/v1/next?after=a&after=%FF",
        400,
        "after",
        "is not valid UTF-8 after percent-decoding",
    ),
    ("GET", "/v1/trending?%FF=1", 400, "query", "is not valid UTF-8 after percent-decoding"),
    (
        "GET",
        "/v1/users/ann/events?kind=%00",
        400,
        "kind",
        "contains the character NUL, which no store keeps",
    ),
    (
        "GET",
        '/v1/trending?where={"category":"%5Cu0000"}',
        400,
        "where.category",
        "contains the character NUL, which no store keeps",
    ),
    (
        "GET",
        "/v1/users/ann?at=noon",
        400,
        "at",
        "'noon' is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, a date, or an epoch number",
    ),
    ("GET", "/v1/users/ann?verbose=1", 400, "verbose", "no such parameter; known are: at"),
    ("GET", "/v1/users/ann/events?limit=0", 400, "limit", "expected `int` >= 1, got '0'"),
    (
        "GET",
        "/v1/users/ann/events?limit=10001",
        400,
        "limit",
        "expected `int` <= 10000, got '10001'",
    ),
    ("GET", "/v1/users/ann/events?limit=many", 400, "limit", "expected `int`, got 'many'"),
    ("GET", "/v1/users/ann/events?kind=", 400, "kind", "expected `str` of length >= 1, got ''"),
    ("GET", "/v1/users/ann/recommendations?count=0", 400, "count", "expected `int` >= 1, got '0'"),
    (
        "GET",
        "/v1/users/ann/recommendations?count=501",
        400,
        "count",
        "expected `int` <= 500, got '501'",
    ),
    ("GET", "/v1/users/ann/recommendations?count=ten", 400, "count", "expected `int`, got 'ten'"),
    ("GET", "/v1/users/ann/recommendations?count=5&count=6", 400, "count", "is given twice"),
    (
        "GET",
        "/v1/users/ann/recommendations?cuont=5",
        400,
        "cuont",
        "no such parameter; closest is 'count'; known are: count, where, seen",
    ),
    (
        "GET",
        "/v1/patterns?rule=testd",
        400,
        "rule",
        "expected one of tested, documented, got 'testd'; closest is 'tested'",
    ),
    (
        "GET",
        "/v1/users/ann/patterns?min_frequency=1",
        400,
        "min_frequency",
        "expected `int` >= 2, got '1'",
    ),
    ("GET", "/v1/users/ann/next?count=0", 400, "count", "expected `int` >= 1, got '0'"),
    (
        "GET",
        "/v1/users/ann/recommendations?seen=hidden",
        400,
        "seen",
        "expected one of hide, keep, fade, got 'hidden'; closest is 'hide'",
    ),
    (
        "GET",
        "/v1/users/ann/recommendations?where=category",
        400,
        "where",
        "is not JSON: JSON is malformed: invalid character (byte 0)",
    ),
    (
        "GET",
        "/v1/users/ann/recommendations?where=[]",
        400,
        "where",
        'expected a JSON object such as {"category": "run"}',
    ),
    (
        "GET",
        '/v1/users/ann/recommendations?where={"price":{"maximum":3}}',
        400,
        "where.price",
        "unknown border 'maximum'; closest is 'max'; expected min or max",
    ),
    (
        "GET",
        '/v1/users/ann/recommendations?where={"price":{"max":"3"}}',
        400,
        "where.price.max",
        "expected a number, got '3'",
    ),
    (
        "GET",
        "/v1/users/ann/recommendations?count=%FF",
        400,
        "count",
        "is not valid UTF-8 after percent-decoding",
    ),
    ("GET", "/v1/trending?" + "x=1&" * 601, 400, "query", "has more than 600 parameters"),
    (
        "GET",
        "/v1/items/unknown/similar",
        404,
        None,
        "no item 'unknown': neither the catalogue nor an event names it",
    ),
    ("GET", "/v1/next", 400, "after", "is required"),
    ("GET", "/v1/next?after=", 400, "after[0]", "expected `str` of length >= 1"),
    (
        "GET",
        "/v1/items/unknown",
        404,
        None,
        "no item 'unknown' in the catalogue",
    ),
    ("DELETE", "/v1/items/unknown", 404, None, "no item 'unknown' in the catalogue"),
]
WRITES: list[tuple[str, str, Any, int, str | None, str]] = [
    ("PUT", "/v1/users/ann", [], 400, "$", "expected `object`, got `array`"),
    (
        "PUT",
        "/v1/users/ann",
        {"zone": "Mars/Olympus"},
        400,
        "$.zone",
        "'Mars/Olympus' is no time zone; expected one such as Europe/Madrid",
    ),
    (
        "PUT",
        "/v1/users/ann",
        {"goals": "x" * 1100},
        400,
        "$",
        "takes 1110 bytes, at most 512 are kept",
    ),
    (
        "POST",
        "/v1/users/ann/recommendations",
        {"count": "5"},
        400,
        "$.count",
        "expected `int`, got `str`",
    ),
    (
        "POST",
        "/v1/users/ann/recommendations",
        {"cuont": 5},
        400,
        "$.cuont",
        "no such field; closest is 'count'; known are: count, where, seen, shown",
    ),
    (
        "POST",
        "/v1/users/ann/recommendations",
        {"where": {"price": {"min": "x"}}},
        400,
        "$.where.price.min",
        "expected a number, got 'x'",
    ),
    (
        "POST",
        "/v1/users/ann/recommendations",
        {"seen": "never"},
        400,
        "$.seen",
        "expected one of hide, keep, fade, got 'never'",
    ),
    ("POST", "/v1/users/ann/rank", {}, 400, "$.items", "is required"),
    (
        "POST",
        "/v1/users/ann/rank",
        {"items": []},
        400,
        "$.items",
        "expected `array` of length >= 1",
    ),
    (
        "POST",
        "/v1/users/ann/rank",
        {"items": ["a", "a"]},
        400,
        "$.items",
        "names an item twice; every item is ranked once",
    ),
    (
        "POST",
        "/v1/users/ann/rank",
        {"items": ["a", ""]},
        400,
        "$.items[1]",
        "expected `str` of length >= 1",
    ),
    (
        "POST",
        "/v1/users/ann/rank",
        {"items": ["a"], "scores": [1, 2]},
        400,
        "$.scores",
        "expected 1 numbers, one per item",
    ),
    (
        "POST",
        "/v1/users/ann/rank",
        {"items": ["a"], "scores": [-1]},
        400,
        "$.scores[0]",
        "expected `float` >= 0.0",
    ),
    (
        "PUT",
        "/v1/items/tea",
        {"id": "coffee"},
        409,
        "$.id",
        "the path names 'tea', the body 'coffee'; leave the id out",
    ),
    (
        "PUT",
        "/v1/items/tea",
        {"price": "cheap"},
        400,
        "$.price",
        "expected `float | null`, got `str`, namely 'cheap'",
    ),
    (
        "PUT",
        "/v1/items/tea",
        {"colour": "green"},
        400,
        "$.colour",
        "no such field; put your own fields into 'attributes'",
    ),
    (
        "PUT",
        "/v1/items/tea",
        {"location": {"lat": 91, "lon": 0}},
        400,
        "$.location.lat",
        "expected `float` <= 90.0",
    ),
    ("POST", "/v1/items", {"id": "tea"}, 400, "$", "expected `array`, got `object`"),
    (
        "POST",
        "/v1/items",
        [{"id": "tea"}, {"id": "milk", "price": "cheap"}],
        400,
        "$[1].price",
        "expected `float | null`, got `str`, namely 'cheap'",
    ),
    ("POST", "/v1/items", [{"title": "no id"}], 400, "$[0].id", "is required"),
    ("POST", "/v1/items", [7], 400, "$[0]", "expected an object with fields, got 7"),
    (
        "POST",
        "/v1/items",
        [{"id": "a"}] * 10_001,
        400,
        "$",
        "at most 10000 items at once, got 10001",
    ),
    ("POST", "/v1/batch", [], 400, "$", "expected `array` of length >= 1"),
    ("POST", "/v1/batch", [{"method": "GET"}], 400, "$[0].path", "is required"),
    (
        "POST",
        "/v1/batch",
        [{"method": "PATCH", "path": "/v1/stats"}],
        400,
        "$[0].method",
        "expected one of GET, POST, PUT, DELETE, got 'PATCH'",
    ),
    (
        "POST",
        "/v1/batch",
        [{"method": "GET", "path": "/v1/stats"}] * 101,
        400,
        "$",
        "expected `array` of length <= 100",
    ),
]


def _requests() -> Iterator[Any]:
    for number, (method, url, *expected) in enumerate(READS):
        yield pytest.param(method, url, {}, b"", *expected, id=f"read-{number}")
    for number, (method, url, body, *expected) in enumerate(WRITES):
        sent = msgspec.json.encode(body)
        yield pytest.param(method, url, JSON, sent, *expected, id=f"write-{number}")


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "status", "field", "reason"), list(_requests())
)
def test_a_malformed_request_is_told_what_is_wrong_and_where(
    client: Client,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
    field: str | None,
    reason: str,
) -> None:
    problem = client.problem(method, url, headers=headers, content=body)

    assert problem == (status, field, reason)
    assert client.engine.parts.store.count() == 0
