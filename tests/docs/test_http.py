"""The page on HTTP: its examples run, and it names every path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

import penchant
from penchant.serve.http import Application, make_app
from penchant.serve.http.application import OPERATIONS
from penchant.serve.http.keys import parse
from tests.docs.exchange import assert_answers, exchanges, request
from tests.docs.shell import run, served

PAGE = Path(__file__).parents[2] / "docs" / "http.md"
NOON = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z
_SHELL = re.compile(r"```sh\n(.*?)```", re.S)


def examples(page: Path) -> Iterator[re.Match[str]]:
    """What is run here of a page."""
    if page == PAGE:
        yield from exchanges(page)
        yield from _SHELL.finditer(page.read_text())


def test_every_example_answers_as_the_page_says() -> None:
    with penchant.open(":memory:", clock=lambda: NOON, follow=False) as engine:
        app = make_app(engine)
        named = ""
        for example in exchanges(PAGE):
            answer = ask(app, request(example["asked"].replace("REQUEST", named)))

            told = assert_answers(answer, example)
            named = told.get("request", named) if isinstance(told, dict) else named


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_the_page_names_every_path(path: str) -> None:
    shown = re.sub(r"\\{\w+\\}", r"[^/\\s]+", re.escape(path))

    assert re.search(rf"\b(GET|PUT|POST|DELETE) {shown}[\s`?]", PAGE.read_text())


def test_the_page_says_how_to_serve_and_how_to_make_keys(tmp_path: Path) -> None:
    serving, keys = _SHELL.findall(PAGE.read_text())

    for command in serving.splitlines():
        with served(command, tmp_path) as url:
            assert httpx.get(f"{url}/ready", timeout=60).status_code == 200
    made = run(f"{keys}\nprintenv PENCHANT_KEYS", tmp_path)

    assert [key.scope for key in parse(made.stdout)] == ["write", "read"]


def ask(app: Application, asked: dict[str, Any]) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(**asked)

    return anyio.run(send)
