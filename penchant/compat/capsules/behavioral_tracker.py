"""The behavioural tracker: interactions, logged from an event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from penchant.compat.capsules.events import InteractionEvent, InteractionType, admitted, interaction
from penchant.compat.capsules.places import Place, unused
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.serve.engine import Penchant


class BehavioralTracker:
    """Logs interactions into a store.

    ``store`` is an opened one, or where it is; default ``PENCHANT_STORE`` or ``./penchant-store``. The
    arguments for Kafka are taken and a warning is logged: nothing is sent there.

    >>> with Penchant(":memory:") as p:
    ...     tracker = BehavioralTracker(store=p)
    ...     logged = asyncio.run(tracker.log_interaction(user_id="ann", event_type="tap"))
    ...     (logged.user_id, logged.event_type, p.user("ann").profile().activity["events"])
    ('ann', 'tap', 1)
    """

    def __init__(
        self,
        kafka_bootstrap_servers: str | None = None,
        kafka_topic: str | None = None,
        *,
        store: Penchant | str | Path | None = None,
    ) -> None:
        unused("kafka_bootstrap_servers", kafka_bootstrap_servers, "no stream is connected")
        unused("kafka_topic", kafka_topic, "no stream is connected")
        self._place = Place(store)

    async def log_interaction(
        self, *, user_id: str, event_type: str | InteractionType, **told: Any
    ) -> InteractionEvent:
        """Log one interaction, durably; the other fields are those of :class:`InteractionEvent`.

        The event loop goes on meanwhile. Raises ``InvalidEvent`` naming the field at fault.
        """
        raw = {"user_id": user_id, "event_type": event_type, **told}
        return await asyncio.to_thread(self._log, raw)

    async def close(self) -> None:
        """Close the store if it was opened here."""
        await asyncio.to_thread(self._place.close)

    def _log(self, raw: dict[str, Any]) -> InteractionEvent:
        return interaction(log(self._place.engine, raw))


def log(engine: Penchant, raw: InteractionEvent | dict[str, Any]) -> Event:
    """The event that an interaction became, durable; an id that the log knows changes nothing."""
    event = admitted(engine.parts.edge, raw)
    engine.parts.writer.write(Append((event,)))
    return event
