"""JSON lines: one object a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from penchant.io.formats.row import Options, Row
from penchant.io.formats.source import Source


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows of newline-delimited JSON; a line that is no JSON object is refused by itself."""
    decode = msgspec.json.Decoder().decode
    for number, line in source.lines():
        if isinstance(line, Row):
            yield line
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line or line.isspace():
            continue
        try:
            fields = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield Row(number, None, f"is no JSON: {error}", line.decode(errors="backslashreplace"))
            continue
        if isinstance(fields, dict):
            yield Row(number, fields)
        else:
            yield Row(number, None, "is no JSON object with fields", fields)
