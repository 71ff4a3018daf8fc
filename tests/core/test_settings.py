from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.core.errors import InvalidSettings
from penchant.core.settings import NAMES, Settings, settings


def test_arguments_win_over_the_environment_and_that_over_the_file() -> None:
    chosen = settings(
        {"cache_users": 1, "cache_items": 1, "zone": "Asia/Tokyo"},
        {"PENCHANT_CACHE_USERS": "2", "PENCHANT_CACHE_ITEMS": "2", "HOME": "/"},
        {"cache_users": 3, "seen": None},
    )

    assert (chosen.cache_users, chosen.cache_items, chosen.zone) == (3, 2, "Asia/Tokyo")
    assert chosen.seen == Settings().seen


@pytest.mark.parametrize(
    ("written", "expected"),
    [(90, timedelta(seconds=90)), ("1.5", timedelta(seconds=1.5)), (timedelta(hours=1),) * 2],
)
def test_durations_are_seconds(written: Any, expected: timedelta) -> None:
    assert settings({}, {}, {"session_gap": written}).session_gap == expected


@pytest.mark.parametrize(("written", "expected"), [("yes", True), ("0", False), (True, True)])
def test_truths_are_understood(written: Any, expected: bool) -> None:
    assert settings({}, {}, {"strict_kinds": written}).strict_kinds is expected


@pytest.mark.parametrize(
    ("file", "environment", "arguments", "reason"),
    [
        ({"zome": "UTC"}, {}, {}, "zome: no such setting in penchant.toml; closest is 'zone'"),
        (
            {},
            {"PENCHANT_SEN": "x"},
            {},
            "PENCHANT_SEN: no such setting in the environment; closest is 'PENCHANT_SEEN'",
        ),
        ({}, {}, {"xyz": 1}, "xyz: no such setting in the arguments"),
        ({"zone": "Mars/Base"}, {}, {}, "zone: 'Mars/Base' is no time zone; expected one such as"),
        ({"zone": 1}, {}, {}, "zone: expected text, got 1"),
        ({"seen": "never"}, {}, {}, "seen: 'never' is unknown; expected one of hide, keep, fade"),
        (
            {"strict_kinds": "perhaps"},
            {},
            {},
            "strict_kinds: expected true or false, got 'perhaps'",
        ),
        ({"cache_users": 0}, {}, {}, "cache_users: expected at least 1, got 0"),
        ({"cache_users": 1.5}, {}, {}, "cache_users: expected a whole number, got 1.5"),
        ({"cache_users": True}, {}, {}, "cache_users: expected a whole number, got True"),
        ({"cache_items": "many"}, {}, {}, "cache_items: expected a whole number, got 'many'"),
        ({"queue_capacity": -5}, {}, {}, "queue_capacity: expected at least 1, got -5"),
        ({"session_gap": "soon"}, {}, {}, "session_gap: expected a number of seconds, got 'soon'"),
        ({"session_gap": True}, {}, {}, "session_gap: expected a number of seconds, got True"),
        ({"session_gap": 0}, {}, {}, "session_gap: expected 1 second to 100 years, got 0 s"),
        (
            {"session_gap": float("inf")},
            {},
            {},
            "session_gap: expected a number of seconds, got inf",
        ),
        (
            {"taste_memory": "week"},
            {},
            {},
            "expected one of learned, months, weeks, always; closest is 'weeks'",
        ),
        ({"rating_kappa": "high"}, {}, {}, "rating_kappa: expected a number, got 'high'"),
        ({"rating_kappa": 0}, {}, {}, "rating_kappa: expected 0.001 to 1000, got 0.0"),
        ({"rating_kappa": float("nan")}, {}, {}, "rating_kappa: expected 0.001 to 1000, got nan"),
        ({"parts_of_day": "noon"}, {}, {}, "parts_of_day: expected names with hours from 0 to 23"),
        ({"parts_of_day": "a:5,b:24"}, {}, {}, "parts_of_day: expected names with hours from 0"),
        ({"parts_of_day": "a:9,b:5"}, {}, {}, "that ascend, such as day:6,night:22, got 'a:9,b:5'"),
        ({"parts_of_day": "a:5,a:9"}, {}, {}, "parts_of_day: expected names with hours from 0"),
        ({"parts_of_day": ""}, {}, {}, "parts_of_day: expected names with hours from 0"),
        ({"popularity_half_life": -1}, {}, {}, "popularity_half_life: expected 1 second to 100"),
    ],
)
def test_a_bad_setting_is_refused_with_the_way_out(
    file: dict[str, Any], environment: dict[str, str], arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings(file, environment, arguments)

    assert reason in str(caught.value)


def test_a_folder_brings_its_own_settings_and_kinds(tmp_path: Path) -> None:
    (tmp_path / "penchant.toml").write_text('preset = "shop"\nzone = "Asia/Tokyo"\n')
    (tmp_path / "kinds.toml").write_text("[mine]\nwave = { weight = 0.7 }\n")

    with penchant.open(tmp_path, zone="Europe/Madrid", follow=False) as p:
        assert p.parts.settings.preset == "shop"
        assert p.parts.settings.zone == "Europe/Madrid"
        assert p.parts.kinds.of("wave").weight == 0.7


def test_a_settings_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "penchant.toml").write_text("zone = ")

    with pytest.raises(InvalidSettings, match=r"penchant\.toml: not valid TOML"):
        penchant.open(tmp_path)


@pytest.mark.parametrize("name", ["penchant.toml", "kinds.toml"])
def test_a_settings_file_that_is_no_text_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b'zone = "\xff"')

    with pytest.raises(InvalidSettings, match=rf"{name}: cannot be read as UTF-8 text"):
        penchant.open(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_documented(name: str) -> None:
    page = Path(__file__).parents[2] / "docs" / "settings.md"

    assert f"`{name}`" in page.read_text()
