from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.profile import portions as module
from penchant.profile.portions import portions


class Pair(msgspec.Struct, array_like=True):
    one: Any
    other: Any


class Named(msgspec.Struct):
    one: Any


VALUES = st.recursive(
    st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), st.text(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=20),
        st.dictionaries(st.text(), inner, max_size=40),
        st.builds(Pair, inner, inner),
        st.builds(Named, inner),
    ),
    max_leaves=60,
)


@given(value=VALUES)
def test_portions_are_the_bytes_of_the_whole(value: Any) -> None:
    encoder = msgspec.msgpack.Encoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ENTRIES", 17)

        assert b"".join(portions(encoder, value)) == encoder.encode(value)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 100, 101, 65_535, 65_536])
def test_a_map_of_any_size_is_divided_rightly(size: int) -> None:
    encoder = msgspec.msgpack.Encoder()
    value = {str(number): number for number in range(size)}

    parts = list(portions(encoder, [value]))

    assert b"".join(parts) == encoder.encode([value])
    assert len(parts) >= size / module.ENTRIES
