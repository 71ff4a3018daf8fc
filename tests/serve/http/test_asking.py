"""A store on a server is asked off the event loop, and nobody is told what was asked too early."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from threading import Event
from typing import TypeVar

import httpx
import pytest

import penchant
from penchant.core.errors import StoreUnavailable
from penchant.serve.engine import Penchant
from penchant.serve.http.asking import Asking
from tests.serve.http.conftest import Client

Answer = TypeVar("Answer")


class Far:
    """A server whose answers, the numbers of the questions, are held back until they are let go."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_asked = Event()
        self.answers = Event()

    def __call__(self) -> int:
        self.asked += 1
        number = self.asked
        self.is_asked.set()
        assert self.answers.wait(timeout=20)
        return number


def run(act: Callable[[Asking], Awaitable[Answer]], ask: Callable[[], int]) -> Answer:
    asking = Asking(ask)

    async def acting() -> Answer:
        return await act(asking)

    try:
        return asyncio.run(acting())
    finally:
        asking.close()


async def in_a_thread(event: Event) -> None:
    assert await asyncio.to_thread(event.wait, 20)


def test_who_comes_while_it_is_asked_is_told_what_was_asked_afterwards() -> None:
    far = Far()

    async def act(asking: Asking) -> list[int]:
        first = [asyncio.ensure_future(asking.version()) for _ in range(3)]
        await in_a_thread(far.is_asked)
        later = [asyncio.ensure_future(asking.version()) for _ in range(2)]
        await asyncio.sleep(0)
        far.answers.set()
        return await asyncio.gather(*first, *later)

    assert run(act, far) == [1, 1, 1, 2, 2]
    assert far.asked == 2


def test_a_request_that_is_given_up_takes_nobodys_answer_away() -> None:
    far = Far()

    async def act(asking: Asking) -> int:
        given_up, patient = (asyncio.ensure_future(asking.version()) for _ in range(2))
        await in_a_thread(far.is_asked)
        given_up.cancel()
        far.answers.set()
        return await patient

    assert run(act, far) == 1


def test_trouble_is_told_to_everybody_and_the_next_are_answered() -> None:
    trouble = [StoreUnavailable("away")]

    def ask() -> int:
        if trouble:
            raise trouble.pop()
        return 7

    async def act(asking: Asking) -> tuple[Sequence[int | BaseException], int]:
        told = await asyncio.gather(asking.version(), asking.version(), return_exceptions=True)
        return told, await asking.version()

    (one, other), afterwards = run(act, ask)

    assert isinstance(one, StoreUnavailable)
    assert isinstance(other, StoreUnavailable)
    assert afterwards == 7


def test_who_waits_when_it_is_closed_is_told_so() -> None:
    far = Far()

    async def act(asking: Asking) -> Sequence[int | BaseException]:
        first = asyncio.ensure_future(asking.version())
        await in_a_thread(far.is_asked)
        later = asyncio.ensure_future(asking.version())
        await asyncio.sleep(0)
        asking._thread.shutdown(wait=False)
        far.answers.set()
        return await asyncio.wait_for(asyncio.gather(first, later, return_exceptions=True), 20)

    first, later = run(act, far)

    assert first == 1
    assert isinstance(later, StoreUnavailable)


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Far, Client]]:
    """A client of a store that answers late, as a server may."""
    far = Far()
    with penchant.open(":memory:", follow=False) as p:
        p.item("tea")
        p.user("ann").profile()  # in memory from here on
        store = p.parts.store
        version, end = store.version, store.end
        monkeypatch.setattr(store, "is_far", True)
        monkeypatch.setattr(store, "version", lambda: (far(), version())[1])
        monkeypatch.setattr(store, "end", lambda: (far(), end())[1])
        client = Client(p)
        yield far, client
        client.app.server.close()


@pytest.mark.parametrize("path", ["/v1/users/ann", "/v1/trending", "/v1/items/tea", "/metrics"])
def test_while_a_far_store_keeps_a_read_waiting_others_are_answered(
    far: tuple[Far, Client], path: str
) -> None:
    server, client = far

    async def act() -> tuple[int, bool, int]:
        transport = httpx.ASGITransport(app=client.app)
        async with httpx.AsyncClient(transport=transport, base_url=client.base) as http:
            read = asyncio.ensure_future(http.get(path))
            await in_a_thread(server.is_asked)
            alive = await http.get("/health")
            waits = not read.done()
            server.answers.set()
            return alive.status_code, waits, (await read).status_code

    assert asyncio.run(act()) == (200, True, 200)


@pytest.fixture
def both(database: str) -> Iterator[tuple[Client, Penchant]]:
    """A client of a database, and another process's store there."""
    with (
        penchant.open(database, follow=False) as served,
        penchant.open(database, follow=False) as other,
    ):
        client = Client(served)
        yield client, other
        client.app.server.close()


def clicks(client: Client) -> int:
    counted: int = client.get("/v1/users/ann")["readings"]["activity"]["value"]["events"]
    return counted


def test_a_read_of_a_database_sees_what_another_process_was_told(
    both: tuple[Client, Penchant],
) -> None:
    client, other = both
    client.get("/v1/users/ann")

    seen = []
    for _ in range(5):
        other.track_many([{"user": "ann", "kind": "click", "item": "tea"}])
        seen.append(clicks(client))

    assert seen == [1, 2, 3, 4, 5]
    assert client.get("/v1/trending")["items"][0]["item"] == "tea"


def test_a_read_of_a_database_sees_what_was_tracked_in_its_process(
    both: tuple[Client, Penchant],
) -> None:
    client, _ = both
    client.get("/v1/users/ann")

    seen = []
    for _ in range(20):
        client.engine.track("ann", "click", "tea")
        seen.append(clicks(client))

    assert seen == list(range(1, 21))
