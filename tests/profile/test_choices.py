from __future__ import annotations

from typing import Any

import pytest

from penchant.core.event import Event
from penchant.profile import choices
from penchant.profile.choices import Choices, State
from penchant.profile.fold import Fold
from tests.conftest import NOON
from tests.profile.told import KINDS

CHOICES = Choices()
COOK = {"role": "Cook", "device_type": "iOS"}


def chosen(user: str, after: int = 0, context: Any = COOK, **data: str | None) -> Event:
    at = NOON + after
    return Event(id="e", user=user, kind="preferences", at=at, data=data, context=context)


def state(*events: Event) -> State:
    fold = Fold([CHOICES], KINDS)
    logged = list(enumerate(events, start=1))
    folded: State = fold.extend(fold.zero(), logged, lambda item, position: None).states[0]
    return folded


def counted(found: State, **aspects: str) -> list[dict[str, int]]:
    return [counts for _, counts in CHOICES.counts(found, "layout", aspects)]


def test_a_choice_counts_in_every_group_its_person_belongs_to() -> None:
    found = state(chosen("ann", layout="compact"), chosen("bob", context=None, layout="compact"))

    both = counted(found, role="cook", device="ios")

    assert both == [{"compact": 1}, {"compact": 1}, {"compact": 1}]
    assert counted(found, role="cook", device="web") == [{}, {"compact": 1}, {}]


def test_a_person_counts_once_by_their_latest_choice() -> None:
    events = [
        chosen("ann", 1, layout="compact"),
        chosen("ann", 3, {"role": "host"}, layout="spacious"),
        chosen("ann", 2, layout="standard"),  # late
    ]

    found = state(*events)

    assert counted(found, role="cook") == [{}]
    assert counted(found, role="host") == [{"spacious": 1}]


def test_a_choice_taken_back_does_not_count() -> None:
    found = state(chosen("ann", 1, layout="compact"), chosen("ann", 2, layout=None))

    assert found.counts == {}


def test_who_chose_longest_ago_is_forgotten_with_what_they_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choices, "PEOPLE", 3)

    found = state(*(chosen(f"u{number}", layout="compact") for number in range(5)))

    assert list(found.people) == ["u2", "u3", "u4"]
    assert counted(found, role="cook") == [{"compact": 3}]


def test_counts_of_two_halves_are_those_of_the_whole_where_both_hold_a_person() -> None:
    events = [
        chosen("ann", 2, layout="compact"),
        chosen("bob", 1, layout="compact"),
        chosen("ann", 1, {"role": "host"}, layout="spacious", density="low"),
    ]

    merged = CHOICES.merge(state(*events[:2]), state(events[2]))

    assert merged == state(*events)
    assert list(merged.people) == list(state(*events).people)
