"""Formats: how logs are written elsewhere. A new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import PurePath

from penchant.core.errors import InvalidArgument
from penchant.core.suggestion import closest
from penchant.io.formats import access_log, shell_history
from penchant.io.formats.row import Options, Row
from penchant.io.formats.source import Source


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its module, its file endings, and which event fields its columns are.

    ``constants`` are event fields that are the same in every row of such a source.
    """

    module: str
    suffixes: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None

    def read(self, source: Source, options: Options) -> Iterator[Row]:
        """The rows of the source."""
        if self.delimiter is not None and options.delimiter is None:
            options = replace(options, delimiter=self.delimiter)
        module = import_module(f"penchant.io.formats.{self.module}")
        rows: Iterator[Row] = module.read(source, options)
        return rows


FORMATS = {
    "csv": Format("delimited", (".csv",)),
    "tsv": Format("delimited", (".tsv", ".tab"), delimiter="\t"),
    "json": Format("json_array", (".json",)),
    "jsonl": Format("json_lines", (".jsonl", ".ndjson")),
    "parquet": Format("parquet", (".parquet", ".pq")),
    "access-log": Format(
        "access_log",
        (),
        {"user": "host", "at": "time", "item": "path", "success": "success"},
        {"kind": "page"},
    ),
    "shell-history": Format(
        "shell_history",
        (".bash_history", ".zsh_history", ".zhistory"),
        {"text": "command", "item": "word(command)", "at": "time", "duration_ms": "duration_ms"},
        {"kind": "command"},
    ),
}


def find_format(name: str | None, source: Source, path: str) -> str:
    """The name of a format: as told, by the ending of the file, or by how the source begins."""
    if name is not None:
        if name not in FORMATS:
            raise InvalidArgument(
                "format", f"{name!r} is none of {', '.join(FORMATS)}{closest(name, FORMATS)}"
            )
        return name
    file = PurePath(path).name.lower().removesuffix(".gz")
    for known, format in FORMATS.items():
        if file.endswith(format.suffixes):
            return "jsonl" if known == "json" and _is_object(source.head) else known
    return _by_content(source.head)


def _by_content(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    first = start.split(b"\n", 1)[0].rstrip(b"\r").decode(errors="replace")
    if head[:4] == b"PAR1":
        return "parquet"
    if start[:1] == b"[":
        return "json"
    if start[:1] == b"{":
        return "jsonl" if _is_object(head) else "json"
    if access_log.matches(first):
        return "access-log"
    if shell_history.is_bash(head) or shell_history.is_zsh(head):
        return "shell-history"
    return "csv"


def _is_object(head: bytes) -> bool:
    """Whether the first line is an object by itself: so begin JSON lines."""
    line = head.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0].strip()
    return line[:1] == b"{" and line[-1:] == b"}"
