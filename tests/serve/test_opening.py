"""Places that are no store, handed to whoever opens one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, StoreUnavailable


@pytest.mark.parametrize("place", ["", "a\0b", "a\ud800", None, 7, b"\0", ["taste"]], ids=ascii)
def test_what_is_no_path_is_refused_as_a_place(place: Any) -> None:
    with pytest.raises(InvalidArgument, match="store: expected the path of a file"):
        penchant.open(place)


def test_a_path_too_long_to_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be made: .*File name too long"):
        penchant.open(tmp_path / ("x" * 300))
