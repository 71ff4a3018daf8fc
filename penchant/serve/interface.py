"""The interface of a person: their choices, the operator's rules and everyone's choices, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from penchant.core.errors import InvalidArgument
from penchant.core.interface import plain, rules
from penchant.core.names import check_name
from penchant.core.suggestion import closest
from penchant.personalise.adapt import WAYS, Alike, Interface, Known, adapt
from penchant.profile.choices import Choices
from penchant.profile.feature import Beside
from penchant.profile.features.expertise import Expertise
from penchant.profile.fold import Folded
from penchant.state import few
from penchant.state.moments import Moments

if TYPE_CHECKING:
    from penchant.serve.parts import Parts


def settings(parts: Parts, user: str, device: str | None, way: str) -> Interface:
    """The settings in force for a person. Raises ``InvalidArgument``."""
    if way not in WAYS:
        hint = closest(way, WAYS) if isinstance(way, str) else ""
        raise InvalidArgument(
            "way", f"{way!r:.60} is unknown; expected one of {', '.join(WAYS)}{hint}"
        )
    if device is not None and (not isinstance(device, str) or not plain(device)):
        raise InvalidArgument("device", f"expected text such as 'ios', got {device!r:.60}")
    if device is not None:
        check_name("device", device)
    norms = parts.population.norms().by_name

    def known(folded: Folded) -> Known:
        return _known(parts, folded, norms, device)

    found = parts.states.read(user, known)
    choices = parts.crowd.feature(Choices)

    def alike(setting: str) -> Alike:
        return parts.population.read(
            lambda folded: choices.counts(
                parts.crowd.state(folded, choices.name), setting, found.aspects
            )
        )

    chosen = adapt(found, rules(parts.settings.interface), alike, way)
    return Interface(user, found.aspects, chosen)


def aspects(parts: Parts, user: str) -> dict[str, str]:
    """Role, device and tier of a person, as far as they are known."""
    norms = parts.population.norms().by_name
    return parts.states.read(user, lambda folded: _aspects(parts, folded, norms, None))


def _known(parts: Parts, folded: Folded, norms: Any, device: str | None) -> Known:
    fold = parts.fold
    pins = {
        name: (pin.value, pin.at)
        for name, pin in fold.state(folded, "preferences").items()
        if pin.value is not None
    }
    kinds = fold.state(folded, "activity").kinds
    durations = fold.state(folded, "outcomes").durations
    return Known(
        pins,
        _aspects(parts, folded, norms, device),
        durations.merge(Moments()),  # a copy: the state goes on changing
        kinds.get("expand", 0),
        kinds.get("collapse", 0),
    )


def _aspects(parts: Parts, folded: Folded, norms: Any, device: str | None) -> dict[str, str]:
    """The role of their latest event that told one, else the trait; the device, else the one most used."""
    fold = parts.fold
    trait = fold.state(folded, "traits").get("role")
    role = fold.state(folded, "actions").role or (trait if isinstance(trait, str) else "")
    used = fold.state(folded, "surroundings").get("device", {})
    device = device or next(iter(few.ranked(used)), "")
    expertise = fold.feature(Expertise)
    state = fold.state(folded, expertise.name)
    read = expertise.read_beside(state, 0, Beside(norms.get(expertise.name))).value
    tier = read["tier"] if read["indicators"] else ""
    told = {"role": plain(role), "device": plain(device), "tier": tier}
    return {aspect: text for aspect, text in told.items() if text}
