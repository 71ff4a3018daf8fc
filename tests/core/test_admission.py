from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core import instant
from penchant.core.admission import Edge
from penchant.core.errors import InvalidEvent, InvalidItem
from penchant.core.instant import HOUR
from penchant.serve.configuration import read_kinds
from tests.conftest import NOON


def edge(strict: bool = False, zone: str | None = None) -> Edge:
    return Edge(
        read_kinds(":memory:", "general"),
        UTC,
        strict,
        lambda: NOON,
        lambda at: f"made at {at}",
        lambda user: zone,
    )


def test_only_user_and_kind_are_needed() -> None:
    event = edge().event_from({"user": "ann", "kind": "click"})

    assert (event.user, event.kind, event.at, event.id) == ("ann", "click", NOON, f"made at {NOON}")


def test_a_negative_quantity_is_a_return() -> None:
    bought, returned = (
        edge().event_from({"user": "ann", "kind": "purchase", "value": value}) for value in (2, -2)
    )

    assert (bought.kind, returned.kind, returned.value) == ("purchase", "return", -2.0)


def test_a_day_ahead_is_taken_and_more_is_not() -> None:
    ahead = {"user": "ann", "kind": "click", "at": (NOON + 24 * HOUR) / 1e6}

    assert edge().event_from(ahead).at == NOON + 24 * HOUR
    with pytest.raises(InvalidEvent, match="lies more than 24 h ahead of 2026-01-01T12:00:00Z"):
        edge().event_from({**ahead, "at": (NOON + 24 * HOUR) / 1e6 + 1})


@given(
    ages=st.lists(st.integers(-24 * HOUR, 60 * 365 * 24 * HOUR), min_size=1, max_size=20),
    now=st.integers(NOON, NOON + 24 * HOUR),
)
def test_no_clock_of_a_client_is_corrected_so_that_its_order_stays(
    ages: list[int], now: int
) -> None:
    sent = [NOON - age for age in ages]

    kept = [
        edge().event_from({"user": "ann", "kind": "click", "at": instant.moment(at)}, now).at
        for at in sent
    ]

    assert kept == sent


def test_the_zone_a_person_told_gives_the_offset_where_the_writer_says_none() -> None:
    told = edge(zone="Asia/Tokyo")

    assert told.event_from({"user": "ann", "kind": "click"}).offset == 540
    explicit = told.event_from({"user": "ann", "kind": "click", "at": "2026-01-01T08:00:00-05:00"})
    assert explicit.offset == -300


def test_the_callers_map_is_copied() -> None:
    data = {"inner": {"a": 1}}
    event = edge().event_from({"user": "ann", "kind": "click", "data": data})

    data["inner"]["a"] = 2

    assert event.data == {"inner": {"a": 1}}


def test_strict_kinds_refuse_what_is_not_declared() -> None:
    assert edge().event_from({"user": "ann", "kind": "clik"}).kind == "clik"
    with pytest.raises(
        InvalidEvent, match="'clik' is not declared; closest is 'click'; strict_kinds"
    ):
        edge(strict=True).event_from({"user": "ann", "kind": "clik"})


CIRCLE: dict[str, Any] = {}
CIRCLE["self"] = CIRCLE
NAUGHTY: list[tuple[Any, str, str]] = [
    (None, "$", "expected an object with fields, got None"),
    ([1], "$", "expected an object with fields, got [1]"),
    ({}, "user", "is required"),
    ({"user": "ann"}, "kind", "is required"),
    ({"user": "", "kind": "click"}, "user", "expected `str` of length >= 1, namely ''"),
    ({"user": "x" * 256, "kind": "a"}, "user", "expected `str` of length <= 255, namely"),
    ({"user": None, "kind": "click"}, "user", "expected `str`, got `null`, namely None"),
    ({"user": 1.5, "kind": "click"}, "user", "expected `str`, got `float`, namely 1.5"),
    ({"user": True, "kind": "click"}, "user", "expected `str`, got `bool`, namely True"),
    ({"user": "a\0b", "kind": "click"}, "user", "contains the character NUL"),
    ({"user": "a\ud800", "kind": "click"}, "user", "contains half of a surrogate pair"),
    ({"user": "a", "kind": "b", "value": "\ud800"}, "value", "contains half of a surrogate pair"),
    ({"user": "a", "kind": "b", "data": "\ud800"}, "data", "contains half of a surrogate pair"),
    ({"user": "a", "kind": "b", "\ud800": 1}, r"\ud800", "no such field"),
    ({"user": "ann", "kind": "x" * 65}, "kind", "expected `str` of length <= 64"),
    ({"user": "ann", "kind": "a", "id": ""}, "id", "expected `str` of length >= 1"),
    ({"user": "ann", "kind": "a", "at": "soon"}, "at", "'soon' is no time; expected RFC 3339"),
    ({"user": "ann", "kind": "a", "at": []}, "at", "expected `int | float | str | null`, got `array`"),
    ({"user": "ann", "kind": "a", "at": 1e300}, "at", "outside the years 1900 to 9999"),
    ({"user": "ann", "kind": "a", "value": "5"}, "value", "expected `float | null`, got `str`"),
    ({"user": "ann", "kind": "a", "value": float("nan")}, "value", "expected a finite number, got nan"),
    ({"user": "ann", "kind": "a", "duration_ms": -1}, "duration_ms", "expected `float` >= 0.0"),
    ({"user": "ann", "kind": "a", "position": -1}, "position", "expected `int` >= 0, namely -1"),
    ({"user": "ann", "kind": "a", "position": 1.5}, "position", "expected `int | null`, got `float`"),
    ({"user": "ann", "kind": "a", "success": "yes"}, "success", "expected `bool | null`, got `str`"),
    ({"user": "ann", "kind": "a", "text": "x" * 9_000}, "text", "expected `str` of length <= 8192"),
    ({"user": "ann", "kind": "a", "context": "ios"}, "context", "expected `object | null`, got `str`"),
    ({"user": "ann", "kind": "a", "data": {"x": "y" * 9_000}}, "data", "bytes, at most 8192 are kept"),
    ({"user": "ann", "kind": "a", "data": {"x": object()}}, "data", "holds what JSON cannot carry"),
    ({"user": "ann", "kind": "a", "data": {"x": 2**70}}, "data", "holds what JSON cannot carry"),
    ({"user": "ann", "kind": "a", "data": CIRCLE}, "data", "holds what JSON cannot carry"),
    ({"user": "ann", "kind": "traits", "data": {"x": "y" * 1_100}}, "data", "at most 512 are kept"),
    ({"user": "ann", "kind": "a", "itme": "x"}, "itme", "no such field; closest is 'item'; put your own"),
    ({"user": "ann", "kind": "a", 7: "x"}, "$", "field names are text, got 7"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "field", "reason"), NAUGHTY)
def test_a_bad_event_is_refused_with_its_field_and_the_way_out(
    raw: Any, field: str, reason: str
) -> None:
    with pytest.raises(InvalidEvent) as caught:
        edge().event_from(raw)

    assert caught.value.field == field
    assert reason in caught.value.reason


NAUGHTY_ITEMS: list[tuple[Any, str, str]] = [
    ("i", "$", "expected an object with fields, got 'i'"),
    ({}, "id", "is required"),
    ({"id": "i", "price": "cheap"}, "price", "expected `float | null`, got `str`, namely 'cheap'"),
    ({"id": "i", "price": float("inf")}, "price", "expected a finite number, got inf"),
    ({"id": "i", "tags": "a"}, "tags", "expected `array`, got `str`, namely 'a'"),
    ({"id": "i", "tags": [""]}, "tags[0]", "expected `str` of length >= 1"),
    ({"id": "i", "tags": ["t"] * 65}, "tags", "expected `array` of length <= 64"),
    ({"id": "i", "location": {"lat": 91, "lon": 0}}, "location.lat", "expected `float` <= 90.0"),
    ({"id": "i", "location": {"lat": 1}}, "location", "object missing required field `lon`"),
    ({"id": "i", "starts_at": "x"}, "starts_at", "'x' is no time"),
    ({"id": "i", "attributes": {"x": "y" * 9_000}}, "attributes", "at most 8192 are kept"),
    ({"id": "i", "colour": "red"}, "colour", "no such field; put your own fields into 'attributes'"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "field", "reason"), NAUGHTY_ITEMS)
def test_a_bad_item_is_refused_with_its_field_and_the_way_out(
    raw: Any, field: str, reason: str
) -> None:
    with pytest.raises(InvalidItem) as caught:
        edge().item_from(raw)

    assert caught.value.field == field
    assert reason in caught.value.reason


def test_an_item_keeps_each_tag_once() -> None:
    assert edge().item_from({"id": "i", "tags": ["a", "b", "a"]}).tags == ("a", "b")


def test_a_datetime_is_a_time() -> None:
    event = edge().event_from(
        {"user": "a", "kind": "b", "at": datetime(2026, 1, 1, 12, tzinfo=UTC)}
    )

    assert (event.at, event.offset) == (NOON, None)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_a_map_with_a_number_that_json_has_not_is_refused(number: float) -> None:
    for data in ({"a": number}, {"a": [{"b": (number,)}]}):
        with pytest.raises(InvalidEvent, match="data: holds what JSON cannot carry: a number that"):
            edge().event_from({"user": "ann", "kind": "click", "data": data})
        with pytest.raises(InvalidItem, match="attributes: holds what JSON cannot carry"):
            edge().item_from({"id": "tea", "attributes": data})


def test_a_map_is_kept_as_json_gives_it_back() -> None:
    told = {
        "when": datetime(2026, 1, 1, tzinfo=UTC),
        "bytes": b"tea",
        "sizes": {7},
        "by number": {1: "one"},
        "text": b"\xcb\x7f\xf0".decode("latin-1"),
        "large": 1.5e308,
    }

    event = edge().event_from({"user": "ann", "kind": "click", "data": told, "context": told})

    assert event.data == event.context == json.loads(msgspec.json.encode(told))
