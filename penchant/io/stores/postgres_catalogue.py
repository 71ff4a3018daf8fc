"""Changing the catalogue, within a transaction that holds the log's lock."""

from __future__ import annotations

from collections.abc import Sequence

from penchant.core import item as catalogue
from penchant.core.item import Item, ItemVersion, replaces
from penchant.io.stores.postgres_connections import Connection

_LATEST = (
    "SELECT version, since, arrived, body FROM catalogue_items WHERE id = %s AND latest FOR UPDATE"
)
_SUPERSEDED = "UPDATE catalogue_items SET latest = FALSE WHERE id = %s AND latest"
_PUT = """
INSERT INTO catalogue_items
    (id, version, since, change, arrived, latest, present, category, body)
VALUES (%s, %s, %s, %s, %s, TRUE, TRUE, %s, %s)
ON CONFLICT (id, version) DO UPDATE SET since = excluded.since, change = excluded.change,
    arrived = excluded.arrived, latest = TRUE, present = TRUE, category = excluded.category,
    body = excluded.body
"""
_REMOVE = (
    "UPDATE catalogue_items SET present = FALSE, change = %s WHERE id = %s AND latest AND present"
)


def put(connection: Connection, items: Sequence[Item], since: int, change: int) -> int:
    """Add or replace items while the log ends at ``since``; the number of the last change."""
    for item in items:
        change += 1
        _put_one(connection, item, since, change)
    return change


def remove(connection: Connection, id: str, change: int) -> bool:
    """Take an item out, as that change; whether it was there."""
    return connection.execute(_REMOVE, (change, id)).rowcount == 1


def _put_one(connection: Connection, item: Item, since: int, change: int) -> None:
    latest = connection.execute(_LATEST, (item.id,), binary=True).fetchone()
    number = 0
    arrived: int | None = change
    if latest is not None:
        number, older_since, arrived, body = latest
        older = ItemVersion(older_since, catalogue.decode(body))
        if replaces(item, since, older, is_first=number == 0):
            since = older_since
        else:
            number, arrived = number + 1, None
            connection.execute(_SUPERSEDED, (item.id,))
    values = (item.id, number, since, change, arrived, item.category, catalogue.encode(item))
    connection.execute(_PUT, values)
