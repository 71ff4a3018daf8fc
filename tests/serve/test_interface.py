"""The interface of a person of an opened store."""

from __future__ import annotations

from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidArgument, InvalidSettings
from penchant.serve.engine import Penchant


def choose(p: Penchant, count: int, role: str, **choices: str) -> None:
    for number in range(count):
        person = p.user(f"{role}{number}")
        person.set(role=role)
        person.prefer(**choices)


def test_a_choice_is_in_force_for_the_very_next_call(p: Penchant) -> None:
    person = p.user("ann")
    assert person.ux()["layout"].source == "default"

    person.prefer(layout="compact")
    assert (person.ux()["layout"].value, person.ux()["layout"].source) == ("compact", "pin")

    person.prefer(layout=None)
    assert person.ux()["layout"].source == "default"


def test_what_others_in_the_role_surely_choose_is_in_force_until_somebody_chooses(
    p: Penchant,
) -> None:
    choose(p, 12, "cook", layout="compact")
    p.user("ann").set(role="cook")
    p.user("bob").set(role="host")

    found = p.user("ann").ux()

    assert (found["layout"].value, found["layout"].source) == ("compact", "learned")
    assert found["layout"].evidence == 12
    assert p.user("bob").ux()["layout"].source == "default"


def test_a_choice_carries_what_its_person_was(p: Penchant) -> None:
    p.track("ann", "tap", context={"device_type": "iOS", "role": "Head cook"})

    p.user("ann").prefer(density="high")

    (event,) = p.user("ann").history(kind="preferences")
    assert event.data == {"density": "high"}
    assert event.context == {"role": "head_cook", "device": "ios"}


def test_a_rule_by_device_goes_by_the_device_in_use() -> None:
    with penchant.open(":memory:", interface="device:ios layout=compact") as p:
        p.track("ann", "tap", context={"device": "web"})

        assert p.user("ann").ux()["layout"].source == "default"
        assert p.user("ann").ux(device="iOS")["layout"].source == "rule"


def test_a_rule_by_tier_leaves_alone_whose_tier_is_unknown() -> None:
    with penchant.open(":memory:", interface="tier:novice animation=none") as p:
        p.track("ann", "tap")

        assert p.user("ann").ux()["animation"].source == "default"


def test_a_tier_that_is_known_is_an_aspect() -> None:
    with penchant.open(":memory:", interface="tier:novice animation=none") as p:
        people = [f"u{number}" for number in range(12)]
        p.track_many(
            {"user": user, "kind": "tap", "id": f"{user}-{number}", "duration_ms": 100 * place + 1}
            for place, user in enumerate(people)
            for number in range(25)
        )

        p.parts.population.catch_up()
        tiers = {p.user(user).ux().aspects.get("tier") for user in people}
        slowest = p.user("u11").ux()

        assert None not in tiers
        assert (slowest.aspects["tier"], slowest["animation"].source) == ("novice", "rule")


def test_settings_that_name_no_such_setting_are_refused_when_they_are_read() -> None:
    with pytest.raises(InvalidSettings, match="interface: 'size=big': no setting 'size'"):
        penchant.open(":memory:", interface="size=big")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"way": "documentd"}, "way: 'documentd' is unknown; expected one of calibrated, documen"),
        ({"device": 7}, "device: expected text such as 'ios', got 7"),
        ({"device": "i\0s"}, "device: contains the character NUL"),
        ({"device": "\ud800"}, "device: contains half of a surrogate pair"),
        ({"device": "x" * 256}, "device: expected text of 1 to 255 characters, got 256"),
        ({"device": "  "}, "device: expected text"),
    ],
)
def test_a_question_that_is_none_is_refused(
    p: Penchant, asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        p.user("ann").ux(**asked)


def test_the_choices_of_the_past_are_in_its_profile(p: Penchant) -> None:
    p.track("ann", "preferences", data={"layout": "compact"}, at="2026-01-01T10:00:00Z")
    p.track("ann", "preferences", data={"layout": "spacious"}, at="2026-01-01T11:00:00Z")

    then = p.user("ann", at="2026-01-01T10:30:00Z")

    assert then.profile().preferences["layout"]["value"] == "compact"
    with pytest.raises(InvalidArgument, match="known as of now only"):
        then.ux()
