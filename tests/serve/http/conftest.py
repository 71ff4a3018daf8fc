"""What tests over HTTP share: a server in this process, on a store in memory or in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

import penchant
from penchant.core.instant import Instant
from penchant.serve.engine import Penchant
from penchant.serve.http import make_app

NOON: Instant = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z


class Client:
    """Asks an application in this process, one request at a time."""

    def __init__(self, engine: Penchant, host: str = "127.0.0.1") -> None:
        self.engine = engine
        self.app = make_app(engine)
        self.base = f"http://{host}"

    def __call__(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=self.base) as client:
                return await client.request(method, url, **options)

        return anyio.run(ask)

    def get(self, url: str, **options: Any) -> Any:
        return self("GET", url, **options).json()

    def problem(self, method: str, url: str, **options: Any) -> tuple[int, str | None, str]:
        """Status, field and reason of a problem document, which must be a proper one."""
        headers = {"x-request-id": "r1", **options.pop("headers", {})}
        answer = self(method, url, headers=headers, **options)
        told = answer.json()
        status = answer.status_code
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["type"] == "about:blank"
        assert (told["status"], told["title"]) == (status, HTTPStatus(status).phrase)
        assert told["request_id"] == answer.headers["x-request-id"] == "r1"
        return status, told.get("field"), told["detail"]

    def send(self, events: Any, **options: Any) -> Any:
        return self("POST", "/v1/events", json=events, **options).json()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Make clients of stores that are closed after the test."""
    engines: list[Penchant] = []

    def make(place: str = ":memory:", host: str = "127.0.0.1", **options: Any) -> Client:
        options = {"clock": lambda: NOON, "follow": False, **options}
        where = place if place == ":memory:" else tmp_path / place
        engines.append(penchant.open(where, **options))
        return Client(engines[-1], host)

    yield make
    for engine in engines:
        engine.close()


@pytest.fixture
def client(serving: Callable[..., Client]) -> Client:
    """A client of an empty store in memory that asks for no key; it is always noon."""
    return serving()
