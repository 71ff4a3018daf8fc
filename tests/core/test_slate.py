from __future__ import annotations

from penchant.core.slate import Choice, Reason, Slate
from tests.conftest import NOON

WHY = (Reason("popularity", 0.5), Reason("covisitation", 0.25, ("tea",)))
SLATE = Slate("r", (Choice("a", 0.75, 1.0, WHY), Choice("b", 0.5, 1.0, ())), "some", None, NOON)


def test_a_slate_is_a_sequence_of_choices() -> None:
    assert len(SLATE) == 2
    assert [choice.item for choice in SLATE] == ["a", "b"]
    assert SLATE[-1].item == "b"
    assert SLATE[:1] == SLATE.items[:1]


def test_exposures_name_request_place_and_policy_and_are_the_same_when_told_again() -> None:
    told = SLATE.exposures("ann")

    assert [(one["id"], one["item"], one["position"]) for one in told] == [
        ("r/0", "a", 0),
        ("r/1", "b", 1),
    ]
    assert told[0]["data"] == {"policy": "some", "propensity": 1.0, "score": 0.75}
    assert SLATE.exposures("ann") == told


def test_an_empty_slate_exposes_nothing() -> None:
    assert Slate("r", (), "some", None, NOON).exposures("ann") == []


def test_a_slate_is_plain_data() -> None:
    assert SLATE.to_dict()["items"][0]["why"][1] == {
        "name": "covisitation",
        "share": 0.25,
        "evidence": ["tea"],
    }
    assert SLATE.to_dict()["as_of"] == "2026-01-01T12:00:00Z"
