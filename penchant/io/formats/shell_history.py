"""Histories of shells: bash, with or without times, and zsh's extended format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from penchant.io.formats.row import Options, Row
from penchant.io.formats.source import Source

_BASH_TIME = re.compile(r"#(\d{9,10})")
_ZSH = re.compile(r": (\d{9,10}):(\d+);(.*)", re.DOTALL)


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows with ``command`` and, where the history has them, ``time`` and ``duration_ms``.

    Below a bash time everything up to the next one is one command; without times every line is.
    A zsh command goes on behind a backslash at the end of a line.
    """
    zsh = is_zsh(source.head)
    for number, lines in _zsh(source) if zsh else _bash(source):
        if isinstance(lines, Row):
            yield lines
            continue
        try:
            texts = [line.decode() for line in lines]
        except UnicodeDecodeError:
            shown = b"\n".join(lines).decode(errors="backslashreplace")
            yield Row(number, None, "is not UTF-8", shown)
            continue
        fields = _zsh_fields(texts) if zsh else _bash_fields(texts)
        if fields is None:
            reason = "is no line of a zsh history; expected ': 1700000000:0;command'"
            yield Row(number, None, reason, "\n".join(texts))
        elif fields.get("command"):
            yield Row(number, fields)


def is_zsh(head: bytes) -> bool:
    """Whether a history begins in zsh's extended format."""
    return _ZSH.match(head.decode(errors="replace")) is not None


def is_bash(head: bytes) -> bool:
    """Whether a history begins with a bash time."""
    lines = head.split(b"\n", 1)
    return _BASH_TIME.fullmatch(lines[0].strip().decode(errors="replace")) is not None


_Lines = Iterator[tuple[int, list[bytes] | Row]]


def _bash(source: Source) -> _Lines:
    timed = is_bash(source.head)
    start, held = 1, list[bytes]()
    for number, line in source.lines():
        if isinstance(line, Row):
            yield number, line
            continue
        begins = not timed or _BASH_TIME.fullmatch(line.decode(errors="replace"))
        if begins and held:
            yield start, held
            held = []
        if not held:
            start = number
        held.append(line)
    if held:
        yield start, held


def _zsh(source: Source) -> _Lines:
    start, held = 1, list[bytes]()
    for number, line in source.lines():
        if isinstance(line, Row):
            yield number, line
            continue
        if not held:
            start = number
        held.append(line.removesuffix(b"\\"))
        if not line.endswith(b"\\"):
            yield start, held
            held = []
    if held:
        yield start, held


def _bash_fields(lines: list[str]) -> dict[str, Any]:
    found = _BASH_TIME.fullmatch(lines[0])
    if found is None:
        return {"command": "\n".join(lines).strip()}
    return {"command": "\n".join(lines[1:]).strip(), "time": int(found[1])}


def _zsh_fields(lines: list[str]) -> dict[str, Any] | None:
    text = "\n".join(lines)
    found = _ZSH.fullmatch(text)
    if found is None:
        return None if text.strip() else {}
    return {
        "command": found[3].strip(),
        "time": int(found[1]),
        "duration_ms": int(found[2]) * 1_000,
    }
