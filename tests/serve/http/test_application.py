"""The application as other servers run it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

import penchant
import penchant.serve.http
from penchant.core.ports import Append
from penchant.serve.http.application import Application, make_stored_app
from penchant.serve.http.handback import HandBack


async def with_lifespan(app: Application, act: Callable[[], Awaitable[None]]) -> list[str]:
    """Start the application as a server does, act, stop it; what it answered to both."""
    told: list[str] = []
    to_app, from_app = anyio.create_memory_object_stream[dict[str, str]](1)

    async def send(message: Any) -> None:
        told.append(message["type"])
        if message["type"] == "lifespan.startup.complete":
            await act()
            await to_app.send({"type": "lifespan.shutdown"})

    await to_app.send({"type": "lifespan.startup"})
    await app({"type": "lifespan", "state": {}}, from_app.receive, send)
    to_app.close()
    from_app.close()
    return told


def test_it_opens_the_named_store_when_it_starts_and_closes_it_when_it_stops(
    tmp_path: Path,
) -> None:
    app = make_stored_app({"PENCHANT_STORE": str(tmp_path / "taste")})

    async def act() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            await client.post("/v1/events", json={"user": "ann", "kind": "click"})

    told = anyio.run(with_lifespan, app, act)

    assert told == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    with penchant.open(tmp_path / "taste", follow=False) as p:
        assert p.user("ann").profile().activity["events"] == 1


def test_importing_the_application_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert isinstance(penchant.serve.http.app, Application)
    assert not (tmp_path / "penchant-store").exists()


def test_results_come_back_to_the_loop_that_asked() -> None:
    with penchant.open(":memory:", follow=False) as engine:
        writes = HandBack(engine.parts.writer)
        edge = engine.parts.edge

        async def write(count: int) -> list[int]:
            results: list[int] = []

            async def one(place: int) -> None:
                event = edge.event_from({"user": "ann", "kind": "click", "id": f"e{place}"})
                results.append(await writes.write(Append((event,))))

            async with anyio.create_task_group() as group:
                for place in range(count):
                    group.start_soon(one, place)
            return results

        assert anyio.run(write, 100) == [1] * 100
        assert sum(anyio.run(write, 150)) == 50  # on another loop
