"""The storage of behavioural vectors: events in, vectors out, from an event loop."""

from __future__ import annotations

import asyncio
from pathlib import Path

from penchant.compat.capsules.behavioral_tracker import log
from penchant.compat.capsules.events import InteractionEvent, interaction
from penchant.compat.capsules.places import Place, unused
from penchant.compat.capsules.vectors import BehavioralVector, vector
from penchant.core.errors import InvalidArgument
from penchant.serve.engine import Penchant


class BVStorage:
    """Keeps interactions and reads vectors that know the last of them.

    ``postgres_dsn`` is the address of a database, or any place ``penchant.open`` takes; without it ``store``,
    else ``PENCHANT_STORE``. ``redis_url`` is taken and a warning is logged: vectors are folded as they are
    read and need no cache.
    """

    def __init__(
        self,
        postgres_dsn: str | None = None,
        redis_url: str | None = None,
        *,
        store: Penchant | str | Path | None = None,
    ) -> None:
        if postgres_dsn is not None and store is not None:
            raise InvalidArgument("store", "name one of postgres_dsn and store, not both")
        unused("redis_url", redis_url, "no cache is connected")
        self._place = Place(postgres_dsn if store is None else store)

    async def initialize(self) -> None:
        """Open the store, and make its tables where there are none."""
        await asyncio.to_thread(lambda: self._place.engine)

    async def store_interaction_event(self, event: InteractionEvent) -> InteractionEvent:
        """Keep one interaction, durably; answers it with its id and time."""
        return await asyncio.to_thread(lambda: interaction(log(self._place.engine, event)))

    async def get_behavioral_vector(self, *, user_id: str) -> BehavioralVector | None:
        """What is known of a person now; ``None`` for who did nothing."""

        def read() -> BehavioralVector | None:
            if not self._place.engine.user(user_id).profile().activity["events"]:
                return None
            return vector(self._place.engine, user_id)

        return await asyncio.to_thread(read)

    async def close(self) -> None:
        """Close the store if it was opened here."""
        await asyncio.to_thread(self._place.close)
