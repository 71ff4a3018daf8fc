"""The commonest: counts by name within a bound."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from penchant.state.commonest import Commonest

SIZE = 8
NAMES = st.lists(st.sampled_from("abcdefghijklmnop"), max_size=120)


def counted(names: list[str]) -> Commonest:
    commonest = Commonest()
    for name in names:
        commonest.add(name, SIZE)
    return commonest


def assert_says_the_truth(commonest: Commonest, names: list[str]) -> None:
    true = Counter(names)
    assert commonest.total() == len(names)
    assert len(commonest.counts) <= SIZE
    for name, count in commonest.counts.items():
        assert count <= true[name] <= count + commonest.others


@given(NAMES)
def test_counts_sum_to_all_and_lack_at_most_the_others(names: list[str]) -> None:
    assert_says_the_truth(counted(names), names)


@given(NAMES, NAMES)
def test_absorbing_keeps_the_bound_and_the_sum(left: list[str], right: list[str]) -> None:
    both = counted(left)
    both.absorb(counted(right), SIZE)

    assert_says_the_truth(both, left + right)


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.randoms(use_true_random=False))
def test_names_that_fit_are_counted_alike_in_any_order(names: list[str], rng: object) -> None:
    shuffled = list(names)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a Random

    assert counted(shuffled).top(SIZE) == counted(names).top(SIZE)
    assert counted(names).others == 0


def test_beyond_the_bound_the_smaller_half_goes_ties_by_name() -> None:
    commonest = counted(["z"] * 3 + ["y"] * 2 + list("fedcbag"))

    assert commonest.top(9) == [("z", 3), ("y", 2), ("a", 1), ("b", 1)]
    assert commonest.others == 5


def test_without_a_bound_every_name_of_both_is_kept() -> None:
    both = counted(list("abcdefgh"))

    both.absorb(counted(list("ijklmnop")), None)

    assert len(both.counts) == 16
