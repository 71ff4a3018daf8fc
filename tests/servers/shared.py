"""One PostgreSQL for all processes of a test run: the first starts it, it stops after the last.

Whoever uses it holds a shared lock on a file; the process that looks after the server waits to have
that lock alone. A run that is killed lets go of it like one that ends.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from penchant.io.stores.postgres import PostgresStore
from tests.servers.databases import LAID_OUT
from tests.servers.postgres import Postgres, programs

ROOT = Path(__file__).parents[2]
ABSENT = "no PostgreSQL on this machine: install it (apt-get install postgresql), or put it in PATH"


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of the run's server, ``{}`` for the database; ``folder`` is shared by its processes."""
    with (folder / "starting").open("a") as starting, (folder / "in_use").open("a") as in_use:
        fcntl.flock(starting, fcntl.LOCK_EX)
        fcntl.flock(in_use, fcntl.LOCK_SH)
        told = folder / "server.json"
        if not told.exists():
            _start(folder)
        url: str = json.loads(told.read_text())["url"]
        fcntl.flock(starting, fcntl.LOCK_UN)
        yield url


def _start(folder: Path) -> None:
    # Only its first line is awaited: it outlives us while others use the server.
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.shared", str(folder)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as answer:
        assert answer.readline() == b"ready\n", "the server did not start"
    process.returncode = 0  # nobody waits for it


def main(folder: Path) -> None:
    """Start a server, and stop it once nobody uses it any more."""
    server = Postgres()
    try:
        server.start()
        lay_out(server)
        told = folder / "server.json"
        told.write_text(json.dumps({"url": server.url("{}")}))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        with (folder / "in_use").open("a") as in_use:
            fcntl.flock(in_use, fcntl.LOCK_EX)
            told.unlink()
            server.remove()
    finally:
        server.remove()


def lay_out(server: Postgres) -> None:
    """Make the database that those of the tests are copies of."""
    with psycopg.connect(server.url(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {LAID_OUT}")
    PostgresStore(server.url(LAID_OUT), least=1, most=2).close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server, ``{}`` for the database.

    Without a server its tests are skipped, and fail where ``CI`` is true.
    """
    if programs() is None:
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the whole run
    with running(folder) as url:
        yield url


if __name__ == "__main__":
    main(Path(sys.argv[1]))
