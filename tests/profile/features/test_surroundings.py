from __future__ import annotations

from typing import Any

import pytest

from penchant.profile.features.surroundings import BOUND, Surroundings
from tests.profile.told import event, reading


def told(*contexts: dict[str, Any] | None) -> Any:
    return reading(Surroundings(), *[event(context=context) for context in contexts])


def test_shares_are_of_the_events_that_tell_the_aspect() -> None:
    found = told({"device": "ios"}, {"device": "ios"}, {"device": "web", "weather": "rain"}, None)

    assert found.value == {
        "device": {"ios": pytest.approx(2 / 3), "web": pytest.approx(1 / 3)},
        "weather": {"rain": 1.0},
    }
    assert found.evidence == 3


def test_a_device_is_known_by_either_name() -> None:
    assert told({"device_type": "desktop"}).value == {"device": {"desktop": 1.0}}


def test_either_side_of_the_equator_and_of_greenwich_is_one_place_close_to_them() -> None:
    found = told(*[{"location": {"lat": side, "lon": -side}} for side in (-0.04, 0.04)])

    assert found.value == {"place": {"0.0,0.0": 1.0}}


def test_a_location_is_the_tenth_of_a_degree_it_lies_in() -> None:
    location = {"lat": 40.4168, "lon": -3.7038}

    assert told({"location": location}).value == {"place": {"40.4,-3.7": 1.0}}


@pytest.mark.parametrize(
    "context", [{"device": 7}, {"device": ""}, {"location": {"lat": "north"}}, {}]
)
def test_what_is_no_name_and_no_place_is_not_counted(context: dict[str, Any]) -> None:
    assert told(context).value == {}


def test_of_many_the_commonest_are_told() -> None:
    contexts = [{"device": "often"}] * 20 + [{"device": f"d{number}"} for number in range(50)]

    devices = told(*contexts).value["device"]

    assert next(iter(devices)) == "often"
    assert len(devices) <= BOUND.keys


def test_what_was_shown_says_nothing_of_where_somebody_is() -> None:
    shown = event("exposure", context={"device": "ios"})

    assert reading(Surroundings(), shown).value == {}
