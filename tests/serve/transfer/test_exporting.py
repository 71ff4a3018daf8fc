"""Exports: an import into an empty store gives the same log, catalogue and states."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.core.errors import InvalidArgument, StoreUnavailable
from penchant.core.event import Event
from penchant.core.item import Item, ItemVersion
from penchant.serve.engine import Penchant

FORMATS = ["jsonl", "jsonl.gz", "parquet"]
NOON = 1_767_268_800_000_000


def states(p: Penchant) -> dict[str, bytes]:
    """The encoded states of every user and of everyone."""
    p.flush()
    parts = p.parts
    told = {
        user: parts.states.read(user, lambda folded: parts.fold.encode(folded))
        for user in parts.store.users(limit=10_000)
    }
    return {**told, "*": parts.crowd.encode(parts.population.replayed())}


def log(p: Penchant) -> list[Event]:
    return [event for _, event in p.parts.store.since(0, 1_000_000)]


def versions(p: Penchant) -> dict[str, list[Item]]:
    """Every version of every item by id; of neighbours that teach the fold the same, the last."""
    ids = [id for _, id in p.parts.store.changed(0)]
    found: dict[str, tuple[ItemVersion, ...]] = p.parts.store.versions(ids)
    return {id: _distinct([version.item for version in found[id]]) for id in sorted(ids)}


def _distinct(items: list[Item]) -> list[Item]:
    return [
        item
        for item, later in zip(items, [*items[1:], None], strict=True)
        if later is None or (item.category, item.tags) != (later.category, later.tags)
    ]


NAMES = st.sampled_from(["ann", "bob", "cleo", "Zoë ß"])
ITEMS = st.sampled_from(["a", "b", "c", "ü"])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64)
TIMES = st.sampled_from(
    ["2025-11-02T10:00:00Z", "2025-11-02T10:00:00+00:00", "2025-12-30T23:30:00.123456-05:30", 1e9]
)
EVENTS = st.fixed_dictionaries(
    {"user": NAMES, "kind": st.sampled_from(["click", "purchase", "rating", "odd kind"]), "at": TIMES},
    optional={
        "item": ITEMS,
        "session": st.sampled_from(["s1", "s2"]),
        "value": NUMBERS,
        "text": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9),
        "success": st.booleans(),
        "duration_ms": st.floats(0, 1e9),
        "context": st.dictionaries(st.sampled_from(["device", "ü"]), st.text("ab'\"\\\n", max_size=5)),
        "data": st.dictionaries(st.sampled_from(["x", "y"]), NUMBERS | st.booleans() | st.none()),
    },
)  # fmt: skip
PUTS = st.fixed_dictionaries(
    {"id": ITEMS, "tags": st.lists(st.sampled_from(["t", "u|v", "ö"]), max_size=2)},
    optional={"category": st.sampled_from(["x", "y"]), "price": st.floats(0, 1e6)},
)
STEPS = st.lists(EVENTS | PUTS | ITEMS, max_size=25)


def lived(p: Penchant, steps: list[Any]) -> None:
    """Events, items put and items removed, in this order."""
    for step in steps:
        if isinstance(step, str):
            if p.parts.store.current([step]):
                p.remove_item(step)
        elif "user" in step:
            p.track(**step)
        else:
            p.flush()
            p.put_items([step])
    p.flush()


@given(steps=STEPS)
@pytest.mark.parametrize("format", FORMATS)
def test_what_was_exported_comes_back_bit_for_bit(
    format: str, tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    path = tmp_path_factory.mktemp("export") / f"all.{format}"

    with (
        Penchant(":memory:", follow=False, clock=lambda: NOON) as one,
        Penchant(":memory:", follow=False, clock=lambda: NOON) as other,
    ):
        lived(one, steps)
        one.export(path)
        result = other.import_(path)

        assert result.refused == 0
        assert log(other) == log(one)
        assert versions(other) == versions(one)
        assert states(other) == states(one)
        ids = list(versions(one))
        assert other.parts.store.current(ids) == one.parts.store.current(ids)
        assert other.import_(path).accepted == 0


@pytest.mark.parametrize("format", FORMATS)
def test_the_catalogue_alone_comes_back(p: Penchant, tmp_path: Path, format: str) -> None:
    p.item("tea", category="drink", tags=["hot"], price=2.5, location={"lat": 1.5, "lon": 2})
    p.item("run", starts_at="2026-05-01T10:00:00Z", attributes={"length": {"km": 5}})
    path = tmp_path / f"items.{format}"

    exported = p.export(path, what="items")

    with Penchant(":memory:", follow=False) as other:
        result = other.import_(path, items=True)
        assert (exported.items, result.accepted, result.refused) == (2, 2, 0)
        assert other.find_item("tea") == p.find_item("tea")
        assert other.find_item("run") == p.find_item("run")


def test_an_export_of_the_log_alone_has_only_events(p: Penchant, tmp_path: Path) -> None:
    p.item("tea")
    p.track("ann", "view", "tea", id="e1", at="2026-01-01T10:00:00+02:00")

    p.export(tmp_path / "log.jsonl", what="events")

    assert json.loads((tmp_path / "log.jsonl").read_text()) == {
        "log_position": 1,
        "id": "e1",
        "user": "ann",
        "kind": "view",
        "at": "2026-01-01T10:00:00+02:00",
        "item": "tea",
    }


@pytest.mark.parametrize("name", ["log.jsonl", "log.parquet"])
def test_an_empty_store_exports_an_empty_file_that_imports(
    p: Penchant, tmp_path: Path, name: str
) -> None:
    p.export(tmp_path / name)

    assert p.import_(tmp_path / name).read == 0
    assert [entry for entry in os.listdir(tmp_path) if entry.startswith(".")] == []


@pytest.mark.parametrize(
    ("path", "options", "answer"),
    [
        (
            "log.jsonl",
            {"what": "item"},
            "what: 'item' is none of all, events, items; closest is 'items'",
        ),
        ("log.x", {"format": "csv"}, "format: 'csv' is none of jsonl, parquet"),
        ("log.csv.gz", {}, "format: 'csv' is none of jsonl, parquet"),
        ("-", {"format": "parquet"}, "format: Parquet cannot be written to a pipe; name a file"),
    ],
)
def test_a_wrong_option_is_named(
    p: Penchant, path: str, options: dict[str, Any], answer: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        p.export(path, **options)

    assert str(caught.value) == answer


def test_a_place_that_cannot_be_written_is_named(p: Penchant, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be written: .*; name another place"):
        p.export(tmp_path / "none" / "log.jsonl")


@pytest.mark.parametrize("path", ["", "a\0b", "a\ud800", None, 7, ["out"]], ids=ascii)
def test_what_is_no_path_is_refused(p: Penchant, path: Any) -> None:
    with pytest.raises(InvalidArgument, match="path: expected the path of a file"):
        p.export(path)


@pytest.mark.parametrize("name", ["x" * 300, "absent/out.jsonl", "absent/out.parquet"])
def test_a_path_that_cannot_be_made_is_named(p: Penchant, tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be written: .*; name another place"):
        p.export(tmp_path / name)


def test_a_pipe_is_written_and_stays_a_pipe(p: Penchant, tmp_path: Path) -> None:
    p.track("ann", "click", "tea")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    p.export(pipe)

    assert b'"user":"ann"' in os.read(reading, 10_000)
    os.close(reading)
    assert pipe.is_fifo()
    assert [one.name for one in tmp_path.glob("*pipe*")] == ["pipe"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(p: Penchant, tmp_path: Path) -> None:
    p.track("ann", "click", "tea")
    (tmp_path / "there.jsonl").write_text("old")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "there.jsonl")

    p.export(tmp_path / "link.jsonl")

    assert (tmp_path / "link.jsonl").is_symlink()
    assert '"user":"ann"' in (tmp_path / "there.jsonl").read_text()
