"""The interface: which of its settings a person may choose, and rules of the operator for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from penchant.core.errors import InvalidArgument, InvalidSettings
from penchant.core.suggestion import closest

# Each setting with its values, the default first (CONTRACT S0-12, S0-22).
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "layout": ("standard", "compact", "spacious"),
    "density": ("medium", "low", "high"),
    "animation": ("full", "minimal", "none"),
}
TIERS = ("novice", "intermediate", "proficient", "advanced", "power_user")  # CONTRACT S0-13
ASPECTS = ("role", "device", "tier")  # by which people are alike
LONGEST = 40  # characters of a role or a device that are told apart


@dataclass(frozen=True, slots=True)
class Rule:
    """What the operator sets for people with these aspects; for everybody if it names none."""

    when: Mapping[str, str]
    values: Mapping[str, str]

    def applies(self, aspects: Mapping[str, str]) -> bool:
        """Whether somebody is meant, of whom these aspects are known."""
        return all(aspects.get(aspect) == plain(value) for aspect, value in self.when.items())

    def __str__(self) -> str:
        told = [f"{aspect}:{value}" for aspect, value in self.when.items()]
        return " ".join([*told, *(f"{name}={value}" for name, value in self.values.items())])


def checked(told: Mapping[str, Any]) -> dict[str, str | None]:
    """Settings as a person chose them; ``None`` takes a choice back.

    Raises :class:`InvalidArgument` for a setting or a value that does not exist, and for none at all.

    >>> checked({"layout": "compact", "density": None})
    {'layout': 'compact', 'density': None}
    """
    if not told:
        raise InvalidArgument("$", f"name a setting: {', '.join(SETTINGS)}")
    for name, value in told.items():
        if name not in SETTINGS:
            known = ", ".join(SETTINGS)
            raise InvalidArgument(
                name,
                f"no such setting of the interface; there are {known}{closest(name, SETTINGS)}",
            )
        if value is not None and (reason := _refused(name, value)):
            raise InvalidArgument(name, f"{reason}; None (null) takes a choice back")
    return dict(told)


def understood(told: Mapping[str, Any] | None) -> dict[str, str | None]:
    """What of an event's ``data`` is a choice: known settings with values they can have, or ``None``.

    >>> understood({"layout": "compact", "colour": "red", "density": "some"})
    {'layout': 'compact'}
    """
    return {
        name: value
        for name, value in (told or {}).items()
        if name in SETTINGS and (value is None or value in SETTINGS[name])
    }


def rules(text: str) -> tuple[Rule, ...]:
    """The operator's rules, from ``aspect:value`` and ``setting=value``, separated by commas.

    Raises :class:`InvalidSettings` naming the rule at fault and what is known.

    >>> [str(rule) for rule in rules("device:ios layout=compact, density=low")]
    ['device:ios layout=compact', 'density=low']
    """
    return tuple(_rule(entry.strip()) for entry in text.split(",")) if text.strip() else ()


def plain(value: str) -> str:
    """A role, a device or a tier as it is compared: without case, blanks, hyphens; shortened.

    >>> plain("Sales manager"), plain("power-user")
    ('sales_manager', 'power_user')
    """
    return "_".join(value.lower().replace("-", " ").split())[:LONGEST]


def _rule(entry: str) -> Rule:
    when: dict[str, str] = {}
    values: dict[str, str] = {}
    for word in entry.split():
        name, sign, value = word.partition("=")
        if sign:
            _check(entry, name, SETTINGS, "setting")
            if reason := _refused(name, value):
                raise InvalidSettings("interface", f"{entry!r}: {name}: {reason}")
            _check_once(entry, name, values)
            values[name] = value
            continue
        name, sign, value = word.partition(":")
        if not sign or not value:
            raise InvalidSettings(
                "interface",
                f"{entry!r}: {word!r} is neither a condition such as device:ios nor a setting "
                "such as layout=compact",
            )
        _check(entry, name, ASPECTS, "condition")
        if name == "tier" and plain(value) not in TIERS:
            raise InvalidSettings(
                "interface",
                f"{entry!r}: tier {value!r} is unknown; expected one of {', '.join(TIERS)}"
                f"{closest(value, TIERS)}",
            )
        _check_once(entry, name, when)
        when[name] = value
    if not values:
        raise InvalidSettings(
            "interface", f"{entry!r} sets nothing; expected such as 'device:ios layout=compact'"
        )
    return Rule(when, values)


def _check(entry: str, name: str, known: Any, what: str) -> None:
    if name not in known:
        raise InvalidSettings(
            "interface",
            f"{entry!r}: no {what} {name!r}; there are {', '.join(known)}{closest(name, known)}",
        )


def _check_once(entry: str, name: str, told: Mapping[str, str]) -> None:
    if name in told:
        raise InvalidSettings(
            "interface",
            f"{entry!r}: {name} is named twice; make it two rules, with a comma between",
        )


def _refused(name: str, value: object) -> str | None:
    """Why a setting cannot have that value; ``None`` if it can."""
    known = SETTINGS[name]
    if isinstance(value, str) and value in known:
        return None
    hint = closest(value, known) if isinstance(value, str) else ""
    return f"{value!r:.60} is unknown; expected one of {', '.join(known)}{hint}"
