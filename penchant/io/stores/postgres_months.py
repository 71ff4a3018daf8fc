"""The months of the log: one partition each, made before they are needed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from psycopg.sql import SQL, Identifier, Literal

from penchant.core.event import Logged
from penchant.core.instant import Instant, instant, moment
from penchant.io.stores.postgres_connections import Connection

AHEAD = 3  # months after the current one that exist beforehand
TABLE = "interaction_events"
BEFORE: Instant = -(2**62)  # stands for the start of the partition of everything earlier

_KNOWN = """
SELECT CASE WHEN isfinite(starts) THEN (extract(epoch FROM starts) * 1000000)::bigint END,
    (extract(epoch FROM ends) * 1000000)::bigint
FROM log_months
WHERE to_regclass(format('%I.interaction_events_%s', current_schema(),
    CASE WHEN isfinite(starts) THEN to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM')
    ELSE 'before' END)) IS NOT NULL
"""
_REACHED = (
    "UPDATE log_months SET last_position = %s "
    "WHERE starts = coalesce(to_timestamp(%s::double precision), '-infinity')"
)
_NEW = "INSERT INTO log_months (starts, ends) VALUES (%s, %s) ON CONFLICT (starts) DO NOTHING"


def month_of(at: Instant) -> tuple[Instant, Instant]:
    """The first instant of the month (UTC), and that of the next.

    >>> [moment(one).isoformat()[:10] for one in month_of(1_767_225_600_000_000)]
    ['2026-01-01', '2026-02-01']
    """
    day = moment(at).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return instant(day), instant(_next(day)) if day.year < 9999 or day.month < 12 else _YEAR_10000


_YEAR_10000: Instant = 253_402_300_800 * 1_000_000


class Months:
    """Which partitions exist, as far as this process knows. Used by one thread at a time.

    Months are only made while the log is locked; they are looked up again after any failure.
    """

    def __init__(self) -> None:
        self._known: dict[Instant, Instant] = {}  # first instant -> that of the next
        self._dropped = 0

    def forget(self) -> None:
        self._known.clear()

    def told(self, dropped: int) -> None:
        """How many months were ever dropped, by whatever process."""
        if dropped != self._dropped:
            self.forget()
            self._dropped = dropped

    def are_missing(self, connection: Connection) -> bool:
        """Whether the current month, by the server's clock, or one of the next is not there."""
        self._look(connection)
        return any(starts not in self._known for starts in _coming(connection))

    def ahead(self, connection: Connection) -> None:
        """Make those that are missing."""
        for starts in _coming(connection):
            self._month(connection, starts)

    def reach(self, connection: Connection, added: Iterable[Logged]) -> None:
        """See that the events have partitions, and note how far each now goes."""
        reached: dict[Instant, int] = {}
        starts = ends = 0
        for position, event in added:
            if not starts <= event.at < ends:
                starts, ends = self._month(connection, event.at)
            reached[starts] = position
        for month, position in reached.items():
            seconds = None if month == BEFORE else month // 1_000_000
            connection.execute(_REACHED, (position, seconds))

    def _month(self, connection: Connection, at: Instant) -> tuple[Instant, Instant]:
        """Borders of the partition of an instant, made if missing."""
        if not self._known:
            self._look(connection)
        if at < self._known[BEFORE]:
            return BEFORE, self._known[BEFORE]
        starts, ends = month_of(at)
        if starts not in self._known:
            self._look(connection)  # another process may have made it
        if starts not in self._known:
            _make(connection, starts, ends)
            self._known[starts] = ends
        return starts, ends

    def _look(self, connection: Connection) -> None:
        for starts, ends in connection.execute(_KNOWN):
            self._known[BEFORE if starts is None else starts] = ends


def _coming(connection: Connection) -> list[Instant]:
    """The current month and those that must exist ahead, by their first instants."""
    [(now,)] = connection.execute("SELECT now()").fetchall()
    months = [month_of(instant(now))]
    for _ in range(AHEAD):
        months.append(month_of(months[-1][1]))
    return [starts for starts, _ in months]


def _make(connection: Connection, starts: Instant, ends: Instant) -> None:
    # CREATE TABLE ... PARTITION OF would wait until nobody reads, and keep all readers waiting.
    first = moment(starts)
    name = Identifier(table_of(first))
    following = "10000-01-01 00:00:00+00" if ends == _YEAR_10000 else moment(ends).isoformat()
    connection.execute(
        SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, Identifier(TABLE))
    )
    connection.execute(
        SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
            Identifier(TABLE), name, Literal(first.isoformat()), Literal(following)
        )
    )
    connection.execute(_NEW, (first.isoformat(), following))


def table_of(month: datetime) -> str:
    """The name of the partition of a month, by its first instant."""
    return f"{TABLE}_{month.astimezone(UTC):%Y_%m}"


def _next(day: datetime) -> datetime:
    months = day.year * 12 + day.month
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
