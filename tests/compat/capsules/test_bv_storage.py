"""The storage of vectors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import penchant
from penchant.compat.capsules import (
    BVStorage,
    InteractionEvent,
)
from penchant.core.errors import InvalidArgument
from tests.compat.capsules.told import taps


def test_a_storage_reads_the_vector_that_its_events_make(tmp_path: Path) -> None:
    async def use() -> Any:
        storage = BVStorage(postgres_dsn=str(tmp_path / "store"))
        await storage.initialize()
        for one in taps(3):
            await storage.store_interaction_event(InteractionEvent(**one))
        found = await storage.get_behavioral_vector(user_id="user_123")
        nobody = await storage.get_behavioral_vector(user_id="nobody")
        await storage.close()
        return found, nobody

    found, nobody = asyncio.run(use())

    assert (found.user_id, found.total_interactions, found.version) == ("user_123", 3, "1.0")
    assert found.user_preferences["layout_preference"] == "standard"
    assert nobody is None
    with penchant.open(tmp_path / "store", follow=False) as p:
        assert len(p.user("user_123").history()) == 3


def test_a_storage_has_one_place() -> None:
    with pytest.raises(InvalidArgument, match="store: name one of postgres_dsn and store"):
        BVStorage("a", store="b")
