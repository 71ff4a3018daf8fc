"""An answer: status, bytes and headers, before they are sent."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

JSON = "application/json"
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered; ``media`` is the type of ``body``."""

    status: int
    body: bytes = b""
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def answer(body: msgspec.Struct | list[msgspec.Struct], status: int = 200) -> Answer:
    """The answer that a typed body makes."""
    return Answer(status, _encode(body))
