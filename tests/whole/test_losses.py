"""What an application recorded is stored, whatever happens to it or to whom it sends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.losses import CASES, OURS, Case, host, outcome, read_only_folder, stored, workplace
from benchmarks.server import server

LARGE = 3_000  # events of the cases that have more in the benchmark


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_nothing_is_lost_and_the_counts_add_up(case: Case, name: str) -> None:
    become = outcome(name, replace(case, count=min(case.count, LARGE)))

    counts = become.counts
    assert not become.hangs
    assert become.again == 0
    if case.case == "kill" and name == "memory":  # what waits in memory goes with the process
        assert become.lost == case.count
    else:
        assert become.lost == 0
        assert counts["captured"] == counts["stored"] == min(case.count, LARGE)


@pytest.mark.parametrize("name", OURS)
def test_a_server_has_every_event_once(name: str) -> None:
    with workplace() as place, server(str(place / "taste")) as served:
        counts, hangs = host(name, "burst", f"http://127.0.0.1:{served.port}", place, LARGE)

        assert stored(place) == counts["stored"] == LARGE
        assert not hangs


@pytest.mark.parametrize("name", OURS)
def test_a_folder_has_every_event_once(name: str) -> None:
    with workplace() as place:
        counts, hangs = host(name, "burst", str(place / "taste"), place, LARGE)

        assert stored(place) == counts["stored"] == LARGE
        assert not hangs


@pytest.mark.parametrize("name", OURS)
def test_what_a_read_only_folder_does_not_take_is_stored_by_the_next_program(name: str) -> None:
    ended, next = read_only_folder(name)

    assert not ended.hangs
    assert ended.counts == {**dict.fromkeys(ended.counts, 0), "captured": 500, "waiting": 500}
    assert (next.lost, next.hangs) == (0, False)
    assert (next.counts["stored"], next.counts["adopted"]) == (500, 500)
