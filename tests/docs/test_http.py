"""The page on HTTP: its examples run, and it names every path."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import anyio
import httpx
import msgspec
import pytest

import penchant
from penchant.serve.http import Application, make_app
from penchant.serve.http.application import OPERATIONS

PAGE = Path(__file__).parents[2] / "docs" / "http.md"
NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
_EXAMPLE = re.compile(
    r"```http\n(?P<asked>.*?)```\n\n```json\n// (?P<status>\d+)\n(?P<told>.*?)```", re.S
)


def test_every_example_answers_as_the_page_says() -> None:
    page = PAGE.read_text()
    examples = list(_EXAMPLE.finditer(page))
    with penchant.open(":memory:", clock=lambda: NOON, follow=False) as engine:
        app = make_app(engine)
        request = ""
        for example in examples:
            answer = ask(app, example["asked"].replace("REQUEST", request))

            assert answer.status_code == int(example["status"]), (example["asked"], answer.text)
            if answer.content:
                told = answer.json()
                assert_says(told, msgspec.json.decode(example["told"]), example["asked"])
                request = told.get("request", request) if isinstance(told, dict) else request

    assert len(examples) == page.count("```http\n") > 20


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_the_page_names_every_path(path: str) -> None:
    shown = re.sub(r"\\{\w+\\}", r"[^/\\s]+", re.escape(path))

    assert re.search(rf"\b(GET|PUT|POST|DELETE) {shown}[\s`?]", PAGE.read_text())


def ask(app: Application, text: str) -> httpx.Response:
    """Send a request as the page writes it."""
    head, _, body = text.strip().partition("\n\n")
    first, *lines = head.split("\n")
    method, url = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, url, headers=headers, content=body.encode())

    return anyio.run(send)


def assert_says(told: Any, shown: Any, where: str) -> None:
    """What is shown is told: every field shown, lists whole, ``"..."`` anything."""
    if shown == "...":
        return
    if isinstance(shown, dict):
        for name, value in shown.items():
            assert_says(told[name], value, f"{where}.{name}")
    elif isinstance(shown, list):
        assert len(told) == len(shown), where
        for place, (one, other) in enumerate(zip(told, shown, strict=True)):
            assert_says(one, other, f"{where}[{place}]")
    else:
        assert told == (pytest.approx(shown) if isinstance(shown, float) else shown), where
