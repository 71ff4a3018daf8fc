from __future__ import annotations

import pytest

from penchant.core.errors import InvalidArgument
from penchant.core.names import check_name


@pytest.mark.parametrize("name", ["a", "x" * 255, "né", "😀", " ", "a/b"])
def test_any_text_that_can_be_stored_is_a_name(name: str) -> None:
    assert check_name("user", name) == name


@pytest.mark.parametrize("name", ["", "x" * 256, None, 7, b"ann", ["ann"], True])
def test_what_is_no_text_or_too_long_is_no_name(name: object) -> None:
    with pytest.raises(InvalidArgument, match="user: expected text of 1 to 255 characters, got "):
        check_name("user", name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a\0b", "contains the character NUL"), ("a\ud800", "contains half of a surrogate pair")],
)
def test_what_no_store_keeps_is_no_name(name: str, reason: str) -> None:
    with pytest.raises(InvalidArgument, match=f"user: {reason}"):
        check_name("user", name)
