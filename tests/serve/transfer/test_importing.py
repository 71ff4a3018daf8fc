"""Imports: every row becomes events, or is refused with its reason; again, it adds nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.serve.engine import Penchant
from penchant.serve.transfer import ImportOptions
from penchant.serve.transfer.importing import Import

CSV = """client,action,when,what
ann,click,2026-01-01T10:00:00Z,run-5k
bob,view,2026-01-01T09:00:00Z,yoga
ann,click,2026-01-01T10:00:00Z,run-5k
"""
MAP = "user=client,kind=action,at=when,item=what"


def made(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def ids(p: Penchant) -> list[str]:
    return [event.id for _, event in p.parts.store.since(0, 10_000)]


def test_rows_become_events_in_the_order_of_their_times(p: Penchant, tmp_path: Path) -> None:
    result = p.import_(made(tmp_path / "log.csv", CSV), map=MAP)

    assert (result.read, result.accepted, result.duplicates, result.refused) == (3, 3, 0, 0)
    assert dict(result.kinds) == {"click": 2, "view": 1}
    assert instant.text(result.first or 0) == "2026-01-01T09:00:00Z"
    assert [event.user for _, event in p.parts.store.since(0, 9)] == ["bob", "ann", "ann"]


def test_equal_rows_are_two_events_and_the_same_file_again_adds_none(
    p: Penchant, tmp_path: Path
) -> None:
    p.import_(made(tmp_path / "log.csv", CSV), map=MAP)

    again = p.import_(made(tmp_path / "other-name.csv", CSV), map=MAP)

    assert (again.accepted, again.duplicates) == (0, 3)
    assert len(set(ids(p))) == p.parts.store.count() == 3


@pytest.mark.parametrize("block", [1, 2, 100])
def test_ids_do_not_depend_on_the_size_of_blocks_or_the_format(
    p: Penchant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    p.import_(made(tmp_path / "log.csv", CSV), map=MAP)
    rows = [line.split(",") for line in CSV.splitlines()]
    lines = "\n".join(json.dumps(dict(zip(rows[0], row, strict=True))) for row in rows[1:])
    monkeypatch.setattr(Import.__init__, "__kwdefaults__", {
        **(Import.__init__.__kwdefaults__ or {}), "block": block,
    })  # fmt: skip

    again = p.import_(made(tmp_path / "log.jsonl", lines), map=MAP)

    assert (again.accepted, again.duplicates) == (0, 3)


def test_columns_of_known_names_need_no_map(p: Penchant, tmp_path: Path) -> None:
    text = "User ID,eventType,Timestamp,Product_ID,Rating,colour\nann,rating,1767225600,tea,4,red\n"

    result = p.import_(made(tmp_path / "log.csv", text))

    (event,) = p.user("ann").history()
    assert (event.kind, event.item, event.value) == ("rating", "tea", 4.0)
    assert instant.text(event.at) == "2026-01-01T00:00:00Z"
    assert result.unmapped == ["colour"]
    assert result.mapped["user"] == "User ID"
    assert event.data is None


def test_the_rest_is_kept_when_asked_for(p: Penchant, tmp_path: Path) -> None:
    text = "user,kind,colour,size,shape\nann,view,red,,round\n"

    result = p.import_(made(tmp_path / "log.csv", text), keep_rest=True, map="context.tint=colour")

    (event,) = p.user("ann").history()
    assert event.context == {"tint": "red"}
    assert event.data == {"shape": "round"}
    assert (result.mapped["data.shape"], result.unmapped) == ("shape", [])


def test_values_inside_maps_are_reached_with_dots(p: Penchant, tmp_path: Path) -> None:
    row = {"who": {"id": 7}, "type": "view", "on": {"item": "tea"}, "more": 1}

    p.import_(
        made(tmp_path / "log.jsonl", json.dumps(row)),
        map={"user": "who.id", "item": "on.item", "data.more": "more"},
    )

    (event,) = p.user("7").history()
    assert (event.item, event.data) == ("tea", {"more": 1})


@pytest.mark.parametrize(
    ("name", "row", "user"),
    [
        ("log.jsonl", '{"user": 17850.0, "kind": "view"}\n', "17850"),
        ("log.jsonl", '{"user": "17850.0", "kind": "view"}\n', "17850.0"),
        ("log.csv", "user,kind\n17850.0,view\n", "17850.0"),
        ("log.csv", "user,kind\n007,view\n", "007"),
    ],
)
def test_a_number_becomes_a_name_and_a_text_stays_one(
    p: Penchant, tmp_path: Path, name: str, row: str, user: str
) -> None:
    p.import_(made(tmp_path / name, row))

    assert p.parts.store.users() == [user]


def test_columns_may_come_and_go_between_lines_of_json(p: Penchant, tmp_path: Path) -> None:
    lines = '{"user": "ann", "kind": "view"}\n{"kind": "rating", "user": "ann", "value": 2}\n'

    p.import_(made(tmp_path / "log.jsonl", lines))

    assert sorted(str(event.value) for event in p.user("ann").history()) == ["2.0", "None"]


TIMES: list[tuple[str, ImportOptions, str]] = [
    ("2026-01-01 10:00", {"zone": "Europe/Madrid"}, "2026-01-01T10:00:00+01:00"),
    ("31/12/2025 23:30", {"zone": "America/New_York", "time_format": "%d/%m/%Y %H:%M"},
     "2025-12-31T23:30:00-05:00"),
    ("1538405774195002000", {}, "2018-10-01T14:56:14.195002Z"),
    ("1538405774195002", {"time_unit": "us"}, "2018-10-01T14:56:14.195002Z"),
    ("1538405774.5", {"time_unit": "s"}, "2018-10-01T14:56:14.500000Z"),
    ("1538405774195", {"time_unit": "ms"}, "2018-10-01T14:56:14.195000Z"),
    ("1538405774195002999", {"time_unit": "ns"}, "2018-10-01T14:56:14.195002Z"),
    ("4000", {"time_unit": "s"}, "1970-01-01T01:06:40Z"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "at"), TIMES)
def test_times_are_read_in_the_form_unit_and_zone_told(
    p: Penchant, tmp_path: Path, text: str, options: ImportOptions, at: str
) -> None:
    p.import_(made(tmp_path / "log.csv", f"user,kind,at\nann,view,{text}\n"), **options)

    (event,) = p.user("ann").history()
    assert event.to_row()["at"] == at


def test_only_named_rows_are_read_and_others_counted(p: Penchant, tmp_path: Path) -> None:
    result = p.import_(made(tmp_path / "log.csv", CSV), map=MAP, only="action=view|buy")

    assert (result.read, result.skipped, result.accepted) == (3, 2, 1)


def test_an_item_column_that_is_split_gives_one_event_each_with_its_place(
    p: Penchant, tmp_path: Path
) -> None:
    text = "user,shown\nann,a|b|c\n"

    result = p.import_(
        made(tmp_path / "log.csv", text), kind="exposure", map="item=shown", split="item=|"
    )

    assert result.events == 3
    assert {(e.item, e.position) for e in p.user("ann").history()} == {("a", 0), ("b", 1), ("c", 2)}


def test_functions_take_the_word_or_the_path(p: Penchant, tmp_path: Path) -> None:
    text = "user,cmd,url\nann,nmap -A host,https://h/a?b\n"

    p.import_(
        made(tmp_path / "log.csv", text),
        kind="command",
        map="item=word(cmd),text=cmd,session=path(url)",
    )

    (event,) = p.user("ann").history()
    assert (event.item, event.text, event.session) == ("nmap", "nmap -A host", "/a")


def test_a_catalogue_is_imported_and_again_changes_nothing(p: Penchant, tmp_path: Path) -> None:
    path = made(tmp_path / "films.dat", "1::Alien (1979)::Horror|Sci-Fi\n2::Heat (1995)::Crime\n")
    options: ImportOptions = {"items": True, "columns": "id,title,tags", "split": "tags=|"}

    first = p.import_(path, **options)
    change = p.parts.store.change()
    again = p.import_(path, **options)

    assert (first.items, first.accepted) == (2, 2)
    assert (again.accepted, again.duplicates) == (0, 2)
    assert p.find_item("1").tags == ("Horror", "Sci-Fi")
    assert p.parts.store.change() == change


def test_a_history_of_a_shell_needs_only_a_user(p: Penchant, tmp_path: Path) -> None:
    path = made(tmp_path / ".bash_history", "#1700000000\ngit commit -m x\n#1700000100\nls\n")

    result = p.import_(path, user="ann")

    newest = p.user("ann").history()[0]
    assert (result.accepted, newest.kind, newest.item, newest.text) == (2, "command", "ls", "ls")


def test_events_without_a_time_are_counted(p: Penchant, tmp_path: Path) -> None:
    path = made(tmp_path / ".bash_history", "ls\nls\n")

    result = p.import_(path, user="ann")
    again = p.import_(path, user="ann")

    assert (result.undated, result.accepted, again.accepted) == (2, 2, 0)


def test_a_dry_run_shows_and_stores_nothing(p: Penchant, tmp_path: Path) -> None:
    path = made(tmp_path / "log.csv", CSV + ",click,,\n")

    result = p.import_(path, map=MAP, dry_run=True)

    assert (result.events, result.accepted, result.refused) == (3, 0, 1)
    assert result.examples[0]["user"] == "bob"
    assert result.refused_file is None
    assert p.parts.store.count() == 0
    assert sorted(entry.name for entry in tmp_path.glob("*.jsonl")) == []


def test_refused_rows_go_to_a_file_beside_the_source(p: Penchant, tmp_path: Path) -> None:
    path = made(tmp_path / "log.csv", CSV + "ann,click,yesterday,tea\n")

    result = p.import_(path, map=MAP)

    told = [
        json.loads(line) for line in (tmp_path / "log.csv.refused.jsonl").read_text().splitlines()
    ]
    assert result.refused == 1
    assert result.refused_file == str(tmp_path / "log.csv.refused.jsonl")
    assert told == [
        {
            "row": 5,
            "field": "at",
            "reason": "'yesterday' is no time; expected RFC 3339 such as 2026-01-31T09:30:00Z, "
            "a date, or an epoch number; other forms are named with --time-format",
            "raw": {"client": "ann", "action": "click", "when": "yesterday", "what": "tea"},
        }
    ]


def test_progress_is_told_rows_and_share(p: Penchant, tmp_path: Path) -> None:
    told: list[tuple[int, float | None]] = []
    rows = "".join(f"u{number},view\n" for number in range(4_000))

    p.import_(
        made(tmp_path / "log.csv", "user,kind\n" + rows),
        progress=lambda rows, share: told.append((rows, share)),
    )

    assert [rows for rows, _ in told] == [2_000, 4_000]
    assert all(share is not None and 0 < share <= 1 for _, share in told)


def test_a_full_queue_delays_an_import_and_loses_nothing(tmp_path: Path) -> None:
    text = "user,kind\n" + "".join(f"u{number},view\n" for number in range(50))

    with Penchant(":memory:", follow=False, queue_capacity=1) as p:
        for number in range(20):
            p.track(f"other-{number}", "view")
        assert p.import_(made(tmp_path / "log.csv", text)).accepted == 50


@pytest.mark.parametrize(
    ("decimal", "text", "number"),
    [
        (",", "24,90", 24.9),
        (",", "1.299,00", 1299.0),
        (",", "-1 299", -1299.0),
        (",", "7", 7.0),
        (".", "1,299.50", 1299.5),
        (".", "7.5", 7.5),
    ],
)
def test_numbers_are_read_with_the_decimal_sign_that_is_told(
    p: Penchant, tmp_path: Path, decimal: str, text: str, number: float
) -> None:
    path = made(tmp_path / "log.csv", f"user;kind;value\nann;purchase;{text}\n")

    result = p.import_(path, decimal=decimal)

    assert (result.accepted, result.refused) == (1, 0)
    assert [event.value for _, event in p.parts.store.since(0, 9)] == [number]


@pytest.mark.parametrize("text", ["1.29,00", "1,2,3", "1,299.00", "four", "1.299.0"])
def test_what_is_no_number_with_a_decimal_comma_is_refused(
    p: Penchant, tmp_path: Path, text: str
) -> None:
    path = made(tmp_path / "log.csv", f"user;kind;value\nann;purchase;{text}\n")

    result = p.import_(path, decimal=",")

    assert [(field, rows) for field, _, rows in result.reasons] == [("value", 1)]


def test_tags_are_divided_at_commas_without_blanks_and_empty_parts(
    p: Penchant, tmp_path: Path
) -> None:
    path = made(tmp_path / "items.csv", "id;tags\ntea;hot, , green\n")

    p.import_(path, items=True, split="tags=,")

    tea = p.find_item("tea")
    assert tea is not None
    assert tea.tags == ("hot", "green")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2025-03-30 02:30", "2025-03-30T01:30:00Z"),  # skipped: the offset before the change
        ("2025-10-26 02:30", "2025-10-26T00:30:00Z"),  # twice: the first
    ],
)
def test_local_times_around_a_change_of_the_clock_are_read_as_documented(
    p: Penchant, tmp_path: Path, local: str, utc: str
) -> None:
    path = made(tmp_path / "log.csv", f"user,kind,at\nann,view,{local}\n")

    result = p.import_(path, zone="Europe/Berlin")

    assert instant.text(result.first or 0) == utc


@pytest.mark.parametrize("path", ["", "a\0b", "a\ud800", None, 7, b"\0"], ids=ascii)
def test_what_is_no_path_is_refused(p: Penchant, path: Any) -> None:
    with pytest.raises(InvalidArgument, match="source: expected the path of a file"):
        p.import_(path)


def test_a_path_too_long_to_be_opened_is_named(p: Penchant) -> None:
    with pytest.raises(InvalidArgument, match=r"source: 'x+' cannot be read: File name too long"):
        p.import_("x" * 300)


def test_a_status_becomes_success_and_a_row_of_none_that_is_known_is_refused(
    p: Penchant, tmp_path: Path
) -> None:
    source = made(tmp_path / "log.csv", "user,status\nann,success\nann,timeout\nann,perhaps\n")

    result = p.import_(source, kind="command", map="success=succeeded(status)")

    events = [event for _, event in p.parts.store.since(0, 9)]
    assert sorted(event.success is True for event in events) == [False, True]
    ((field, reason, count),) = result.reasons
    assert (field, count) == ("success", 1)
    assert reason.startswith("succeeded() cannot read 'perhaps': expected one of success, ")
