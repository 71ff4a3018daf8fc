"""What goes wrong with a PostgreSQL store is said with the way out, and without the password."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from psycopg.sql import SQL, Identifier

import penchant
from penchant.core.errors import InvalidArgument, MissingExtra, StoreError, StoreUnavailable
from penchant.core.event import Event
from penchant.core.ports import Append
from penchant.io.stores import open_store
from penchant.io.stores.postgres import PostgresStore
from penchant.io.stores.postgres_errors import is_passing, translated
from tests.servers.postgres import PASSWORD, Postgres

ROOT = Path(__file__).parents[3]


def refused(url: str) -> str:
    """What opening says; the password is nowhere in what a log would show of it."""
    with pytest.raises(StoreError) as told:
        open_store(url)
    shown = "".join(traceback.format_exception(told.value))
    assert PASSWORD not in shown
    assert "wr0ng" not in shown
    return str(told.value)


def test_a_server_that_is_not_there_is_asked_after() -> None:
    said = refused(f"postgresql://ann:{PASSWORD}@127.0.0.1:1/taste")

    assert said.startswith("the store postgresql://ann@127.0.0.1:1/taste is unavailable")
    assert "is the server running, and is the address right?" in said


def test_a_wrong_password_is_said(database: str) -> None:
    assert "user or password is wrong" in refused(database.replace(PASSWORD, "wr0ng"))


def test_a_missing_password_is_said(database: str) -> None:
    assert "user or password is wrong" in refused(database.replace(f":{PASSWORD}", ""))


def test_an_unknown_database_is_said(postgres: str) -> None:
    assert "no such database; make it with 'createdb'" in refused(postgres.format("nowhere"))


def test_an_unknown_host_is_said() -> None:
    assert "is the address right?" in refused(f"postgresql://ann:{PASSWORD}@nowhere.invalid/taste")


def test_a_user_without_rights_is_told_which(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS guest_of_tests")
        admin.execute("CREATE ROLE guest_of_tests LOGIN PASSWORD 'wr0ng'")
        try:
            url = database.replace(f"penchant:{PASSWORD}", "guest_of_tests:wr0ng")
            assert "the user lacks rights; it must own penchant's tables" in refused(url)
        finally:
            admin.execute("DROP ROLE guest_of_tests")


def test_the_other_form_of_an_address_makes_no_folder_with_the_password_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InvalidArgument, match="expected postgresql://") as told:
        open_store(f"host=127.0.0.1 dbname=taste password={PASSWORD}")

    assert PASSWORD not in str(told.value)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def role(database: str, setting: str) -> Iterator[str]:
    """The address of the database for a user whose sessions begin with a setting."""
    name = f"role_{uuid4().hex}"
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD 'wr0ng'").format(Identifier(name))
        )
        admin.execute(SQL("ALTER ROLE {} SET " + setting).format(Identifier(name)))
        try:
            yield database.replace(f"penchant:{PASSWORD}", f"{name}:wr0ng")
        finally:
            admin.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def test_a_commit_that_waited_for_another_is_not_taken_back_whatever_isolation_its_user_has(
    database: str,
) -> None:
    with role(database, "default_transaction_isolation = 'serializable'") as url:
        store = PostgresStore(url, 1, 2)

        assert store._connections.rows("SHOW transaction_isolation") == [("read committed",)]
        store.close()


def test_a_user_whose_idle_sessions_are_ended_is_served(database: str) -> None:
    with role(database, "idle_session_timeout = '20ms'") as url:
        store = PostgresStore(url, 2, 3)
        with psycopg.connect(database) as other:
            other.execute("SELECT pg_sleep(0.2)")

        assert store.commit([Append([Event(id="e", user="ann", kind="click", at=1)])]) == [1]
        assert store.count() == 1
        store.close()


def test_a_server_without_a_free_connection_is_said(server: Postgres) -> None:
    server.stop()
    server._options = {
        **server._options,
        "max_connections": "4",
        "superuser_reserved_connections": "0",
    }
    server.start()
    kept = [psycopg.connect(server.url()) for _ in range(4)]
    try:
        assert "no connection left; raise its max_connections" in refused(server.url())
    finally:
        for one in kept:
            one.close()


def test_a_read_only_server_takes_nothing_and_says_so(database: str) -> None:
    store = PostgresStore(database, 1, 2)
    name = database.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with pytest.raises(StoreUnavailable, match="it is read-only, perhaps a standby"):
        store.commit([Append([Event(id="e", user="ann", kind="click", at=1)])])

    assert store.since(0, 10) == []
    store.close()


def test_tables_that_were_dropped_meanwhile_are_missed(database: str) -> None:
    store = PostgresStore(database, 1, 2)
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute("DROP TABLE catalogue_items")

    with pytest.raises(StoreError, match=r"has lost tables of penchant.*restore them"):
        store.items()

    store.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.DiskFull("could not extend file"), "the disk of the server is full; make room"),
        (errors.QueryCanceled("canceling statement"), "statement_timeout"),
        (errors.InvalidSchemaName("no schema"), "CREATE SCHEMA"),
        (errors.NumericValueOutOfRange("integer out of range\nLINE 1"), "integer out of range"),
    ],
)
def test_other_errors_have_their_way_out(error: psycopg.Error, said: str) -> None:
    told = translated(error, "postgresql://host/taste")

    assert isinstance(told, StoreUnavailable)
    assert str(told) == f"the store postgresql://host/taste is unavailable: {said}" or said in str(
        told
    )
    assert not is_passing(error)


def test_without_the_driver_the_extra_is_named() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None; import penchant; "
        "from penchant.core.errors import MissingExtra\n"
        "try: penchant.open('postgresql://host/taste')\n"
        "except MissingExtra as error: print(error)"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert (
        said
        == "a store on PostgreSQL needs the extra 'postgres': pip install 'penchant[postgres]'\n"
    )
    assert MissingExtra.__name__ == "MissingExtra"


def test_another_scheme_names_the_known_one() -> None:
    with pytest.raises(ValueError, match=r"no store for postgress:// addresses.*'postgres'"):
        penchant.open("postgress://host/taste")


def test_nothing_that_is_shown_of_a_store_has_its_password(database: str) -> None:
    with penchant.open(database, follow=False) as p:
        ann = p.user("ann")

        shown = [repr(p), repr(ann), repr(p.session("s")), str(p.parts.store)]

    assert all(PASSWORD not in one for one in [*shown, repr(p)])
    assert "postgresql://penchant@127.0.0.1" in shown[0]


@pytest.mark.skipif(
    not os.path.exists("/proc/self/cmdline"), reason="command lines are not listed on this system"
)
def test_workers_of_a_rebuild_have_no_password_on_their_command_line(database: str) -> None:
    with penchant.open(database, follow=False) as p:
        p.track_many({"user": f"u{n}", "kind": "click"} for n in range(2_000))
        seen: list[str] = []

        p.rebuild(processes=2, progress=lambda users, events: seen.extend(command_lines()))

    workers = [line for line in seen if "penchant.serve.rebuild" in line]
    assert workers
    assert not [line for line in workers if PASSWORD in line]


def command_lines() -> list[str]:
    lines = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(one.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended meanwhile
            continue
    return lines
