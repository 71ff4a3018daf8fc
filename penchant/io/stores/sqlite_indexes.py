"""The indexes by user and by session: filled from the head of the log, a slice with every commit."""

from __future__ import annotations

import os
import sqlite3

from penchant.io.stores.sqlite_head import Head, Run
from penchant.io.stores.sqlite_rows import insert_rows

RUN = 8_192  # events that gather before they are indexed: sorted, several meet on a page
PATIENCE = 32_768  # events after which a run that another process began is taken over


class Indexes:
    """The indexes as one writing process keeps them.

    The table ``indexed`` says up to which position they are complete, which process is at the run
    that follows and how much of it is done; it is written with the entries or not at all. Entries
    beyond that position may be there already, and are passed over when they come again.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._name = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._run: Run | None = None
        # As the table says, when it was last read within a transaction:
        self._upto = 0  # the position up to which the indexes are complete
        self._done = 0  # entries of the run that are indexed
        self._end = 0  # where the log ended at the last slice of the run

    def turn(self, head: Head, end: int, appended: int) -> int:
        """Within a transaction that appended so many events after ``end``: index some of those before.

        A quarter more at least than the log has grown by since the last slice, whoever wrote, so that
        the head stays short; up to a run more than was appended, so that there is no long pause.
        Returns up to which position the indexes are complete once it is committed; 0 for unknown.
        """
        if not appended:
            return 0
        if run := self._under_way(head, end, RUN):
            grown = min(end + appended - self._end, appended + RUN)
            self._end = end + appended
            # A power of two, so that there are few different statements to prepare.
            self._index(run, 1 << (grown + grown // 4).bit_length())
        return self._upto

    def finish(self, head: Head, end: int, *, takes_over: bool = False) -> None:
        """Within a transaction: index all there is, unless another process is at it.

        ``takes_over`` does it in that case as well: the other one may be dead, or have nothing to commit.
        """
        while run := self._under_way(head, end, 1, takes_over):
            self._index(run, len(run))

    def _under_way(self, head: Head, end: int, least: int, takes_over: bool = False) -> Run | None:
        """The run of this process that is under way, begun now where it is worth it.

        A head that others have left behind meanwhile will do: what it holds is committed, and
        complete up to its last event.
        """
        self._upto, name, since, self._done = self._connection.execute(
            "SELECT upto, name, since, done FROM indexed"
        ).fetchone()
        if self._run is not None and name == self._name and self._upto < self._run.upto:
            return self._run
        self._run = None
        is_free = takes_over or name in (None, self._name) or end - since >= PATIENCE
        if head.upto - self._upto < least or not is_free:
            return None
        logged = head.since(self._upto)
        if not logged:
            return None
        self._run = Run(logged)
        self._connection.execute(
            "UPDATE indexed SET name = ?, since = ?, done = 0", (self._name, end)
        )
        self._done, self._end = 0, end
        return self._run

    def _index(self, run: Run, count: int) -> None:
        start = self._done
        for index, rows in run.entries(start, start + count).items():
            insert_rows(self._connection, f"INSERT OR IGNORE INTO {index}", rows)
        if start + count < len(run):
            self._connection.execute("UPDATE indexed SET done = ?", (start + count,))
        else:
            self._connection.execute("UPDATE indexed SET upto = ?, name = NULL", (run.upto,))
            self._upto = run.upto
