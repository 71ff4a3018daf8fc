"""Readers: sound rows come out, broken ones say why, and nothing crashes."""

from __future__ import annotations

import gzip
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from penchant.core.errors import InvalidArgument, MissingExtra
from penchant.io.formats import FORMATS, find_format
from penchant.io.formats.row import LONGEST, Options, Row
from penchant.io.formats.source import opened


def read(path: Path, format: str | None = None, **options: Any) -> list[Row]:
    with opened(path) as source:
        name = find_format(format, source, str(path))
        return list(FORMATS[name].read(source, Options(**options)))


def made(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("name", "content", "options", "expected"),
    [
        ("a.csv", "user,kind\nann,click\n", {}, [{"user": "ann", "kind": "click"}]),
        ("a.csv", "user;kind\nann;click\n", {}, [{"user": "ann", "kind": "click"}]),
        ("a.csv", "\ufeffuser,kind\r\nann,click\r\n", {}, [{"user": "ann", "kind": "click"}]),
        ("a.tsv", "user\tkind\nann, b\tclick", {}, [{"user": "ann, b", "kind": "click"}]),
        ("a.csv", 'a,b\n"x, ""y""","1\n2"\n', {}, [{"a": 'x, "y"', "b": "1\n2"}]),
        ("a.dat", "1::2::3\n4::5::6\n", {"columns": ("a", "b", "c")},
         [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]),
        ("a.txt", "a|b\n1|2\n", {"delimiter": "|"}, [{"a": "1", "b": "2"}]),
        ("a.csv", "a,b\n\n1,2\n\n", {}, [{"a": "1", "b": "2"}]),
        ("a.csv", "", {}, []),
        ("a.json", '[{"a": 1}, {"a": "é"}]', {}, [{"a": 1}, {"a": "é"}]),
        ("a.json", '{"a": 1}\n{"a": 2}\n', {}, [{"a": 1}, {"a": 2}]),
        ("a.json", '{\n "a": 1\n}\n{\n "a": 2\n}', {}, [{"a": 1}, {"a": 2}]),
        ("a", '{"a": {"b": [1]}}\n\n', {}, [{"a": {"b": [1]}}]),
        ("a", '[{"a": 1}]', {}, [{"a": 1}]),
        (".bash_history", "ls -l\ncd x\n", {}, [{"command": "ls -l"}, {"command": "cd x"}]),
        ("h", "#1700000000\nfor i in 1\ndo x\n#1700000005\nls\n", {},
         [{"command": "for i in 1\ndo x", "time": 1700000000}, {"command": "ls", "time": 1700000005}]),
        ("h", ": 1700000000:2;echo a\\\nb\n: 1700000003:0;ls\n", {},
         [{"command": "echo a\nb", "time": 1700000000, "duration_ms": 2000},
          {"command": "ls", "time": 1700000003, "duration_ms": 0}]),
    ],
)  # fmt: skip
def test_a_source_is_read_as_what_it_is(
    tmp_path: Path, name: str, content: str, options: dict[str, Any], expected: list[object]
) -> None:
    path = made(tmp_path / name, content)

    assert [row.fields for row in read(path, **options)] == expected


def test_gzip_is_known_by_content_and_not_by_name(tmp_path: Path) -> None:
    path = made(tmp_path / "a.csv", gzip.compress(b"user,kind\nann,click\n"))

    assert [row.fields for row in read(path)] == [{"user": "ann", "kind": "click"}]


def test_a_minus_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO(b'{"user": "ann"}\n'))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert [row.fields for row in read(Path("-"))] == [{"user": "ann"}]


def test_an_access_log_says_who_when_what_and_whether_it_worked(tmp_path: Path) -> None:
    line = (
        '10.0.0.1 - ann [17/May/2015:10:05:03 +0200] "GET /a/b?c=1 HTTP/1.1" 404 - "-" "Mozilla"\n'
    )
    path = made(tmp_path / "access.log", line)

    (row,) = read(path)

    assert row.fields is not None
    assert row.fields.pop("time") == datetime(2015, 5, 17, 8, 5, 3, tzinfo=UTC)
    assert row.fields == {
        "host": "10.0.0.1",
        "login": "ann",
        "request": "GET /a/b?c=1 HTTP/1.1",
        "method": "GET",
        "path": "/a/b",
        "query": "c=1",
        "protocol": "HTTP/1.1",
        "status": 404,
        "success": False,
        "agent": "Mozilla",
    }


BROKEN = [
    ("a.csv", b"a,b\n1,2,3\n4,5\n", [(2, "has 3 fields, expected 2 (a,b)")], 1),
    ("a.csv", b"a,b\n1\n4,5\n", [(2, "has 1 fields, expected 2 (a,b)")], 1),
    ("a.csv", b"a,b\n\xff,2\n4,5\n", [(2, "is not UTF-8 at byte 1")], 1),
    ("a.csv", b'a,b\n"x"y,2\n4,5\n',
     [(2, "is no delimited text: ',' expected after '\"'")], 1),
    ("a.csv", b'a,b\n"x,2\n4,5\n6,7\n', [(2, "is no delimited text: unexpected end of data")], 2),
    ("a.jsonl", b'{"a": 1}\n{"a": \n{"a": 2}\n',
     [(2, "is no JSON: Input data was truncated")], 2),
    ("a.jsonl", b'[1]\n{"a": 2}\n', [(1, "is no JSON object with fields")], 1),
    ("a.jsonl", b'{"a": "\xff"}\n{"a": 2}\n',
     [(1, "is no JSON: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte")], 1),
    ("a.json", b'[{"a": 1}, 7, {"a": 2}]', [(2, "is no JSON object with fields")], 2),
    ("a.json", b'[{"a": 1}, {"a": nul}]',
     [(2, "is no JSON, the rest cannot be read: Expecting value")], 1),
    ("a.json", b'[{"a": NaN}]', [(1, "is no JSON, the rest cannot be read: NaN is no JSON")], 0),
    ("a.json", b'[{"a": "\xff"}, {"a": 1}]', [(1, "is not UTF-8")], 1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "refused", "sound"), BROKEN)
def test_a_broken_row_is_refused_by_itself(
    tmp_path: Path, name: str, content: bytes, refused: list[tuple[int, str]], sound: int
) -> None:
    rows = read(made(tmp_path / name, content))

    assert [(row.number, row.reason) for row in rows if row.fields is None] == refused
    assert sum(row.fields is not None for row in rows) == sound


def test_a_quote_that_is_never_closed_costs_one_row_of_a_long_file(tmp_path: Path) -> None:
    lines = ["a,b", '"open,1', *(f"{number:060},2" for number in range(LONGEST // 50))]
    path = made(tmp_path / "a.csv", "\n".join(lines))

    rows = read(path)

    assert [row.number for row in rows if row.fields is None] == [2]
    assert len(rows) == len(lines) - 1


def test_a_line_without_end_is_refused_without_being_held(tmp_path: Path) -> None:
    path = made(tmp_path / "a.jsonl", b"x" * (LONGEST + 9) + b'\n{"a": 1}\n')

    first, second = read(path)

    assert first.reason == f"has {LONGEST + 10} bytes; a row may have {LONGEST}"
    assert len(first.raw) == 1_000
    assert second.fields == {"a": 1}


def test_a_gzip_file_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f'{{"a": {n * 7919 % 9973}}}\n' for n in range(60_000)).encode())
    path = made(tmp_path / "a.jsonl.gz", whole[: len(whole) // 2])

    rows = read(path)

    assert rows[-1].fields is None
    assert rows[-1].reason.startswith("the file breaks off here, the rest cannot be read")
    assert len(rows) > 1_000
    assert all(row.fields is not None for row in rows[:-1])


def test_an_access_line_that_is_none_is_refused(tmp_path: Path) -> None:
    good = 'h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 5\n'
    bad_time = good.replace("May", "Mai")

    rows = read(made(tmp_path / "log", good + "nonsense\n" + bad_time))

    assert [row.number for row in rows if row.fields is None] == [2, 3]
    assert rows[1].reason.startswith("is no line of an access log; expected host - login [")
    assert rows[2].reason.startswith("'17/Mai/2015:10:05:03 +0000' is no time; expected")


def test_parquet_without_its_extra_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    path = made(tmp_path / "a.parquet", b"PAR1")

    with pytest.raises(MissingExtra, match=r"Parquet needs the extra 'archive': pip install"):
        read(path)


def test_parquet_types_become_plain_ones(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.parquet"
    duckdb.sql(
        "COPY (SELECT 1 AS n, 2.50::DECIMAL(9,2) AS d, 'ann' AS t, NULL AS nothing, "
        "TIMESTAMP '2026-01-01 10:00:00' AS naive, "
        "make_timestamptz(1767225600000000) AS aware, "
        f"DATE '2026-01-02' AS day) TO '{path}'"
    )

    (row,) = read(path)

    assert row.fields == {
        "n": 1,
        "d": 2.5,
        "t": "ann",
        "nothing": None,
        "naive": datetime(2026, 1, 1, 10),  # noqa: DTZ001  # as the table has it
        "aware": datetime(2026, 1, 1, tzinfo=UTC),
        "day": datetime(2026, 1, 2),  # noqa: DTZ001  # as the table has it
    }


@pytest.mark.parametrize(
    ("name", "content", "format", "message"),
    [
        ("a.csv", b"a,a\n1,2\n", None, "source: the header of .* names 'a' twice"),
        ("a.csv", b"\xff,b\n", None, "source: the header of .* cannot be read: is not UTF-8"),
        ("a.csv", b"a\n", "cvs", "format: 'cvs' is none of csv, tsv, .*; closest is 'csv'"),
        ("a.parquet", b"nothing", None, "source: .* is no Parquet file"),
        ("a.gz", b"\x1f\x8bnothing at all", None, "source: .* is no readable gzip file"),
    ],
)
def test_a_source_that_cannot_be_read_at_all_is_wrong_use(
    tmp_path: Path, name: str, content: bytes, format: str | None, message: str
) -> None:
    path = made(tmp_path / name, content)

    with pytest.raises(InvalidArgument, match=message):
        read(path, format)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="there is no file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InvalidArgument, match="cannot be read: Is a directory"):
        read(tmp_path)
