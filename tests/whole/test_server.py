"""The server as people run it: real processes, a folder or a database, signals."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

import penchant
from penchant.serve.http import run as running
from penchant.serve.http.run import listen
from tests.docs.shell import served

PATIENCE = 60.0  # seconds a process may take to start or to stop
SECRET = "0123456789abcdef"


class Served:
    """A running ``penchant serve`` and a client of it."""

    def __init__(self, place: str, *options: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PENCHANT_STORE": place, **environment},
        )
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        found = re.search(r"http://\S+:\d+", self.line)
        if found is None:
            raise AssertionError(self.process.communicate()[1])
        self.client = httpx.Client(base_url=found[0], timeout=PATIENCE)

    def send(self, *events: dict[str, Any]) -> dict[str, int]:
        answer = self.client.post("/v1/events", json=events)
        assert answer.status_code == 202
        told: dict[str, int] = answer.json()
        return told

    def get(self, path: str, **parameters: Any) -> Any:
        answer = self.client.get(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.client.close()
        self.process.send_signal(number)
        errors = self.process.communicate(timeout=PATIENCE)[1]
        return self.process.returncode, errors


COMMAND = [sys.executable, "-c", "from penchant.serve.cli import main; main()"]


@pytest.fixture(params=["folder", "database"])
def taste(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The place that is served."""
    if request.param == "folder":
        return str(tmp_path / "taste")
    url: str = request.getfixturevalue("database")
    return url


@pytest.fixture
def serve(taste: str) -> Iterator[Callable[..., Served]]:
    """Start servers on one place; whichever still runs is stopped after the test."""
    started: list[Served] = []

    def start(*options: str, **environment: str) -> Served:
        started.append(Served(taste, *options, **environment))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()
        server.client.close()


def test_what_was_shown_and_clicked_comes_back_as_clicks_per_exposure(
    serve: Callable[..., Served],
) -> None:
    server = serve()
    server.send(
        {"user": "bob", "kind": "click", "item": "tea"},
        {"user": "bob", "kind": "click", "item": "milk"},
        {"user": "ann", "kind": "click", "item": "tea"},
    )

    profile = server.get("/v1/users/ann")
    slate = server.client.post("/v1/users/ann/recommendations", json={"shown": True}).json()
    server.send(
        {
            "user": "ann",
            "kind": "click",
            "item": slate["items"][0]["item"],
            "request": slate["request"],
            "position": 0,
        }
    )
    stats = server.get("/v1/stats")

    assert profile["readings"]["activity"]["value"]["events"] == 1
    assert slate["items"][0]["item"] == "milk"
    assert sum(why["share"] for why in slate["items"][0]["why"]) == slate["items"][0]["score"]
    assert (stats["exposures"], stats["clicks"]) == (len(slate["items"]), 1)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_no_stop_loses_what_was_acknowledged(
    serve: Callable[..., Served], taste: str, number: int, code: int
) -> None:
    server = serve()
    acknowledged: list[str] = []

    def send(sender: int) -> None:
        for place in range(10_000):
            id = f"{sender}-{place}"
            try:
                server.send({"id": id, "user": f"u{sender}", "kind": "click", "item": "tea"})
            except (httpx.TransportError, RuntimeError):  # it stopped: RuntimeError says closed
                return
            acknowledged.append(id)

    with ThreadPoolExecutor(4) as senders:
        sending = [senders.submit(send, sender) for sender in range(4)]
        while len(acknowledged) < 200:
            assert not any(one.done() for one in sending)
        server.process.send_signal(number)
        errors = server.process.communicate(timeout=PATIENCE)[1]

    with penchant.open(taste, follow=False) as p:
        stored = {event.id for one in range(4) for event in p.user(f"u{one}").history(10_000)}
    assert (server.process.returncode, errors) == (code, "")
    assert set(acknowledged) <= stored


def test_two_processes_on_one_place_see_what_either_acknowledged(
    serve: Callable[..., Served],
) -> None:
    one, other = serve(), serve()

    for place in range(20):
        writer, reader = (one, other) if place % 2 else (other, one)
        writer.send({"user": "ann", "kind": "click", "item": f"i{place}"})

        assert reader.get("/v1/users/ann")["readings"]["activity"]["value"]["events"] == place + 1
        assert reader.get("/v1/trending", count=1)["items"]
        assert reader.get("/v1/stats")["events"] == place + 1

    assert one.stop() == (0, "")
    assert other.stop() == (0, "")


def test_processes_of_one_server_share_the_place_and_stop_together(
    serve: Callable[..., Served],
) -> None:
    server = serve("--processes", "2")

    for place in range(10):
        with httpx.Client(base_url=server.client.base_url) as client:  # a connection of its own
            client.post("/v1/events", json={"user": "ann", "kind": "click", "item": f"i{place}"})
        with httpx.Client(base_url=server.client.base_url) as client:
            found = client.get("/v1/users/ann").json()
            assert found["readings"]["activity"]["value"]["events"] == place + 1

    assert server.stop() == (0, "")


def test_processes_of_a_server_end_when_their_parent_is_killed(
    serve: Callable[..., Served],
) -> None:
    server = serve("--processes", "2")
    assert server.client.get("/health").status_code == 200

    assert server.stop(signal.SIGKILL)[0] == -signal.SIGKILL  # and its pipes are closed by all


def test_a_server_that_is_told_to_stop_before_it_listens_to_signals_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = uvicorn.Server.run

    def told(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        run(server, sockets)

    monkeypatch.setattr(uvicorn.Server, "run", told)
    for name in ("setswitchinterval", "freeze", "set_threshold"):  # of the whole process
        monkeypatch.setattr(sys if name == "setswitchinterval" else gc, name, lambda *told: None)
    with penchant.open(":memory:") as p, listen("127.0.0.1", 0) as listener:
        running.serve(p, listener)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["serve", "--host", "0.0.0.0", "--port", "0"],
            "penchant: keys: 0.0.0.0 can be reached from other machines: configure keys first",
        ),
        (["serve", "--processes", "0"], "Invalid value for '--processes'"),
    ],
)
def test_what_cannot_be_served_is_refused_as_wrong_use(
    tmp_path: Path, options: list[str], said: str
) -> None:
    done = subprocess.run(
        [*COMMAND, "--store", str(tmp_path / "taste"), *options], capture_output=True, text=True
    )

    assert done.returncode == 2
    assert said in done.stderr


def test_an_address_of_no_machine_is_refused_by_name(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--store", str(tmp_path), "serve", "--host", "no.such.host.invalid"],
        capture_output=True,
        text=True,
        env={**os.environ, "PENCHANT_KEYS": f"app:read:{SECRET}"},
    )

    assert done.returncode == 2
    assert "--host: 'no.such.host.invalid' is no address of this machine" in done.stderr


def test_several_processes_need_a_place_that_all_can_open() -> None:
    done = subprocess.run(
        [*COMMAND, "--store", ":memory:", "serve", "--processes", "2"],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert done.stderr == (
        "penchant: --processes: :memory: lives in one process; name a folder or a database with "
        "--store\n"
    )


def test_a_taken_port_is_refused_with_the_way_out(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    port = serve().client.base_url.port

    done = subprocess.run(
        [*COMMAND, "--store", str(tmp_path / "other"), "serve", "--port", str(port)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 2
    assert f"--port: cannot listen on 127.0.0.1:{port}" in done.stderr


def test_the_demo_serves_what_it_made(tmp_path: Path) -> None:
    demo = "penchant demo --users 20 --items 40 --days 4 --serve"

    with served(demo, tmp_path) as url:
        told = httpx.get(f"{url}/v1/stats", timeout=PATIENCE).json()

    assert told["events"] > 100


def test_with_keys_other_addresses_are_served(serve: Callable[..., Served]) -> None:
    server = serve("--host", "0.0.0.0", PENCHANT_KEYS=f"app:read:{SECRET}")

    url = f"http://127.0.0.1:{server.client.base_url.port}/v1/stats"

    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"authorization": f"Bearer {SECRET}"}).status_code == 200
