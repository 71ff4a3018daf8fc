"""What tests share: a clock they own, and every store behind one fixture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples

import penchant
from penchant.core.instant import Instant
from penchant.core.ports import Store
from penchant.core.settings import Settings
from penchant.io.stores import MEMORY, open_store
from penchant.serve.engine import Penchant
from tests.servers.databases import database, databases
from tests.servers.own import server
from tests.servers.shared import postgres

__all__ = ["database", "databases", "postgres", "server"]

examples.register_profile(
    "tests",
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
examples.load_profile("tests")

# Ten connections for each of thousands of stores would be most of what the tests do.
os.environ["PENCHANT_POSTGRES_POOL_MIN"] = "1"

_numbers = count()


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the homes of the tests are: nothing is written into that of who runs them."""
    place = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(place))
        yield place


@pytest.fixture(autouse=True)
def home(homes: Path) -> Iterator[Path]:
    """A home of its own for each test and the programs it starts."""
    place = homes / str(next(_numbers))
    place.mkdir()
    # Not the patches of the test: they would be undone after its stores are closed.
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(place))
        yield place


NOON: Instant = 1_767_268_800_000_000  # 2026-01-01T12:00:00Z


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: Instant = NOON) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now

    def advance(self, microseconds: Instant) -> None:
        self.now += microseconds


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


PLACES = ("memory", "sqlite", "postgres")


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is: in memory, in a folder, in a database."""
    match request.param:
        case "memory":
            return MEMORY
        case "sqlite":
            return str(tmp_path / "store")
        case _:
            url: str = request.getfixturevalue("database")
            return url


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    opened = open_store(place, Settings(postgres_pool_min=1))
    yield opened
    opened.close()


@pytest.fixture
def p(place: str, clock: ManualClock) -> Iterator[Penchant]:
    """An opened store without its follower: nothing happens behind a test's back."""
    with penchant.open(place, clock=clock, follow=False) as opened:
        yield opened
