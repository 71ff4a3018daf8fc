"""The computer of behavioural vectors: from events that are handed in, without a store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from penchant.compat.capsules.events import InteractionEvent, event_of
from penchant.compat.capsules.vectors import BehavioralVector, vector_of
from penchant.core.errors import InvalidEvent
from penchant.serve.engine import Penchant


class BehavioralVectorComputer:
    """Computes the vector of a list of events by the fold that stores use.

    ``store`` has the people that expertise is compared with; without one it is ``novice``.
    """

    def __init__(self, *, store: Penchant | None = None) -> None:
        self._store = store

    async def compute_behavioral_vector(
        self, *, user_id: str, events: Sequence[InteractionEvent | dict[str, Any]]
    ) -> BehavioralVector:
        """The vector of those events that are the user's.

        Raises ``NotFound`` without any event, ``InvalidEvent`` naming the event and the field at fault.
        """
        return await asyncio.to_thread(self._computed, user_id, list(events))

    def _computed(
        self, user: str, events: Sequence[InteractionEvent | dict[str, Any]]
    ) -> BehavioralVector:
        raw = [_raw(index, one) for index, one in enumerate(events)]
        return vector_of(raw, user, self._store)


def _raw(index: int, event: InteractionEvent | dict[str, Any]) -> dict[str, Any]:
    try:
        return event_of(event)
    except InvalidEvent as error:
        raise InvalidEvent(f"events[{index}].{error.field}", error.reason) from None
