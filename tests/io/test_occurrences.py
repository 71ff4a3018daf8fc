"""Occurrences are counted alike in memory and beyond it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penchant.io.occurrences import Occurrences


@given(st.lists(st.lists(st.integers(0, 20), max_size=30), max_size=6))
def test_counts_do_not_depend_on_where_they_are_kept(batches: list[list[int]]) -> None:
    with Occurrences() as roomy, Occurrences(in_memory=5) as tight:
        assert [roomy.number(keys) for keys in batches] == [tight.number(keys) for keys in batches]
