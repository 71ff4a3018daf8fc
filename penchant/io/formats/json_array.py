"""JSON documents: an array of objects, or objects one after the other, read piece by piece."""

from __future__ import annotations

import codecs
import json
import zlib
from collections.abc import Iterator
from typing import Any, NoReturn

from penchant.io.formats.row import LONGEST, Options, Row
from penchant.io.formats.source import Source

_CHUNK = 1 << 16
_BETWEEN = " \t\r\n,[]\ufeff"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows of a JSON array, numbered from 1; memory holds one element at a time.

    Past the place where the text stops being JSON nothing can be read: it is refused as one row.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse)
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    buffer, number, ended, inside = "", 0, False, False
    while not ended:
        try:
            chunk = source.stream.read(_CHUNK)
        except (EOFError, OSError, zlib.error) as error:
            reason = f"the file breaks off here, the rest cannot be read: {error}"
            yield Row(number + 1, None, reason, buffer[:1_000])
            return
        ended = not chunk
        buffer += text.decode(chunk, final=ended)
        place, problem = 0, None
        while True:
            start, place = place, _skip(buffer, place)
            inside = _inside(buffer[start:place], inside)
            if place == len(buffer):
                break
            try:
                value, end = decoder.raw_decode(buffer, place)
            except (ValueError, RecursionError) as error:
                problem = error
                break
            if end == len(buffer) and not ended and not isinstance(value, dict | list):
                break  # a number may go on in the next chunk
            number, place = number + 1, end
            yield _row(number, value)
        buffer = buffer[place:]
        if problem is not None and (ended or len(buffer) > LONGEST):
            reason = f"is no JSON, the rest cannot be read: {getattr(problem, 'msg', problem)}"
            yield Row(number + 1, None, reason, _printable(buffer[:1_000]))
            return
    if inside:
        yield Row(number + 1, None, "the array is not closed: the file breaks off here", "")


def _inside(between: str, before: bool) -> bool:
    """Whether an array is open after what stands between two of its values."""
    opened, closed = between.rfind("["), between.rfind("]")
    return before if opened == closed else opened > closed


def _skip(buffer: str, place: int) -> int:
    while place < len(buffer) and buffer[place] in _BETWEEN:
        place += 1
    return place


def _row(number: int, value: Any) -> Row:
    if not isinstance(value, dict):
        return Row(number, None, "is no JSON object with fields", value)
    text = json.dumps(value, ensure_ascii=False)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return Row(number, None, "is not UTF-8", _printable(text))
    return Row(number, value)


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
