from __future__ import annotations

import pytest

from penchant.personalise.next_action import Others, predict
from penchant.profile.features.actions import Habit

NOBODY = Others({}, {}, None, {}, 0)
NOTHING = Habit(None, [], [], 0)


def own(after: str, latest: str = "", last: str = "ls") -> Habit:
    return Habit(last, after.split(), latest.split() or [last], 1 + len(latest.split()))


def test_who_did_nothing_among_nobody_is_about_to_do_nothing_known() -> None:
    assert predict(NOTHING, NOBODY, 5) == ()


def test_what_followed_last_is_more_probable_than_what_followed_before() -> None:
    found = predict(own("vi cd"), NOBODY, 2)

    assert [one.action for one in found] == ["vi", "cd"]


def test_what_followed_often_beats_what_followed_last() -> None:
    assert predict(own("vi cd cd cd cd"), NOBODY, 1)[0].action == "cd"


def test_with_nothing_known_to_follow_the_latest_actions_stand_in() -> None:
    found = predict(own("", "ls vi"), NOBODY, 5)

    assert [one.action for one in found] == ["ls", "vi"]


def test_who_is_new_does_what_others_do() -> None:
    found = predict(NOTHING, Others({"login": 8, "help": 2}, {}, None, {"login": 8}, 40), 1)

    assert found[0].action == "login"
    assert {reason.name for reason in found[0].why} == {"others_after", "others_done"}


def test_few_others_say_less_than_many() -> None:
    few = predict(own("vi vi vi"), Others({"cd": 1}, {}, None, {}, 0), 1)
    many = predict(own("vi vi vi"), Others({"cd": 100}, {}, None, {}, 0), 1)

    assert (few[0].action, many[0].action) == ("vi", "cd")


@pytest.mark.parametrize("seen", [1, 1_000])
def test_the_shares_of_the_reasons_sum_to_the_probability_and_all_of_them_to_one(
    seen: int,
) -> None:
    habit = Habit("ls", ["cd", "vi", "cd"], ["ls", "cd", "vi"], seen)
    others = Others({"cd": 3, "pwd": 1}, {"pwd": 2}, "cd", {"ls": 5, "cd": 4, "vi": 1}, 10)

    found = predict(habit, others, 500)

    for one in found:
        assert sum(reason.share for reason in one.why) == one.probability
        assert all(reason.share > 0 for reason in one.why)
    assert {one.action for one in found} == {"ls", "cd", "vi", "pwd"}
    assert 0.8 < sum(one.probability for one in found) <= 1.0


def test_each_reason_names_the_actions_it_comes_after() -> None:
    others = Others({"cd": 3}, {"cd": 2}, "vi", {"cd": 4}, 10)

    (first,) = predict(own("cd"), others, 1)

    assert {reason.name: reason.evidence for reason in first.why} == {
        "own_after": ("ls",),
        "others_after": ("ls",),
        "others_after_two": ("vi", "ls"),
        "others_done": (),
    }


def test_equal_actions_are_ordered_by_name() -> None:
    others = Others({"b": 1, "a": 1}, {}, None, {}, 0)

    assert [one.action for one in predict(NOTHING, others, 2)] == ["a", "b"]


def test_a_prediction_as_plain_data_says_the_same() -> None:
    (first,) = predict(own("cd"), NOBODY, 1)

    assert first.to_dict() == {
        "action": "cd",
        "probability": first.probability,
        "why": [reason.to_dict() for reason in first.why],
    }
