from __future__ import annotations

import pytest

from penchant.core.item import Item, ItemVersion, in_force, replaces

OLD, NEW = Item(id="i", category="old"), Item(id="i", category="new")
VERSIONS = ItemVersion(5, OLD), ItemVersion(9, NEW)


@pytest.mark.parametrize(
    ("position", "found"), [(1, OLD), (5, OLD), (6, OLD), (9, OLD), (10, NEW), (99, NEW)]
)
def test_an_event_finds_the_latest_version_that_was_there_before_it(
    position: int, found: Item
) -> None:
    assert in_force(VERSIONS, position) is found


def test_an_unknown_item_is_found_by_nobody() -> None:
    assert in_force((), 7) is None


@pytest.mark.parametrize(
    ("item", "since", "is_first", "expected"),
    [
        (Item(id="i", category="old", price=3.0), 9, True, True),  # teaches the same
        (NEW, 9, False, False),  # events may have found the older
        (NEW, 5, False, True),  # none can
        (NEW, 5, True, False),  # all earlier ones count with it
    ],
)
def test_a_version_is_replaced_only_where_no_event_can_tell(
    item: Item, since: int, is_first: bool, expected: bool
) -> None:
    assert replaces(item, since, VERSIONS[0], is_first=is_first) is expected


def test_what_is_unknown_is_left_out() -> None:
    assert Item(id="i", starts_at=0, available=False).to_dict() == {
        "id": "i",
        "starts_at": "1970-01-01T00:00:00Z",
        "available": False,
    }
