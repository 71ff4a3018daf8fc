"""A PostgreSQL server for one test alone, to be stopped and started."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.postgres import Postgres


@pytest.fixture
def server(postgres: str) -> Iterator[Postgres]:
    """A running server of the test's own; skipped where there is none at all."""
    one = Postgres()
    try:
        one.start()
        yield one
    finally:
        one.remove()
