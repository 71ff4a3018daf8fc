from __future__ import annotations

from typing import Any

import pytest

from penchant.core.instant import DAY, HOUR, MINUTE
from penchant.profile.action import (
    NAME,
    action_of,
    follows,
    role_of,
    session_of,
    shortened,
)
from penchant.profile.feature import HALF_LIVES, Signal
from tests.profile.told import KINDS, event


def action(kind: str, **fields: Any) -> str | None:
    told = event(kind, **fields)
    return action_of(Signal(told, KINDS.of(kind), 0.0, HALF_LIVES.at(told.at)))


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("command", {"text": "  nmap -A 10.0.0.1", "item": "scan"}, "nmap"),
        ("command", {"item": "scan"}, "scan"),
        ("command", {"text": "   "}, None),
        ("api_request", {"item": "GET /tea"}, "GET /tea"),
        ("page", {"item": "/start", "text": "some words"}, "/start"),
        ("page", {}, "page"),
        ("search", {"text": "some words"}, "search"),
        ("click", {"item": "unknown"}, "click"),
        ("click", {"item": "unknown", "data": {"category": "own"}}, "click own"),
        ("click", {"item": "unknown", "data": {"category": 7}}, "click"),
    ],
)
def test_an_action_is_said_in_a_word(
    kind: str, fields: dict[str, Any], expected: str | None
) -> None:
    assert action(kind, **fields) == expected


def test_a_long_action_keeps_its_beginning_and_stays_apart_from_others() -> None:
    one, other = (action("page", item="/語" * 60 + end) for end in "ab")

    assert one is not None
    assert one != other
    assert one.startswith("/語/語/語")
    assert len(one.encode()) <= NAME


@pytest.mark.parametrize("size", [16, 17, 18, 19])
@pytest.mark.parametrize("sign", ["x", "é", "語", "😀"])
def test_a_shortened_name_is_never_longer_than_told(sign: str, size: int) -> None:
    assert all(len(shortened(sign * count, size).encode()) <= size for count in range(40))


def test_what_follows_what_is_a_matter_of_session_and_gap() -> None:
    gap = 30 * MINUTE

    assert follows(gap, 0, 0, gap)
    assert not follows(gap + 1, 0, 0, gap)
    assert not follows(0, 1, 2, gap)
    assert follows(DAY, 1, 1, gap)
    assert not follows(DAY + 1, 1, 1, gap)
    assert follows(2 * DAY, 1, 1, 3 * DAY)
    assert not follows(-1, 1, 1, gap)


def test_a_session_without_a_name_has_the_number_zero() -> None:
    assert session_of(event()) == 0
    assert session_of(event(session="s1")) == session_of(event(session="s1", after=HOUR)) > 0
    assert session_of(event(session="s1")) != session_of(event(session="s2"))


@pytest.mark.parametrize(
    ("context", "role"),
    [
        (None, ""),
        ({"role": "cook"}, "cook"),
        ({"device": "ios"}, ""),
        ({"role": 7}, ""),
        ({"role": None}, ""),
        ({"role": "x" * 99}, shortened("x" * 99, 32)),
    ],
)
def test_a_role_is_what_the_context_says(context: dict[str, Any] | None, role: str) -> None:
    assert role_of(event(context=context)) == role
