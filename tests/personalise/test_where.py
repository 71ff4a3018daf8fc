"""Where: which items a slate may hold."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument
from penchant.core.instant import moment
from penchant.core.item import Item
from penchant.personalise import where
from tests.conftest import NOON

RUN = Item(
    id="run-5k",
    category="run",
    tags=("sport", "outdoor"),
    price=5.0,
    starts_at=NOON,
    attributes={"level": 2},
)


@pytest.mark.parametrize(
    "asked",
    [
        {"category": "run"},
        {"category": ["swim", "run"]},
        {"tags": "sport"},
        {"tags": ["indoor", "outdoor"]},
        {"price": {"min": 5, "max": 5}},
        {"price": {"max": 5.0}},
        {"level": 2},
        {"level": {"min": 1}},
        {"id": "run-5k"},
        {"starts_at": {"min": "2026-01-01T12:00:00Z", "max": "2026-01-01T13:00:00+01:00"}},
        {"starts_at": {"max": moment(NOON)}},
        {"starts_at": {"min": NOON}},
        {"starts_at": NOON // 1_000_000},
        {"category": "run", "tags": "sport"},
        {},
        None,
    ],
)
def test_the_item_passes(asked: dict[str, Any] | None) -> None:
    assert where.compile(asked)(RUN)


@pytest.mark.parametrize(
    "asked",
    [
        {"category": "swim"},
        {"category": []},
        {"tags": "indoor"},
        {"price": {"min": 5.01}},
        {"starts_at": {"min": "2026-01-01T12:00:00.000001Z"}},
        {"starts_at": "2026-01-02"},
        {"added": {"min": 0}},
        {"unheard_of": 1},
        {"category": "run", "tags": "indoor"},
    ],
)
def test_the_item_does_not_pass(asked: dict[str, Any]) -> None:
    assert not where.compile(asked)(RUN)


def test_an_unknown_item_passes_only_where_nothing_is_asked() -> None:
    assert where.compile(None)(None)
    assert not where.compile({"category": "run"})(None)


@pytest.mark.parametrize("asked", [None, {"category": "run"}])
def test_an_unavailable_item_never_passes(asked: dict[str, Any] | None) -> None:
    gone = Item(id="x", category="run", available=False)

    assert not where.compile(asked)(gone)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"price": {"mn": 1}}, "where.price"),
        ({"price": {"min": "5"}}, "where.price.min"),
        ({"price": {"max": True}}, "where.price.max"),
        ({"starts_at": {"max": "soon"}}, "where.starts_at.max"),
        ({"starts_at": {"min": None}}, "where.starts_at.min"),
        ({"added": ["2026-01-01", "soon"]}, "where.added"),
        ({"price": {5: 1}}, "where.price"),
        ("category=run", "where"),
    ],
)
def test_what_cannot_be_asked_is_named(asked: Any, field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        where.compile(asked)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({"category": "run"}, ("run",)), ({"tags": "run"}, None), ({}, None), (None, None)],
)
def test_the_categories_asked_for(
    asked: dict[str, Any] | None, expected: tuple[str, ...] | None
) -> None:
    assert where.categories_of(asked) == expected
