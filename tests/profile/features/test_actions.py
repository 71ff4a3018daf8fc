from __future__ import annotations

import msgspec
import pytest

from penchant.core.event import Event
from penchant.core.instant import DAY, MINUTE, Instant
from penchant.profile.features.actions import KEPT, LATEST, SIZE, Actions, Habit, State
from penchant.profile.fold import Fold
from tests.conftest import NOON
from tests.profile.told import KINDS, event, reading

ACTIONS = Actions()


def commands(words: str, after: Instant = 0, session: str | None = None) -> list[Event]:
    """One command a minute."""
    return [
        event("command", after=after + place * MINUTE, text=word, session=session)
        for place, word in enumerate(words.split())
    ]


def folded(*events: Event) -> State:
    fold = Fold([ACTIONS], KINDS)
    state: State = fold.extend(
        fold.zero(), list(enumerate(events, start=1)), lambda item, position: None
    ).states[0]
    return state


def habit(state: State, minutes: int = 0) -> Habit:
    """As of some minutes after the last action."""
    assert state.last is not None
    return ACTIONS.habit(state, state.last[0] + minutes * MINUTE)


def after(state: State) -> list[str]:
    return habit(state).after


def test_what_followed_the_last_action_is_told_with_its_share() -> None:
    found = reading(ACTIONS, *commands("ls cd ls vi ls cd ls"))

    assert found.value == {"known": 3, "last": "ls", "then": {"cd": 2 / 3, "vi": 1 / 3}}
    assert found.evidence == 7


def test_what_followed_before_comes_newest_first_with_repeats() -> None:
    assert after(folded(*commands("ls cd ls vi ls cd ls"))) == ["cd", "vi", "cd"]


def test_after_a_long_gap_comes_what_runs_started_with() -> None:
    state = folded(
        *commands("ls cd"), *commands("vi cd", after=DAY), *commands("ls", after=2 * DAY)
    )

    within, beyond = habit(state, minutes=30), habit(state, minutes=31)

    assert (within.last, within.after) == ("ls", ["cd"])
    assert (beyond.last, beyond.after) == (None, ["ls", "vi"])


def test_what_another_session_did_does_not_follow() -> None:
    events = [*commands("ls", session="s1"), *commands("cd ls", after=MINUTE, session="s2")]

    assert after(folded(*events)) == []


def test_a_named_session_goes_on_for_a_day() -> None:
    events = [
        *commands("ls", session="s1"),
        *commands("cd", after=DAY, session="s1"),
        *commands("ls", after=2 * DAY, session="s1"),
    ]

    assert after(folded(*events)) == ["cd"]


def test_a_late_action_is_known_but_follows_nothing() -> None:
    on_time = commands("ls cd ls cd", after=DAY)

    state = folded(*on_time, *commands("vi"))

    assert habit(state).latest[0] == "vi"
    assert habit(state).last == "cd"
    assert after(state) == after(folded(*on_time)) == ["ls"]


def test_merging_joins_the_two_actions_at_the_border() -> None:
    earlier, later = commands("ls cd"), commands("ls cd ls", after=2 * MINUTE)

    merged = ACTIONS.merge(folded(*earlier), folded(*later))

    assert after(merged) == after(folded(*earlier, *later)) == ["cd", "cd"]
    assert ACTIONS.merge(folded(*earlier), folded(*later)) == folded(*earlier, *later)


def test_merging_equals_folding_also_when_rows_are_full() -> None:
    many = commands("ls cd ls vi " * 20)
    whole = folded(*many)

    for cut in range(0, len(many), 7):
        merged = ACTIONS.merge(folded(*many[:cut]), folded(*many[cut:]))

        assert habit(merged) == habit(whole)
        assert ACTIONS.read(merged, NOON) == ACTIONS.read(whole, NOON)


def test_the_latest_few_are_kept() -> None:
    state = folded(*commands(" ".join("ab" * 50)))

    assert habit(state).latest == ["b", "a"] * (LATEST // 2)
    assert after(state) == ["a"] * KEPT


def test_the_actions_unseen_for_longest_are_forgotten_with_what_they_followed() -> None:
    state = folded(*commands(" ".join(f"command-{n % 7}-{n} often" for n in range(200))))

    assert state.size <= SIZE
    assert habit(state).last == "often"
    assert list(state.names)[-1] == "often"
    assert "command-3-199" in {*habit(state).latest}
    assert "command-0-0" not in state.names
    assert state.seen == 400


@pytest.mark.parametrize("count", [30, 300])
def test_the_size_told_is_the_size_encoded(count: int) -> None:
    state = folded(*commands(" ".join(f"{n % 41}é{n % 5}" for n in range(count))))

    names = len(msgspec.msgpack.encode(state.names)) - (1 if len(state.names) < 16 else 3)
    rows = sum(len(msgspec.msgpack.encode(row)) for row in state.rows)
    assert state.size == names + rows


def test_the_role_told_last_is_remembered() -> None:
    first = event("command", text="ls", context={"role": "cook"})
    second = event("command", after=MINUTE, text="ls", context={"device": "ios"})

    assert folded(first, second).role == "cook"
    assert ACTIONS.merge(folded(first), folded(second)).role == "cook"


def test_what_was_shown_is_no_action() -> None:
    assert reading(ACTIONS, event("exposure", item="a")).value["known"] == 0
