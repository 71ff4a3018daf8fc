"""Receipts: what became of the events that were sent together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Rejection:
    """One event that was refused: its place among those sent, the field at fault and why."""

    index: int
    field: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        return {"index": self.index, "field": self.field, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Every event sent is in exactly one of the three: accepted, a duplicate, or rejected.

    What was accepted is durable. Duplicates carry the id of an event that is in the log already.
    """

    accepted: int = 0
    duplicates: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "rejected": [rejection.to_dict() for rejection in self.rejected],
        }
