"""Parquet, read and written by DuckDB (extra ``archive``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, time
from decimal import Decimal
from errno import EIO
from types import ModuleType
from typing import Any
from uuid import UUID

from penchant.core.errors import InvalidArgument, MissingExtra
from penchant.io.formats.row import Options, Row
from penchant.io.formats.source import Source

_AT_ONCE = 10_000
_ZONED = "TIMESTAMP WITH TIME ZONE"


def read(source: Source, options: Options) -> Iterator[Row]:
    """Rows of a Parquet file, numbered from 1. Raises ``MissingExtra`` without DuckDB."""
    duckdb = _duckdb()
    with source.as_file() as path, closing(_connected(duckdb)) as connection:
        try:
            described = connection.execute(
                "DESCRIBE SELECT * FROM read_parquet(?)", [path]
            ).fetchall()
        except duckdb.Error as error:
            raise InvalidArgument("source", f"{source.name} is no Parquet file: {error}") from None
        columns = [name for name, *_ in described]
        zoned = [name for name, kind, *_ in described if kind == _ZONED]
        changes = ", ".join(
            f"make_timestamp(epoch_us({_quoted(name)})) AS {_quoted(name)}" for name in zoned
        )
        replaced = f" REPLACE ({changes})" if zoned else ""
        found = connection.execute(f"SELECT *{replaced} FROM read_parquet(?)", [path])
        number = 0
        while rows := found.fetchmany(_AT_ONCE):
            for values in rows:
                number += 1
                fields = dict(zip(columns, map(_plain, values), strict=True))
                for name in zoned:
                    fields[name] = fields[name] and fields[name].replace(tzinfo=UTC)
                yield Row(number, fields)


def write(lines: str, path: str, columns: Mapping[str, str]) -> None:
    """Write a file of JSON lines as Parquet with these columns and DuckDB types, in its order.

    Raises ``OSError`` where it cannot be written.
    """
    duckdb = _duckdb()
    names = ", ".join(f"{_literal(name)}: {_literal(kind)}" for name, kind in columns.items())
    with closing(_connected(duckdb)) as connection:
        try:
            connection.execute(
                f"COPY (SELECT * FROM read_json({_literal(lines)}, format = 'newline_delimited', "
                f"columns = {{{names}}})) TO {_literal(path)} (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise OSError(EIO, str(error)) from error


def _duckdb() -> ModuleType:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra("Parquet", "archive") from None
    module: ModuleType = duckdb
    return module


def _connected(duckdb: ModuleType) -> Any:
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")  # it would go to standard output
    return connection


def _plain(value: Any) -> Any:
    """Values as JSON could carry them; a day as its midnight, which the configured zone places."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID | time):
        return str(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # placed by the zone
    return value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
