"""Slates: what was decided, why, and how likely that choice was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, overload

from penchant.core import instant
from penchant.core.instant import Instant


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a score: ``share`` of it, from ``evidence`` (items or events, most telling first).

    ``name`` is the source: ``covisitation``, ``popularity``, ``given``.
    """

    name: str
    share: float
    evidence: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "share": self.share, "evidence": list(self.evidence)}


@dataclass(frozen=True, slots=True)
class Choice:
    """An item in a slate. ``score`` lies in [0, 1] and is the sum of the shares of ``why``.

    ``propensity`` is the probability with which the policy put this item at this place, given the
    places before it; 1.0 for a policy that does not explore.
    """

    item: str
    score: float
    propensity: float
    why: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "item": self.item,
            "score": self.score,
            "propensity": self.propensity,
            "why": [reason.to_dict() for reason in self.why],
        }


@dataclass(frozen=True, slots=True)
class Slate:
    """The ordered list as decided. ``request`` names it: exposures and clicks refer to it."""

    request: str
    items: tuple[Choice, ...]
    policy: str
    variant: str | None
    as_of: Instant

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Choice]:
        return iter(self.items)

    @overload
    def __getitem__(self, place: int) -> Choice: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Choice, ...]: ...
    def __getitem__(self, place: int | slice) -> Choice | tuple[Choice, ...]:
        return self.items[place]

    def exposures(self, user: str) -> list[dict[str, Any]]:
        """The events that tell that ``user`` saw the whole slate: one per place, to be tracked.

        Their ids are made of the request, so that telling twice counts once.
        """
        return [
            {
                "id": f"{self.request}/{place}",
                "user": user,
                "kind": "exposure",
                "item": choice.item,
                "request": self.request,
                "position": place,
                "data": {
                    "policy": self.policy,
                    "propensity": choice.propensity,
                    "score": choice.score,
                },
            }
            for place, choice in enumerate(self.items)
        ]

    def to_dict(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "items": [choice.to_dict() for choice in self.items],
            "policy": self.policy,
            "variant": self.variant,
            "as_of": instant.text(self.as_of),
        }
