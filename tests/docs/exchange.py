"""Requests and answers as the pages write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

EXCHANGE = re.compile(
    r"```http\n(?P<asked>.*?)```\n\n```json\n// (?P<status>\d+)\n(?P<told>.*?)```", re.S
)


def exchanges(page: Path) -> Iterator[re.Match[str]]:
    return EXCHANGE.finditer(page.read_text())


def request(text: str) -> dict[str, Any]:
    """What a client needs to send a request as the page writes it."""
    head, _, body = text.strip().partition("\n\n")
    first, *lines = head.split("\n")
    method, url = first.split(" ", 1)
    headers = dict(line.split(": ", 1) for line in lines)
    return {"method": method, "url": url, "headers": headers, "content": body.encode()}


def assert_answers(answer: httpx.Response, example: re.Match[str]) -> Any:
    """Status and body are those of the page; returns the body."""
    assert answer.status_code == int(example["status"]), (example["asked"], answer.text)
    if not answer.content:
        return None
    told = answer.json()
    assert_says(told, msgspec.json.decode(example["told"]), example["asked"])
    return told


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
