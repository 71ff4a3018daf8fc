"""Delimited text: CSV, TSV, and any other character or characters between the columns."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence

from penchant.core.errors import InvalidArgument
from penchant.io.formats.row import LONGEST, Options, Row
from penchant.io.formats.source import Source

DELIMITERS = ("::", "\t", ";", "|", ",")
_BOM = b"\xef\xbb\xbf"


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows of a delimited text; the first line names the columns unless the options do.

    Fields may be quoted with ``"`` (RFC 4180) and then hold line breaks, unless the delimiter has
    several characters. A row with more or fewer fields than columns is refused.
    """
    delimiter = options.delimiter or guess_delimiter(source.head)
    records = _quoted(source, delimiter) if len(delimiter) == 1 else _plain(source, delimiter)
    columns = options.columns
    for record in records:
        if isinstance(record, Row):
            if columns is None:
                raise InvalidArgument(
                    "source",
                    f"the header of {source.name} cannot be read: {record.reason}; "
                    "name the columns with --columns a,b,c",
                )
            yield record
            continue
        number, fields, text = record
        if columns is None:
            columns = _header(fields, source.name)
        elif len(fields) != len(columns):
            yield Row(
                number,
                None,
                f"has {len(fields)} fields, expected {len(columns)} ({','.join(columns)[:80]})",
                text,
            )
        else:
            yield Row(number, dict(zip(columns, fields, strict=True)))


def guess_delimiter(head: bytes) -> str:
    """The delimiter that divides the first lines into the same number of fields, and most of them.

    >>> guess_delimiter(b"1::0054890::9\\n2::1408101::10\\n")
    '::'
    """
    lines = [line for line in head.decode(errors="replace").splitlines()[:20] if line]
    if len(lines) > 1:
        lines = lines[:-1] if not head.endswith(b"\n") else lines
    best, most = ",", 1
    for delimiter in DELIMITERS:
        counts = {line.count(delimiter) + 1 for line in lines}
        if len(counts) == 1 and (count := counts.pop()) > most:
            best, most = delimiter, count
    if most == 1 and lines:  # quoted delimiters spoil the count: the header decides
        best = max(reversed(DELIMITERS), key=lambda delimiter: lines[0].count(delimiter))
    return best


def _header(fields: Sequence[str], name: str) -> tuple[str, ...]:
    columns = tuple(field.strip() for field in fields)
    for column in columns:
        if columns.count(column) > 1:
            raise InvalidArgument(
                "source",
                f"the header of {name} names {column!r} twice; name the columns with --columns",
            )
    return columns


_Record = tuple[int, Sequence[str], str]


def _decoded(source: Source) -> Iterator[tuple[int, str | Row]]:
    for number, line in source.lines():
        if isinstance(line, Row):
            yield number, line
            continue
        if number == 1:
            line = line.removeprefix(_BOM)
        try:
            yield number, line.decode()
        except UnicodeDecodeError as error:
            shown = line.decode(errors="backslashreplace")
            yield number, Row(number, None, f"is not UTF-8 at byte {error.start + 1}", shown)


def _plain(source: Source, delimiter: str) -> Iterator[_Record | Row]:
    for number, line in _decoded(source):
        if isinstance(line, Row):
            yield line
        elif line:
            yield number, line.split(delimiter), line


class _Lines:
    """Lines handed to the CSV reader, which says by reading on that a quote is still open.

    What it read of a record that turned out broken is handed out again, but for the first line.
    """

    def __init__(self, source: Source) -> None:
        self._decoded = _decoded(source)
        self._again: deque[tuple[int, str | Row]] = deque()
        self.taken: list[tuple[int, str]] = []
        self.unreadable: Row | None = None
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        number, line = self._again.popleft() if self._again else next(self._decoded)
        if isinstance(line, Row):
            if self.taken:  # inside a quoted field: what follows may be sound
                self._again.appendleft((number, line))
                raise csv.Error("a quote is opened and not closed before an unreadable line")
            self.unreadable = line
            return "\n"
        self.taken.append((number, line))
        self.length += len(line) + 1
        if self.length > LONGEST and len(self.taken) > 1:
            raise csv.Error(f"a quote is opened and not closed within {LONGEST} characters")
        return line + "\n"

    def begin(self) -> None:
        self.taken = []
        self.unreadable = None
        self.length = 0

    def give_back(self) -> None:
        self._again.extendleft(reversed(self.taken[1:]))


def _quoted(source: Source, delimiter: str) -> Iterator[_Record | Row]:
    csv.field_size_limit(LONGEST + 1)
    lines = _Lines(source)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number, line = lines.taken[0]
            yield Row(number, None, f"is no delimited text: {error}", line)
            lines.give_back()
            continue
        if lines.unreadable is not None:
            yield lines.unreadable
        elif fields:
            number = lines.taken[0][0]
            yield number, fields, "\n".join(line for _, line in lines.taken)
