"""Settings of the interface and the operator's rules: what is understood, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from penchant.core.errors import InvalidArgument, InvalidSettings
from penchant.core.interface import checked, rules, understood


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({}, "name a setting: layout, density, animation"),
        ({"layuot": "compact"}, "layuot: no such setting of the interface; .* closest is 'layout'"),
        ({"layout": "compakt"}, "layout: 'compakt' is unknown; expected one of standard, compact"),
        ({"density": 3}, "density: 3 is unknown; expected one of medium, low, high"),
        ({"density": ["low"]}, r"density: \['low'\] is unknown"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(told: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        checked(told)


def test_an_event_is_understood_as_far_as_it_can_be() -> None:
    told = {"layout": "compact", "animation": None, "density": ["low"], "theme": "dark"}

    assert understood(told) == {"layout": "compact", "animation": None}
    assert understood(None) == {}


def test_a_rule_applies_to_who_has_all_its_aspects_and_without_any_to_everybody() -> None:
    narrow, everybody = rules("role:sales-manager device:iOS layout=compact, animation=none")

    assert narrow.applies({"role": "sales_manager", "device": "ios", "tier": "novice"})
    assert not narrow.applies({"role": "sales_manager"})
    assert everybody.applies({})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("device:ios", "'device:ios' sets nothing"),
        ("device:ios layout=compact,", "'' sets nothing"),
        ("layout compact", "'layout' is neither a condition such as device:ios nor a setting"),
        ("tier:expert layout=compact", "tier 'expert' is unknown; expected one of novice"),
        ("place:home layout=compact", "no condition 'place'; there are role, device, tier"),
        ("lay=compact", "no setting 'lay'; there are layout, density, animation"),
        ("layout=tight", "layout: 'tight' is unknown; expected one of standard, compact, spacious"),
        ("device: layout=compact", "'device:' is neither"),
        ("layout=compact layout=spacious", "layout is named twice; make it two rules"),
        ("device:ios device:web layout=compact", "device is named twice; make it two rules"),
    ],
)
def test_a_rule_that_says_nothing_or_what_does_not_exist_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidSettings, match=reason):
        rules(text)
