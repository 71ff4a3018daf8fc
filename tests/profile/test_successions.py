from __future__ import annotations

from random import Random
from typing import Any

import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, MINUTE, Instant
from penchant.profile import successions
from penchant.profile.fold import Fold
from penchant.profile.successions import (
    ACTIONS,
    COUNT,
    FAILED,
    FIRST,
    JOINT,
    LAST,
    LATELY,
    OTHERS,
    RECENT,
    ROLES,
    ROW,
    State,
    Successions,
)
from tests.conftest import NOON
from tests.profile.told import KINDS

SUCCESSIONS = Successions()


def commands(
    words: str, user: str = "ann", role: str | None = None, after: Instant = 0
) -> list[Event]:
    """One command a minute."""
    return [
        Event(
            id=f"{user}{place}",
            user=user,
            kind="command",
            at=NOON + after + place * MINUTE,
            text=word,
            context={"role": role} if role else None,
        )
        for place, word in enumerate(words.split())
    ]


def folded(*events: Event, feature: Successions = SUCCESSIONS) -> State:
    fold = Fold([feature], KINDS)
    state: State = fold.extend(
        fold.zero(), list(enumerate(events, start=1)), lambda item, position: None
    ).states[0]
    return state


def held(state: State) -> int:
    return sum(len(row) for role in state.roles.values() for row in role.rows.values())


def test_followers_are_counted_after_one_action_and_after_two() -> None:
    state = folded(*commands("ls cd ls cd vi"))

    assert SUCCESSIONS.after(state, "", "cd") == {"ls": 1, "vi": 1}
    assert SUCCESSIONS.after(state, "", "ls", "cd") == {"ls": 1, "vi": 1}
    assert SUCCESSIONS.after(state, "") == {"ls": 1}
    assert SUCCESSIONS.after(state, "", "vi") == {}


def test_people_do_not_follow_each_other() -> None:
    ann, bob = commands("ls cd"), commands("vi pwd", user="bob")

    state = folded(*(event for pair in zip(ann, bob, strict=True) for event in pair))

    assert SUCCESSIONS.after(state, "", "ls") == {"cd": 1}
    assert SUCCESSIONS.after(state, "", "vi") == {"pwd": 1}


def test_roles_are_told_apart_and_summed() -> None:
    state = folded(
        *commands("ls cd", role="cook"), *commands("ls cd ls vi", user="bob", role="waiter")
    )

    assert SUCCESSIONS.after(state, "cook", "ls") == {"cd": 1}
    assert SUCCESSIONS.after(state, "waiter", "ls") == {"cd": 1, "vi": 1}
    assert SUCCESSIONS.after(state, None, "ls") == {"cd": 2, "vi": 1}
    assert SUCCESSIONS.after(state, "guest", "ls") == {}
    assert SUCCESSIONS.seen(state, "cook") == 2
    assert SUCCESSIONS.seen(state, None) == 6
    assert SUCCESSIONS.done(state, None, ["ls", "pwd"]) == {"ls": 3, "pwd": 0}
    assert SUCCESSIONS.frequent(state, None, 2) == ["ls", "cd"]


def test_after_a_long_gap_a_run_starts_anew() -> None:
    state = folded(*commands("ls cd"), *commands("vi", after=DAY))

    assert SUCCESSIONS.after(state, "") == {"ls": 1, "vi": 1}
    assert SUCCESSIONS.after(state, "", "cd") == {}
    assert SUCCESSIONS.before(state, "", "ann", "vi") is None


def test_a_late_event_counts_as_an_action_and_follows_nothing() -> None:
    state = folded(*commands("ls cd", after=DAY), *commands("vi"))

    assert SUCCESSIONS.done(state, "", ["vi"]) == {"vi": 1}
    assert SUCCESSIONS.after(state, "") == {"ls": 1}
    assert SUCCESSIONS.before(state, "", "ann", "cd") == "ls"
    assert SUCCESSIONS.before(state, "", "ann", "vi") is None


def test_failures_are_counted_by_action() -> None:
    told: tuple[dict[str, Any], ...] = (
        {"success": True},
        {"success": False},
        {"error": "denied"},
        {},
    )

    state = folded(
        *(
            Event(id=str(place), user="ann", kind="command", at=NOON, text="ls", **outcome)
            for place, outcome in enumerate(told)
        )
    )

    assert state.roles[""].uses["ls"][FAILED] == 2


def test_recent_counts_are_halved_within_a_row() -> None:
    state = folded(*commands("a b " * (RECENT - 2) + "a c " * 3 + "a b a b"))
    row = state.roles[""].rows["a"]

    assert {name: follow[COUNT] for name, follow in row.items()} == {"b": RECENT, "c": 3}
    assert {name: follow[LATELY] for name, follow in row.items()} == {"b": RECENT // 2, "c": 1}


def test_a_long_row_keeps_what_followed_most_and_sums_the_others() -> None:
    rare = " ".join(f"a x{n}" for n in range(200))
    state = folded(*commands("a often " * 20 + rare))
    row = state.roles[""].rows["a"]

    assert len(row) <= ROW
    assert row["often"][COUNT] == 20
    assert "x199" in row
    assert sum(follow[COUNT] for follow in row.values()) == 220
    assert OTHERS not in SUCCESSIONS.after(state, "", "a")
    assert state.follows == held(state)


def test_beyond_the_bound_what_is_unseen_for_longest_is_forgotten() -> None:
    feature = Successions(most=400)
    rng = Random(1)
    words = " ".join(f"w{rng.randrange(300)}" for _ in range(5_000))

    state = folded(*commands(words + " the end"), feature=feature)

    assert held(state) == state.follows <= 400
    assert feature.after(state, "", "the") == {"end": 1}


def test_merging_stays_within_the_bound() -> None:
    feature = Successions(most=400)
    one = folded(*commands(" ".join(f"a{n}" for n in range(200))), feature=feature)
    other = folded(*commands(" ".join(f"b{n}" for n in range(200)), after=DAY), feature=feature)

    merged = feature.merge(one, other)

    assert held(merged) == merged.follows <= 400
    assert feature.after(merged, "", "b198") == {"b199": 1}
    assert merged.roles[""].people == other.roles[""].people


def test_merging_adds_what_both_counted() -> None:
    one, other = folded(*commands("ls cd ls cd")), folded(*commands("ls cd ls vi", user="bob"))

    merged = SUCCESSIONS.merge(one, other)

    assert SUCCESSIONS.after(merged, "", "ls") == {"cd": 3, "vi": 1}
    assert SUCCESSIONS.after(merged, "", "ls", "cd") == {"ls": 2}
    assert SUCCESSIONS.seen(merged, None) == 8
    assert SUCCESSIONS.before(merged, "", "bob", "vi") == "ls"


def test_merged_recent_counts_stay_below_the_border() -> None:
    one = folded(*commands("a b " * (RECENT - 1)))

    row = SUCCESSIONS.merge(one, one).roles[""].rows["a"]

    assert row["b"][COUNT] == 2 * (RECENT - 1)
    assert row["b"][LATELY] < RECENT


def test_late_roles_count_as_none() -> None:
    state = folded(
        *(
            event
            for number in range(ROLES + 5)
            for event in commands("ls cd", user=f"u{number}", role=f"r{number}")
        )
    )

    assert len(state.roles) == ROLES + 1
    assert SUCCESSIONS.seen(state, "") == 2 * 5
    assert SUCCESSIONS.seen(state, None) == 2 * (ROLES + 5)


def test_actions_of_a_role_are_bounded_and_the_frequent_stay() -> None:
    words = " ".join(f"often x{n}" for n in range(2 * ACTIONS))

    uses = folded(*commands(words)).roles[""].uses

    assert len(uses) <= ACTIONS
    assert uses["often"][COUNT] == 2 * ACTIONS
    assert f"x{2 * ACTIONS - 1}" in uses


def test_of_a_role_some_are_followed_and_in_another_week_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(successions, "PEOPLE", 8)
    first = [commands("ls cd", user=f"u{number}") for number in range(40)]
    second = [commands("vi", user=f"v{number}", after=7 * DAY) for number in range(40)]

    one = folded(*(event for events in first for event in events))
    both = folded(*(event for events in first + second for event in events))

    assert len(one.roles[""].people.people) == 8
    assert 8 <= SUCCESSIONS.after(one, "", "ls")["cd"] < 40
    assert {user[0] for user in both.roles[""].people.people} == {"v"}
    assert SUCCESSIONS.after(both, "", "ls") == SUCCESSIONS.after(one, "", "ls")


def test_who_is_followed_in_one_role_takes_no_place_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(successions, "PEOPLE", 8)
    events = [
        event
        for number in range(8)
        for role in ("cook", "waiter")
        for event in commands("ls cd", user=f"{role}{number}", role=role)
    ]

    state = folded(*events)

    assert SUCCESSIONS.after(state, "cook", "ls") == {"cd": 8}
    assert SUCCESSIONS.after(state, "waiter", "ls") == {"cd": 8}


def test_a_late_event_of_an_earlier_week_changes_nobody_who_is_followed() -> None:
    state = folded(*commands("ls cd", after=7 * DAY), *commands("vi", user="bob"))

    assert list(state.roles[""].people.people) == ["ann", "bob"]
    assert SUCCESSIONS.before(state, "", "ann", "cd") == "ls"


def test_two_actions_are_no_name_from_outside() -> None:
    state = folded(*commands(f"a{JOINT}b c"), *commands("a b c", user="bob"))

    assert SUCCESSIONS.after(state, "", "a", "b") == {"c": 2}


def test_what_ties_at_the_oldest_instant_is_forgotten_as_well() -> None:
    feature = Successions(most=8)
    events = [
        Event(id=f"{number} {place}", user=f"u{number}", kind="command", at=NOON, text=word)
        for number in range(40)
        for place, word in enumerate((f"a{number}", f"b{number}"))
    ]

    state = folded(*events, feature=feature)

    assert held(state) == state.follows <= 8


def test_halving_a_row_halves_its_sum_and_forgets_no_rare_successor_for_nothing() -> None:
    rare = " ".join(f"a x{number}" for number in range(30))
    row = folded(*commands(rare + " a b" * RECENT)).roles[""].rows["a"]

    assert sum(follow[LATELY] for follow in row.values()) == (30 + RECENT) // 2
    assert row["b"][LATELY] == RECENT // 2


def test_the_instants_of_a_successor_are_those_of_the_first_and_the_last() -> None:
    state = folded(*commands("ls cd", after=DAY), *commands("ls cd", user="bob"))
    follow = state.roles[""].rows["ls"]["cd"]

    assert follow[FIRST] == NOON + MINUTE
    assert follow[LAST] == NOON + DAY + MINUTE
