"""Names that nothing can be called, handed to whatever takes a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from penchant.core.errors import InvalidArgument
from penchant.serve.engine import Penchant

BAD = ["", "a\0b", "a\ud800", "x" * 256, 7, b"ann", ["ann"], {"ann": 1}]
ASKED: list[tuple[str, Callable[[Penchant, Any], object]]] = [
    ("user", lambda p, name: p.user(name)),
    ("session", lambda p, name: p.session(name)),
    ("item", lambda p, name: p.similar(name)),
    ("id", lambda p, name: p.find_item(name)),
    ("id", lambda p, name: p.remove_item(name)),
    ("after[1]", lambda p, name: p.next(["tea", name])),
    ("items[1]", lambda p, name: p.user("ann").rank(["tea", name])),
    ("item", lambda p, name: p.user("ann").explain(name)),
    ("item", lambda p, name: p.user("ann").rate(name)),
    ("kind", lambda p, name: p.user("ann").history(kind=name)),
]


@pytest.mark.parametrize("name", BAD, ids=ascii)
@pytest.mark.parametrize(("argument", "ask"), ASKED)
def test_a_name_that_nothing_can_have_is_refused_by_its_argument(
    p: Penchant, argument: str, ask: Callable[[Penchant, Any], object], name: Any
) -> None:
    with pytest.raises(InvalidArgument) as raised:
        ask(p, name)

    assert raised.value.field == argument
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("text", ["a\0b", "a\ud800"], ids=ascii)
@pytest.mark.parametrize("name", ["id", "category", "tags", "title", "colour"])
def test_a_filter_for_what_nothing_can_have_is_refused(p: Penchant, name: str, text: str) -> None:
    for wanted in (text, ["run", text]):
        with pytest.raises(InvalidArgument) as raised:
            p.trending(where={name: wanted})

        assert raised.value.field == f"where.{name}"


@pytest.mark.parametrize("name", ["", "a\0b", "a\ud800", "x" * 256, 7], ids=ascii)
def test_a_filter_on_a_field_of_no_name_is_refused(p: Penchant, name: Any) -> None:
    with pytest.raises(InvalidArgument, match="where: "):
        p.trending(where={name: "run"})


@pytest.mark.parametrize("several", [None, 7, "ann", {"user": "ann", "kind": "click"}])
def test_what_is_no_list_of_events_or_items_is_refused(p: Penchant, several: Any) -> None:
    with pytest.raises(InvalidArgument, match="events: expected a list of mappings, got "):
        p.track_many(several)
    with pytest.raises(InvalidArgument, match="items: expected a list of mappings, got "):
        p.put_items(several)
