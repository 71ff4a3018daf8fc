"""Appending to the log, within a transaction that holds its lock."""

from __future__ import annotations

from collections.abc import Sequence

from penchant.core.event import Event, Logged
from penchant.io.stores.postgres_connections import Connection
from penchant.io.stores.postgres_months import Months
from penchant.io.stores.postgres_retirement import swept_ids
from penchant.io.stores.postgres_rows import COPY, copied_rows

_NEW_IDS = (
    "INSERT INTO event_ids SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING RETURNING event_id"
)
_USERS = "INSERT INTO log_users SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"


def append(
    connection: Connection,
    months: Months,
    batches: Sequence[Sequence[Event]],
    end: int,
    swept: str | None = None,
) -> tuple[list[int], int]:
    """How many events of each batch were new, and where the log, which ended at ``end``, ends now.

    ``swept`` is the latest id that may be known by its digest; ``None`` where none is.
    """
    known = swept_ids(connection, batches, swept) if swept is not None else set()
    told, added = _sorted_out(connection, batches, end, known)
    if not added:
        return told, end
    months.reach(connection, added)
    with connection.cursor().copy(COPY) as copy:
        for rows in copied_rows(added):  # while the server stores some, we encode the next
            copy.write(rows)
    users = list({event.user for _, event in added})
    connection.execute(_USERS, (users,))
    return told, added[-1][0]


def _sorted_out(
    connection: Connection, batches: Sequence[Sequence[Event]], end: int, known: set[str]
) -> tuple[list[int], list[Logged]]:
    """How many events of each batch are new, and which: numbered after ``end``."""
    sent = [event for batch in batches for event in batch if event.id not in known]
    found = connection.execute(_NEW_IDS, ([event.id for event in sent],), binary=True)
    if not known and found.rowcount == len(sent):
        return list(map(len, batches)), list(enumerate(sent, start=end + 1))
    new = {id for (id,) in found}
    told: list[int] = []
    added: list[Logged] = []
    for batch in batches:
        before = len(added)
        for event in batch:
            if event.id in new:
                new.remove(event.id)
                added.append((end + len(added) + 1, event))
        told.append(len(added) - before)
    return told, added
