"""Databases of the test server: a new one whenever a test wants one, gone after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Composed, Identifier

LAID_OUT = (
    "laid_out"  # the database that others are copies of: penchant's tables, and nothing in them
)
EMPTY = "template0"
Databases = Callable[..., AbstractContextManager[str]]


@contextmanager
def new_database(server: str, like: str = LAID_OUT) -> Iterator[str]:
    """The URL of a new database on the server."""
    name = f"test_{uuid4().hex}"
    _as_admin(server, SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(Identifier, (name, like))))
    try:
        yield server.format(name)
    finally:
        _as_admin(server, SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _as_admin(server: str, statement: Composed) -> None:
    with psycopg.connect(server.format("postgres"), autocommit=True) as admin:
        admin.execute(statement)


@pytest.fixture
def databases(postgres: str) -> Databases:
    """Makes a database for a ``with``; ``like=EMPTY`` is one without any table."""
    return lambda like=LAID_OUT: new_database(postgres, like)


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """A database with penchant's tables and nothing in them."""
    with databases() as url:
        yield url
