"""The layout of the SQLite store: its tables, and how a file is told from somebody else's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from penchant.core.errors import StoreIncompatible

SCHEMA_VERSION = 3
APPLICATION_ID = 0x70656E63  # "penc": tells our files from other people's

_SCHEMA = """
CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL
);
CREATE TABLE by_user (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (name, position)
) WITHOUT ROWID;
CREATE TABLE by_session (
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (name, position)
) WITHOUT ROWID;
CREATE TABLE indexed (
    upto INTEGER NOT NULL,
    name TEXT,
    since INTEGER NOT NULL,
    done INTEGER NOT NULL
);
INSERT INTO indexed VALUES (0, NULL, 0, 0);
CREATE TABLE items (
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    since INTEGER NOT NULL,
    change INTEGER NOT NULL,
    arrived INTEGER,
    latest INTEGER NOT NULL,
    present INTEGER NOT NULL,
    category TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (id, version)
) WITHOUT ROWID;
CREATE INDEX items_category ON items (category, id) WHERE latest AND present;
CREATE INDEX items_change ON items (change);
CREATE INDEX items_arrived ON items (arrived) WHERE arrived IS NOT NULL;
CREATE TABLE snapshots (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    upto INTEGER NOT NULL,
    catalogue INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE TABLE bases (
    stands_for INTEGER NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    upto INTEGER NOT NULL,
    catalogue INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (scope, key, stands_for)
) WITHOUT ROWID;
CREATE TABLE retirement (
    upto INTEGER NOT NULL,
    gone INTEGER NOT NULL,
    until INTEGER NOT NULL,
    latest TEXT
);
INSERT INTO retirement VALUES (0, 0, -2208988800000000, NULL);
CREATE TABLE swept (digest BLOB PRIMARY KEY) WITHOUT ROWID;
"""


def refuse_others(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``StoreIncompatible`` for another program's file, before anything in it is changed."""
    [[tables]] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
    [[program]] = connection.execute("PRAGMA application_id").fetchall()
    if tables and program != APPLICATION_ID:
        raise StoreIncompatible(f"{path} is a database of another program; name another folder")


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Lay the tables out in an empty file, within a transaction that the caller began.

    Raises ``StoreIncompatible`` for another layout.
    """
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables:
        _check(connection, path)
        return
    for statement in _SCHEMA.split(";")[:-1]:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreIncompatible(
            f"{path} has layout {version}, this penchant knows {SCHEMA_VERSION}; upgrade penchant"
        )
    if version < SCHEMA_VERSION:
        raise StoreIncompatible(
            f"{path} has layout {version}, which no release wrote; export it with the version that "
            "made it and import that into a new folder"
        )
