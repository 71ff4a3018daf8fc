"""Whoever is killed, nothing acknowledged is lost or counted twice; ``make check-long`` does it 130 times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kills.victims import VICTIMS, database
from tests.servers.databases import new_database
from tests.servers.postgres import Postgres
from tests.servers.shared import lay_out

SEED = 20_260_101


@pytest.mark.parametrize("name", VICTIMS)
@pytest.mark.parametrize("store", ["folder", "database"])
def test_nothing_acknowledged_is_lost_or_counted_twice(
    name: str, store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    place = str(tmp_path / "taste")
    if store == "database":
        place = request.getfixturevalue("database")

    outcome = VICTIMS[name](place, tmp_path, SEED)

    assert outcome.acknowledged
    assert outcome.passed, outcome


@pytest.fixture
def killable(postgres: str) -> Iterator[Postgres]:
    """A PostgreSQL of its own; without one on the machine as ``postgres`` says."""
    server = Postgres()
    try:
        server.start()
        lay_out(server)
        yield server
    finally:
        server.remove()


def test_a_database_that_is_killed_loses_nothing_and_the_server_goes_on(
    killable: Postgres, tmp_path: Path
) -> None:
    with new_database(killable.url("{}")) as url:
        outcome = database(killable)(url, tmp_path, SEED)

    assert outcome.acknowledged
    assert outcome.passed, outcome


@pytest.mark.usefixtures("postgres")
def test_what_a_database_acknowledged_too_early_is_found_to_be_lost(tmp_path: Path) -> None:
    hasty = Postgres({"synchronous_commit": "off", "wal_writer_delay": "10s", "fsync": "off"})
    try:
        hasty.start()
        lay_out(hasty)
        with new_database(hasty.url("{}")) as url:
            outcome = database(hasty)(url, tmp_path, SEED)
    finally:
        hasty.remove()

    assert outcome.lost
