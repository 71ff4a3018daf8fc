"""An event counts once by whatever road it comes, and a slate is the same on any machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penchant
from penchant.serve.engine import Penchant
from penchant.serve.http import make_app
from tests.conftest import ManualClock
from tests.generate import USERS, fields

Told = list[dict[str, Any]]
Road = Callable[[Penchant, Told, Path], None]


def post(p: Penchant, url: str, body: bytes, type: str = "application/json") -> None:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=make_app(p))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(url, content=body, headers={"content-type": type})

    assert anyio.run(send).status_code in (200, 202)


def one_by_one(p: Penchant, told: Told, folder: Path) -> None:
    for event in told:
        p.track(**event)


def together(p: Penchant, told: Told, folder: Path) -> None:
    p.track_many(told)


def as_array(p: Penchant, told: Told, folder: Path) -> None:
    post(p, "/v1/events", json.dumps(told).encode())


def as_lines(p: Penchant, told: Told, folder: Path) -> None:
    post(p, "/v1/events", "\n".join(map(json.dumps, told)).encode(), "application/x-ndjson")


def in_a_batch(p: Penchant, told: Told, folder: Path) -> None:
    call = {"method": "POST", "path": "/v1/events", "body": told}
    post(p, "/v1/batch", json.dumps([call]).encode())


def from_a_file(p: Penchant, told: Told, folder: Path) -> None:
    path = folder / "told.jsonl"
    path.write_text("\n".join(map(json.dumps, told)))
    assert p.import_(path).refused == 0


# Whatever a client calls its events: names alike but for case, blanks or the form of a letter, too.
IDS = st.one_of(
    st.sampled_from(
        [
            *("1", "01", "evt_abc123", "EVT_ABC123", "550e8400-e29b-41d4-a716-446655440000"),
            *(
                " ",
                "a ",
                "\u00e9",
                "e\u0301",
                "\n",
                "'; --",
                "None",
                "null",
                "x" * 255,
                "\U0001f98a" * 255,
            ),
        ]
    ),
    st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=255
    ),
)
ROADS: list[Road] = [one_by_one, together, as_array, as_lines, in_a_batch, from_a_file]


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@given(
    told=st.lists(fields(), min_size=1, max_size=8),
    roads=st.lists(st.sampled_from(ROADS), min_size=2, max_size=4),
)
@settings(max_examples=40)
def test_an_event_counts_once_by_whatever_road_it_comes(
    tmp_path_factory: pytest.TempPathFactory, kind: str, told: Told, roads: list[Road]
) -> None:
    folder = tmp_path_factory.mktemp("roads")
    named = [{"id": f"e{number}", **event} for number, event in enumerate(told)]
    place = ":memory:" if kind == "memory" else folder / "store"
    with (
        penchant.open(place, clock=ManualClock(), follow=False) as p,
        penchant.open(":memory:", clock=ManualClock(), follow=False) as once,
    ):
        # A file is read in the order of its times; the fold of late events is no matter here.
        named.sort(key=lambda event: float(event["at"]))
        once.track_many(named)
        for road in roads:
            road(p, named, folder)
        p.flush()

        assert p.parts.store.count() == len(named)
        for user in USERS:
            assert p.user(user).profile().to_dict() == once.user(user).profile().to_dict()


@given(ids=st.lists(IDS, min_size=1, max_size=6), roads=st.permutations(ROADS))
@settings(max_examples=40)
def test_an_event_counts_once_whatever_its_id_looks_like(
    tmp_path_factory: pytest.TempPathFactory, ids: list[str], roads: list[Road]
) -> None:
    folder = tmp_path_factory.mktemp("ids")
    named = [{"id": id, "user": "ann", "kind": "click", "at": 1_700_000_000} for id in ids]
    with penchant.open(folder / "store", clock=ManualClock(), follow=False) as p:
        for road in roads:
            road(p, named, folder)
        p.flush()

        assert sorted(event.id for event in p.user("ann").history()) == sorted(set(ids))


_DECIDE = """
import json, sys
import penchant
with penchant.open(":memory:", clock=lambda: 1_767_268_800_000_000, follow=False) as p:
    p.track_many(
        {"id": f"e{n}", "user": f"u{n % 7}", "kind": "click", "item": f"i{n * n % 41}"}
        for n in range(600)
    )
    for user in ("u1", "u3", "nobody"):
        for seen in ("hide", "keep", "fade"):
            slate = p.user(user).recommend(20, seen=seen).to_dict()
            print(json.dumps(slate["items"]))
    print(json.dumps(p.similar("i4").to_dict()["items"]))
"""


def test_a_slate_does_not_depend_on_the_process_that_decides() -> None:
    def decided(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", _DECIDE],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    first = decided("1")

    assert '"score"' in first
    assert decided("2") == first
