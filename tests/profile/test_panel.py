from __future__ import annotations

from typing import Any

from penchant.core.event import Event
from penchant.core.instant import HOUR
from penchant.core.item import Item
from penchant.profile.features.interests import Categories
from penchant.profile.fold import Fold, Folded
from penchant.profile.panel import FIRST, PEOPLE, Panel
from penchant.profile.tastes import Tastes
from penchant.state.decay import HalfLives
from tests.conftest import NOON
from tests.profile.told import KINDS

FOLD = Fold([Panel([Tastes(Categories())])], KINDS, HalfLives.of())
ITEMS = {name: Item(id=name, category=name) for name in ("run", "swim", "tea")}


def followed(count: int, people: int = 5) -> Folded:
    """Everybody turns to running twice as often as to swimming."""
    logged = [
        (
            number,
            Event(
                id=f"e{number}",
                user=f"u{number % people}",
                kind="click",
                at=NOON + number * HOUR,
                item=("run", "run", "swim")[number // people % 3],
            ),
        )
        for number in range(1, count + 1)
    ]
    return FOLD.extend(FOLD.zero(), logged, lambda id, at: ITEMS.get(id))


def norms(folded: Folded) -> Any:
    return FOLD.feature(Panel).norms(folded.states[0])


def test_before_the_first_events_there_are_no_norms() -> None:
    assert norms(followed(FIRST - 1)).by_name == {}
    assert norms(followed(FIRST)).by_name.keys() == {"categories"}


def test_norms_are_made_again_after_a_tenth_more_events() -> None:
    versions = [norms(followed(count)).version for count in (FIRST, FIRST + 2, FIRST + 3, 1_000)]

    assert versions[:3] == [1, 1, 2]
    assert 30 < versions[3] < 45


def test_norms_are_the_same_however_the_log_is_batched_and_read_again() -> None:
    whole, resumed = followed(500), followed(250)

    resumed = Folded(FOLD.decode(FOLD.encode(resumed)), resumed.upto)
    tail = [
        (number, Event(id=f"e{number}", user=f"u{number % 5}", kind="click",
                       at=NOON + number * HOUR, item=("run", "run", "swim")[number // 5 % 3]))
        for number in range(251, 501)
    ]  # fmt: skip
    FOLD.extend(resumed, tail, lambda id, at: ITEMS.get(id))

    assert FOLD.encode(resumed) == FOLD.encode(whole)
    assert norms(resumed) == norms(whole)


def test_norms_that_are_read_while_they_are_made_have_their_own_number() -> None:
    panel = FOLD.feature(Panel)
    state = followed(FIRST + 2).states[0]
    seen = [panel.norms(state)]

    class Watched:
        def __init__(self) -> None:
            for name in state.__struct_fields__:
                vars(self)[name] = getattr(state, name)

        def __setattr__(self, name: str, value: object) -> None:
            vars(self)[name] = value
            seen.append(panel.norms(self))

    panel._make_norms(Watched())

    assert seen[0].by_name != seen[-1].by_name
    assert all((one.version == 1) == (one.by_name == seen[0].by_name) for one in seen)


def test_a_panel_is_as_large_as_it_may_be_and_no_larger() -> None:
    state = followed(2_000, people=1_000).states[0]

    assert FOLD.feature(Panel).read(state, NOON).value["people"] == PEOPLE


def test_the_shares_of_the_norm_are_those_of_the_log() -> None:
    told = norms(followed(3_000)).by_name["categories"]

    assert told.shares.keys() == {"run", "swim"}
    assert abs(told.shares["run"] - 2 / 3) < 0.01
