"""Usage: counts, and clicks matched with exposures."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.event import Event
from penchant.core.kinds import Kind, Kinds
from penchant.measure import usage as module
from penchant.measure.usage import Shown, State, Usage
from penchant.profile.fold import Fold

KINDS = Kinds(
    {
        "click": Kind(name="click", weight=0.3, group="interface"),
        "exposure": Kind(name="exposure", weight=0.0, group="slate"),
        "search": Kind(name="search", weight=0.1, group="query"),
    }
)
FOLD = Fold((Usage(),), KINDS)


def event(kind: str, request: str | None = None, place: int | None = None, **more: Any) -> Event:
    return Event(
        id="e", user="ann", kind=kind, request=request, position=place, **{"at": 0, **more}
    )


def shown(request: str, place: int, policy: str = "p") -> Event:
    return event("exposure", request, place, item="a", data={"policy": policy})


def folded(events: list[Event]) -> Any:
    states = FOLD.zero()
    for position, one in enumerate(events, 1):
        FOLD.step(states, position, one, None)
    return states


def reading(events: list[Event]) -> dict[str, Any]:
    value: dict[str, Any] = FOLD.read(folded(events), 0)["usage"].value
    return value


def test_nothing_shown_has_no_rate() -> None:
    assert reading([])["clicks_per_exposure"] is None


def test_a_click_answers_the_place_of_its_request() -> None:
    told = reading([shown("r", 0), shown("r", 1), event("click", "r", 1)])

    assert (told["exposures"], told["clicks"], told["clicks_per_exposure"]) == (2, 1, 0.5)
    assert told["positions"]["1"] == {"exposures": 1, "clicks": 1, "clicks_per_exposure": 1.0}
    assert told["policies"]["p"]["clicks"] == 1


def test_a_place_clicked_twice_counts_once() -> None:
    assert reading([shown("r", 0), event("click", "r", 0), event("click", "r", 0)])["clicks"] == 1


def test_a_click_may_arrive_before_its_exposure() -> None:
    told = reading([event("click", "r", 0), shown("r", 0, "late")])

    assert (told["exposures"], told["clicks"]) == (1, 1)
    assert told["policies"]["late"]["clicks"] == 1


@pytest.mark.parametrize(
    "other",
    [event("click", "r", 1), event("click", "s", 0), event("click"), event("search", "r", 0)],
)
def test_what_answers_nothing_shown_is_no_click(other: Event) -> None:
    assert reading([shown("r", 0), other])["clicks"] == 0


def test_places_beyond_the_fiftieth_count_together() -> None:
    told = reading([shown("r", 49), shown("r", 9_999)])

    assert told["positions"] == {"49": {"exposures": 1, "clicks": 0, "clicks_per_exposure": 0.0}}


def test_policies_are_bounded_and_later_ones_count_together() -> None:
    named = [
        Event(
            id=f"e{n}",
            user="ann",
            kind="exposure",
            at=0,
            request=f"r{n}",
            position=0,
            data={"policy": f"p{n}"},
        )
        for n in range(150)
    ]

    told = reading(named)["policies"]

    assert len(told) == 101
    assert told["others"]["exposures"] == 50


EVENTS = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["r", "s"]), st.integers(0, 3)), max_size=30
).map(
    lambda rows: [
        shown(request, place) if exposed else event("click", request, place)
        for exposed, request, place in rows
    ]
)


@given(EVENTS, EVENTS)
def test_merging_two_folds_is_the_fold_of_both(left: list[Event], right: list[Event]) -> None:
    merged = FOLD.merge(folded(left), folded(right))

    assert FOLD.read(merged, 0)["usage"].value == reading([*left, *right])


def test_merging_keeps_the_latest_slates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUESTS", 2)
    one = State(open={"r1": Shown(), "r2": Shown()})
    other = State(open={"r3": Shown()})

    merged = Usage().merge(one, other)

    assert list(merged.open) == ["r2", "r3"]
