"""Malformed rows and options of imports, each with its exact answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from penchant.core.errors import InvalidArgument, InvalidSettings, PenchantError, StoreUnavailable
from penchant.serve.engine import Penchant
from penchant.serve.transfer import ImportOptions

LONG = "x" * 256
NO_TIME = "is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, a date, or an epoch number"
ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "view"}, "user", "is required"),
    ({"user": "ann"}, "kind", "is required"),
    ({"user": "", "kind": "view"}, "user", "is required"),
    ({"user": None, "kind": "view"}, "user", "is required"),
    ({"user": LONG, "kind": "view"}, "user", f"expected `str` of length <= 255, namely '{'x' * 59}"),
    ({"user": True, "kind": "view"}, "user", "expected `str`, got `bool`, namely True"),
    ({"user": ["ann"], "kind": "view"}, "user", "expected `str`, got `array`, namely ['ann']"),
    ({"user": "a\0", "kind": "view"}, "user", "contains the character NUL, which no store keeps"),
    ({"user": "ann", "kind": "k" * 65}, "kind", f"expected `str` of length <= 64, namely '{'k' * 59}"),
    ({"at": "soon"}, "at", f"'soon' {NO_TIME}; other forms are named with --time-format"),
    ({"at": "31/12/2025"}, "at",
     f"'31/12/2025' {NO_TIME}; other forms are named with --time-format"),
    ({"at": "2026-01-03T00:00:00Z"}, "at",
     "2026-01-03T00:00:00Z lies more than 24 h ahead of 2026-01-01T12:00:00Z"),
    ({"at": 1e22}, "at", "the epoch value 10000000000000 s lies outside the years 1900 to 9999"),
    ({"at": True}, "at", "expected `int | float | str | null`, got `bool`, namely True"),
    ({"value": "cheap"}, "value", "expected `float | null`, got `str`, namely 'cheap'"),
    ({"value": "nan"}, "value", "expected a finite number, got nan"),
    ({"value": "1e999"}, "value", "number out of range, namely '1e999'"),
    ({"value": "3,5"}, "value",
     "expected `float | null`, got `str`, namely '3,5'; decimal commas are read with --decimal ,"),
    ({"success": "maybe"}, "success", "expected `bool | null`, got `str`, namely 'maybe'"),
    ({"duration_ms": "-1"}, "duration_ms", "expected `float` >= 0.0, namely '-1'"),
    ({"position": "first"}, "position", "expected `int | null`, got `str`, namely 'first'"),
    ({"position": 10_001}, "position", "expected `int` <= 10000, namely 10001"),
    ({"item": LONG}, "item", f"expected `str` of length <= 255, namely '{'x' * 59}"),
    ({"session": {"a": 1}}, "session", "expected `str | null`, got `object`, namely {'a': 1}"),
    ({"text": "x" * 8_193}, "text", f"expected `str` of length <= 8192, namely '{'x' * 59}"),
    ({"context": "phone"}, "context", "expected a JSON object, got 'phone'"),
    ({"context": [1]}, "context", "expected `object | null`, got `array`, namely [1]"),
    ({"data": {"a": "x" * 9_000}}, "data", "takes 9006 bytes, at most 8192 are kept"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "field", "reason"), ROWS, ids=lambda part: str(part)[:40])
def test_a_malformed_row_is_refused_with_its_reason(
    p: Penchant, tmp_path: Path, row: dict[str, Any], field: str, reason: str
) -> None:
    whole = row if row.keys() & {"user", "kind"} else {"user": "ann", "kind": "view", **row}
    sound = {"user": "bob", "kind": "view"}
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, (sound, whole))))

    result = p.import_(path)

    assert [(name, told) for name, told, _ in result.reasons] == [(field, reason)]
    assert (result.accepted, result.refused) == (1, 1)


ITEMS: list[tuple[dict[str, Any], str, str]] = [
    ({"title": "Tea"}, "id", "is required"),
    ({"id": "tea", "price": "cheap"}, "price", "expected `float | null`, got `str`, namely 'cheap'"),
    ({"id": "tea", "tags": "a|b"}, "tags",
     "expected a list, got 'a|b'; divide the text with --split tags=|"),
    ({"id": "tea", "location": {"lat": 91, "lon": 0}}, "location.lat", "expected `float` <= 90.0"),
    ({"id": "tea", "available": "perhaps"}, "available",
     "expected `bool`, got `str`, namely 'perhaps'"),
    ({"id": "tea", "starts_at": "soon"}, "starts_at",
     f"'soon' {NO_TIME}"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "field", "reason"), ITEMS, ids=lambda part: str(part)[:40])
def test_a_malformed_item_is_refused_with_its_reason(
    p: Penchant, tmp_path: Path, row: dict[str, Any], field: str, reason: str
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text("\n".join(map(json.dumps, ({"id": "run"}, row))))

    result = p.import_(path, items=True)

    assert [(name, told) for name, told, _ in result.reasons] == [(field, reason)]
    assert (result.accepted, result.refused) == (1, 1)


OPTIONS: list[tuple[ImportOptions, str]] = [
    ({"map": "usr=a"}, "map: 'usr' is no field of an event; closest is 'user'"),
    ({"map": "user"}, "map: 'user' is no pair; expected FIELD=COLUMN,FIELD=COLUMN"),
    ({"map": "user=a,user=b"}, "map: names 'user' twice"),
    ({"map": "user=clint"},
     "map: user=clint: there is no column 'clint'; closest is 'client'; there are client, did"),
    ({"map": "user=client"},
     "map: no column for 'kind'; name it with --map kind=COLUMN or give it once with --kind NAME. "
     "There are client, did"),
    ({"kind": "view"},
     "map: no column for 'user'; name it with --map user=COLUMN or give it once with --user NAME. "
     "There are client, did"),
    ({"map": "kind=did", "kind": "view"}, "map: 'kind' is given as a column and as a constant"),
    ({"map": "item=wrd(did)"},
     "map: 'wrd' is no function; closest is 'word'; expected one of word, path, succeeded, "
     "or the name of a column"),
    ({"map": "user.name=client"}, "map: 'user.name' is no field of an event; closest is 'user'"),
    ({"map": "tags=client", "items": True}, "map: no column for 'id'; name it with --map id=COLUMN. "
     "There are client, did"),
    ({"split": "user=|"}, "split: 'user' holds one value; expected 'item'"),
    ({"split": "tags=|"}, "split: 'tags' is no field of an event"),
    ({"split": "item"}, "split: 'item' is no rule; expected FIELD=TEXT"),
    ({"decimal": "comma"}, "decimal: expected '.' or ',', got 'comma'"),
    ({"zone": "Madrid"}, "zone: 'Madrid' is no time zone; expected one such as Europe/Madrid"),
    ({"time_unit": "minutes"}, "time_unit: 'minutes' is none of s, ms, us, ns"),
    ({"time_unit": "s", "time_format": "%Y"},
     "time_unit: a time is a number or a text; give one of the two"),
    ({"format": "excel"},
     "format: 'excel' is none of csv, tsv, json, jsonl, parquet, access-log, shell-history"),
    ({"delimiter": '"'},
     "delimiter: '\"' cannot divide columns; expected such as ',', ';', 'tab', '::'"),
    ({"only": "did"}, "only: 'did' is no rule; expected COLUMN=VALUE|VALUE"),
    ({"only": "done=x", "map": "user=client,kind=did"}, "only: there is no column 'done'"),
    ({"limit": 0}, "limit: expected at least 1, got 0"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "answer"), OPTIONS, ids=lambda part: str(part)[:40])
def test_a_malformed_option_is_wrong_use_and_stores_nothing(
    p: Penchant, tmp_path: Path, options: ImportOptions, answer: str
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("client,did\nann,view\n")

    with pytest.raises(InvalidArgument) as caught:
        p.import_(path, **options)

    assert str(caught.value) == answer
    assert p.parts.store.count() == 0


CELLS: list[tuple[str, ImportOptions, str, str]] = [
    ("http://[a/b", {"kind": "view", "map": "item=path(cell)"}, "item",
     "path() cannot read 'http://[a/b': Invalid IPv6 URL"),
    ("[" * 20_000, {"kind": "view", "map": "data=cell"}, "data", f"expected a JSON object, got '{'[' * 60}'"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "options", "field", "reason"), CELLS, ids=("address", "map"))
def test_a_cell_that_cannot_be_changed_is_refused_with_its_row(
    p: Penchant, tmp_path: Path, cell: str, options: ImportOptions, field: str, reason: str
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"user,cell\nann,{cell}\nbob,\n")

    told = p.import_(path, **options)

    assert (told.accepted, told.refused) == (1, 1)
    assert told.reasons == [(field, reason, 1)]


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"zon": "UTC"}, "zon: no such setting in the arguments; closest is 'zone'"),
    ({"zone": "Mars/Base"},
     "zone: 'Mars/Base' is no time zone; expected one such as Europe/Madrid"),
    ({"preset": "shopp"},
     "preset: 'shopp' is no preset; expected one of general, capsule, cli, events, shop, bi; "
     "closest is 'shop'"),
    ({"seen": "hidden"},
     "seen: 'hidden' is unknown; expected one of hide, keep, fade; closest is 'hide'"),
    ({"cache_users": 0}, "cache_users: expected at least 1, got 0"),
    ({"session_gap": "long"}, "session_gap: expected a number of seconds, got 'long'"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "answer"), SETTINGS, ids=lambda part: str(part)[:40])
def test_a_malformed_setting_opens_nothing(options: dict[str, Any], answer: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        Penchant(":memory:", **options)

    assert str(caught.value) == answer
    assert isinstance(caught.value, PenchantError)


LOGGED: list[tuple[dict[str, Any], str, str]] = [
    ({"data": "{bad}"}, "data", "is no JSON: JSON is malformed: object keys must be strings"),
    ({"data": "[1]"}, "data", "expected an object, got [1]"),
    ({"context": "\ud800"}, "$", "is no JSON"),
    ({"catalogue": "{bad"}, "catalogue", "is no JSON"),
    ({"catalogue": [1]}, "catalogue", "expected an object, got [1]"),
]


@pytest.mark.parametrize(("row", "field", "reason"), LOGGED)
def test_a_malformed_row_of_an_export_is_refused_with_its_reason(
    p: Penchant, tmp_path: Path, row: dict[str, Any], field: str, reason: str
) -> None:
    sound = {"log_position": 1, "id": "e1", "user": "ann", "kind": "click"}
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, (sound, {**sound, "id": "e2", **row}))))

    told = p.import_(path)

    assert (told.accepted, told.refused) == (1, 1)
    assert (told.reasons[0][0], told.reasons[0][1][: len(reason)]) == (field, reason)


TYPES: list[tuple[dict[str, Any], str]] = [
    ({"mpa": "user=a"}, "mpa: no such option; closest is 'map'; docs/import.md lists them"),
    ({"map": 5}, "map: expected text, or several texts, got 5"),
    ({"map": {"user": 7}}, "map: expected text, or several texts, got {'user': 7}"),
    ({"columns": [1]}, "columns: expected text, or several texts, got [1]"),
    ({"only": {"user": 7}}, "only: expected text, or several texts, got {'user': 7}"),
    ({"kind": 7}, "kind: expected text, got 7"),
    ({"zone": 7}, "zone: expected text, got 7"),
    ({"format": ["csv"]}, "format: expected text, got ['csv']"),
    ({"limit": "x"}, "limit: expected at least 1, got 'x'"),
]


@pytest.mark.parametrize(("options", "answer"), TYPES)
def test_an_option_of_another_type_is_named(
    p: Penchant, tmp_path: Path, options: Any, answer: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        p.import_(tmp_path / "log.csv", **options)

    assert str(caught.value) == answer


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is full on this system")
def test_a_full_disk_for_refused_rows_is_said(p: Penchant, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,kind\n,view\n")

    with pytest.raises(
        StoreUnavailable, match="refused rows cannot be written to /dev/full: No sp"
    ):
        p.import_(tmp_path / "log.csv", refused="/dev/full")
