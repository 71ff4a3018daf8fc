"""Leaders: the keys with the highest values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penchant.state.leaders import Leaders

GROWING = st.lists(st.tuples(st.sampled_from("abcdefghij"), st.floats(0.1, 10)), max_size=80)


@given(GROWING, st.integers(1, 5))
def test_growing_values_never_lose_a_leader(told: list[tuple[str, float]], size: int) -> None:
    leaders = Leaders()
    values: dict[str, float] = {}
    for key, more in told:
        values[key] = values.get(key, 0.0) + more
        leaders.offer(key, values[key], size)

    expected = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))[:size]
    assert [value for _, value in leaders.top(size)] == [value for _, value in expected]
    assert len(leaders.values) <= 2 * size


def test_nobody_leads_without_a_positive_value() -> None:
    leaders = Leaders()
    leaders.offer("a", -1.0, 3)
    leaders.offer("b", 0.0, 3)

    assert leaders.top(3) == []


def test_a_leader_that_falls_to_nothing_is_no_leader() -> None:
    leaders = Leaders()
    leaders.offer("a", 1.0, 3)
    leaders.offer("a", -1.0, 3)

    assert leaders.top(3) == []


def test_ties_are_ordered_by_key() -> None:
    leaders = Leaders()
    for key in "cab":
        leaders.offer(key, 1.0, 3)

    assert leaders.top(2) == [("a", 1.0), ("b", 1.0)]


def test_scaling_keeps_the_order() -> None:
    leaders = Leaders()
    leaders.offer("a", 2.0, 3)
    leaders.offer("b", 4.0, 3)

    leaders.scale(0.5)

    assert leaders.top(3) == [("b", 2.0), ("a", 1.0)]
