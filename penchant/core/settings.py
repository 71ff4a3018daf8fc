"""Settings: every option of a store, from file, environment and arguments, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, get_type_hints

from penchant.core import interface
from penchant.core.errors import InvalidSettings
from penchant.core.instant import zone_named
from penchant.core.suggestion import closest

ENVIRONMENT = "PENCHANT_"
# Variables with that prefix that are read elsewhere and are no settings.
_OTHERS = frozenset(
    {"PENCHANT_STORE", "PENCHANT_DATA", "PENCHANT_PORT", "PENCHANT_HOST", "PENCHANT_CONFIG"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Options of one opened store. Durations are in seconds on the outside.

    ``preset``: which event kinds are declared. ``zone``: how naive times are read and habits
    counted where nothing better is known. ``strict_kinds``: refuse undeclared kinds.
    ``session_gap``: inactivity that ends a session. ``parts_of_day``: ``name:hour`` entries, the
    first hour of each, separated by commas. ``rating_kappa``: the liking that makes a rating of
    3.16. ``taste_memory``: how long interests and ratings last (months, weeks, always, or learned
    from what people turn to). ``confidence``: how sure a reading calls itself (calibrated, documented).
    ``queue_capacity``: events that may wait for the next commit. ``cache_users``, ``cache_items``:
    how many stay in memory. ``seen``: what happens to items a person already touched (hide, keep,
    fade). ``popularity_half_life``, ``covisitation_half_life``: how fast the decisions forget.
    ``archive``: the folder of the months that have left the log. ``retention_days``: after how many
    days events leave it by themselves, 0 for never. ``interface``: rules for the settings of the
    interface, such as ``device:ios layout=compact``, separated by commas.
    ``keys``: ``name:scope:secret`` entries for HTTP, separated by commas. ``postgres_pool_min``,
    ``postgres_pool_max``: how many connections a process keeps to PostgreSQL, and has at most.
    """

    preset: str = "general"
    zone: str = "UTC"
    strict_kinds: bool = False
    session_gap: timedelta = timedelta(minutes=30)
    parts_of_day: str = "morning:5,afternoon:12,evening:17,night:22"
    rating_kappa: float = 1.0
    taste_memory: str = "learned"
    confidence: str = "calibrated"
    queue_capacity: int = 50_000
    cache_users: int = 2_000
    cache_items: int = 100_000
    seen: str = "fade"
    popularity_half_life: timedelta = timedelta(days=1)
    covisitation_half_life: timedelta = timedelta(days=60)
    archive: str = ""
    retention_days: int = 0
    interface: str = ""
    postgres_pool_min: int = 10
    postgres_pool_max: int = 20
    keys: str = field(default="", repr=False)  # secrets: in no log and no traceback

    def __post_init__(self) -> None:
        _check(self)


def settings(
    file: Mapping[str, Any], environment: Mapping[str, str], arguments: Mapping[str, Any]
) -> Settings:
    """The settings in force: defaults, then the file, then ``PENCHANT_*``, then arguments.

    Raises :class:`InvalidSettings` for an unknown key, with the closest known one, and for a value
    of the wrong type or out of bounds. ``None`` among the arguments means not given.

    >>> settings({"zone": "Europe/Madrid"}, {"PENCHANT_SEEN": "hide"}, {"cache_users": 10}).seen
    'hide'
    """
    chosen: dict[str, Any] = {}
    for name, value in file.items():
        chosen[_known(name, "penchant.toml")] = value
    for variable, value in environment.items():
        if variable.startswith(ENVIRONMENT) and variable not in _OTHERS:
            if variable not in VARIABLES:
                raise _unknown(variable, "the environment", VARIABLES)
            chosen[VARIABLES[variable]] = value
    for name, value in arguments.items():
        if value is not None:
            chosen[_known(name, "the arguments")] = value
    return Settings(**{name: _typed(name, value) for name, value in chosen.items()})


NAMES = tuple(field.name for field in fields(Settings))
VARIABLES = {f"{ENVIRONMENT}{name.upper()}": name for name in NAMES}


def _known(name: str, where: str) -> str:
    if name not in NAMES:
        raise _unknown(name, where, NAMES)
    return name


def _unknown(name: str, where: str, known: Iterable[str]) -> InvalidSettings:
    return InvalidSettings(name, f"no such setting in {where}{closest(name, known)}")


def _typed(name: str, value: Any) -> Any:
    expected = get_type_hints(Settings)[name]
    try:
        if expected is timedelta:
            return value if isinstance(value, timedelta) else timedelta(seconds=_number(value))
        if expected is bool:
            return _truth(value)
        if expected is int:
            return _whole(value)
        if expected is float:
            return _number(value)
    except (TypeError, ValueError, OverflowError):
        named = {
            timedelta: "a number of seconds",
            bool: "true or false",
            int: "a whole number",
            float: "a number",
        }
        raise InvalidSettings(name, f"expected {named[expected]}, got {value!r}") from None
    if not isinstance(value, str):
        raise InvalidSettings(name, f"expected text, got {value!r}")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _truth(value: Any) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def parts_of_day(text: str) -> dict[str, int]:
    """The first hour of each part of the day; the last part wraps around midnight.

    Raises :class:`InvalidSettings` unless there are hours from 0 to 23 that ascend, and names that
    differ.

    >>> parts_of_day("day:6, night:22")
    {'day': 6, 'night': 22}
    """
    entries = [entry.strip().rpartition(":") for entry in text.split(",")]
    parts = {name: int(hour) for name, _, hour in entries if name and _HOUR.fullmatch(hour)}
    hours = list(parts.values())
    if len(parts) < len(entries) or hours != sorted(set(hours)):
        raise InvalidSettings(
            "parts_of_day",
            f"expected names with hours from 0 to 23 that ascend, such as day:6,night:22, "
            f"got {text!r}",
        )
    return parts


_HOUR = re.compile(r"1?[0-9]|2[0-3]", re.ASCII)
SEEN = ("hide", "keep", "fade")
MEMORIES = ("learned", "months", "weeks", "always")
CONFIDENCES = ("calibrated", "documented")


def _check(chosen: Settings) -> None:
    try:
        zone_named(chosen.zone)
    except ValueError as error:
        raise InvalidSettings("zone", str(error)) from None
    for name, known in (
        ("seen", SEEN),
        ("taste_memory", MEMORIES),
        ("confidence", CONFIDENCES),
    ):
        if (value := getattr(chosen, name)) not in known:
            raise InvalidSettings(
                name,
                f"{value!r} is unknown; expected one of {', '.join(known)}{closest(value, known)}",
            )
    parts_of_day(chosen.parts_of_day)
    interface.rules(chosen.interface)
    if not 0.001 <= chosen.rating_kappa <= 1_000:
        raise InvalidSettings("rating_kappa", f"expected 0.001 to 1000, got {chosen.rating_kappa}")
    for name in ("queue_capacity", "cache_users", "cache_items"):
        if getattr(chosen, name) < 1:
            raise InvalidSettings(name, f"expected at least 1, got {getattr(chosen, name)}")
    if not 0 <= chosen.retention_days <= 36_500:
        raise InvalidSettings("retention_days", f"expected 0 to 36500, got {chosen.retention_days}")
    _check_pool(chosen.postgres_pool_min, chosen.postgres_pool_max)
    for name in ("session_gap", "popularity_half_life", "covisitation_half_life"):
        if not timedelta(seconds=1) <= getattr(chosen, name) <= timedelta(days=36_500):
            raise InvalidSettings(
                name,
                f"expected 1 second to 100 years, got {getattr(chosen, name).total_seconds():g} s",
            )


def _check_pool(least: int, most: int) -> None:
    if least < 1:
        raise InvalidSettings("postgres_pool_min", f"expected at least 1, got {least}")
    if not max(least, 2) <= most <= 1_000:  # one is for writing
        raise InvalidSettings(
            "postgres_pool_max",
            f"expected {max(least, 2)} to 1000, not below postgres_pool_min, got {most}",
        )
