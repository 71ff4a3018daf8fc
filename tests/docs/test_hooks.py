"""The page on hooks: its programs are those of the examples, and record what the page says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

import penchant
from penchant.capture import hooks
from tests.docs.shell import PATIENCE, environment

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "hooks.md"
EXAMPLES = ROOT / "examples" / "hooks"
_PROGRAM = re.compile(
    r"```python\n# examples/hooks/(?P<name>\w+)\.py\n(?P<text>.*?)```\n\n"
    r"```text\n(?P<happens>.*?)```",
    re.S,
)
_URL = re.compile(r"http://127\.0\.0\.1:\d+")
_WSGI = (
    "import sys; from importlib import import_module; from wsgiref.simple_server import make_server;"
    "name, app = sys.argv[1].split(':'); server = make_server('127.0.0.1', 0,"
    " getattr(import_module(name), app)); print(f'http://127.0.0.1:{server.server_port}', flush=True);"
    "server.serve_forever()"
)
SERVERS = {
    "asgi_app": (["-m", "uvicorn", "asgi_app:app", "--port", "0"], signal.SIGTERM),
    "wsgi_app": (["-c", _WSGI, "wsgi_app:app"], signal.SIGINT),
    "flask_app": (["-m", "flask", "--app", "flask_app", "run", "--port", "0"], signal.SIGINT),
    "django_app": (["-c", _WSGI, "django_app:application"], signal.SIGINT),
}


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page == PAGE:
        yield from _PROGRAM.finditer(page.read_text())


PROGRAMS = {example["name"]: example for example in examples(PAGE)}


def test_every_example_is_on_the_page_as_it_is() -> None:
    assert {name: program["text"] for name, program in PROGRAMS.items()} == {
        path.stem: path.read_text() for path in EXAMPLES.glob("*.py")
    }


@pytest.mark.parametrize("name", hooks.__all__)
def test_every_name_is_on_the_page(name: str) -> None:
    assert re.search(rf"`(with )?{name}\b", PAGE.read_text())


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_records_what_the_page_says(name: str, tmp_path: Path) -> None:
    steps = [line.split("->") for line in PROGRAMS[name]["happens"].splitlines()]
    asked = [step.strip() for step, _ in steps if step.strip()]
    told = [event.strip() for _, event in steps if event.strip() != "nothing"]

    if name in SERVERS:
        with served(name, tmp_path) as url, httpx.Client(base_url=url, timeout=PATIENCE) as client:
            for line in asked:
                request(client, line)
            if name != "asgi_app":  # whose lifespan ends with all that is to be said
                await_events(tmp_path / "taste", len(told))
    else:
        for line in asked:
            run(name, line, tmp_path)

    assert sorted(recorded(tmp_path / "taste", {event.split()[0] for event in told})) == sorted(
        told
    )


def await_events(place: Path, count: int) -> None:
    """Wait until a store has so many events."""
    deadline = time.monotonic() + PATIENCE
    with penchant.open(place, follow=False) as p:
        while p.stats()["events"] < count:
            assert time.monotonic() < deadline, f"{place} has fewer than {count} events"
            threading.Event().wait(0.05)


def request(client: httpx.Client, line: str) -> None:
    method, path, *rest = line.split(maxsplit=2)
    headers = [(name, value) for name, value in (one.split(": ", 1) for one in rest)]
    client.request(method, path, headers=headers)


def run(name: str, line: str, folder: Path) -> None:
    first, program, *arguments = line.split()
    assert (first, program) == ("python", f"{name}.py")
    subprocess.run(
        [sys.executable, EXAMPLES / program, *arguments],
        cwd=folder,
        env=environment(LOGNAME="ann"),
        capture_output=True,
        timeout=PATIENCE,
    )


@contextmanager
def served(name: str, folder: Path) -> Iterator[str]:
    """The address of a program that serves; it ends as by hand, and says what is still to be said."""
    arguments, ending = SERVERS[name]
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment(PYTHONPATH=str(EXAMPLES), PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_can_be_interrupted,
    )
    assert process.stdout is not None
    try:
        found = next(filter(None, map(_URL.search, process.stdout)), None)
        assert found, f"{name} names no address"
        yield found[0]
    finally:
        os.kill(process.pid, ending)
        try:
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.communicate()


def _can_be_interrupted() -> None:
    """As at a terminal: what is started in the background of a script ignores SIGINT."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def recorded(place: Path, users: set[str]) -> Iterator[str]:
    """The events of a store as the page writes them."""
    with penchant.open(place, follow=False) as p:
        assert p.stats()["events"] == sum(len(p.user(user).history(100)) for user in users)
        for user in users:
            for event in p.user(user).history(100):
                outcome = event.error or {True: "success", None: ""}[event.success]
                yield " ".join(filter(None, [user, event.kind, event.item, outcome]))
