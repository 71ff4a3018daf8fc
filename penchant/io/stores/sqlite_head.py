"""The head of the log: its latest events, in memory, by user and by session.

A commit writes the end of the log and nothing else. The indexes by user and by session, where every
event lands on a page of its own, are filled later from here, in runs sorted by name: a page is then
written once for many events. Why: docs/design/005-head-of-the-log.md.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from penchant.core.event import Logged

SEGMENT = 2_048  # events that are forgotten together
LATEST = 4  # full segments that stay in any case: who follows the log is not far behind


class Segment:
    """Successive events after position ``after``."""

    __slots__ = ("after", "logged", "of_session", "of_user")

    def __init__(self, after: int) -> None:
        self.after = after
        self.logged: list[Logged] = []
        self.of_user: dict[str, list[Logged]] = {}
        self.of_session: dict[str, list[Logged]] = {}

    def add(self, logged: Logged) -> None:
        event = logged[1]
        self.logged.append(logged)
        known = self.of_user.get(event.user)
        if known is None:
            self.of_user[event.user] = [logged]
        else:
            known.append(logged)
        if event.session is not None:
            known = self.of_session.get(event.session)
            if known is None:
                self.of_session[event.session] = [logged]
            else:
                known.append(logged)


class Head:
    """Every event after position ``floor``, up to ``upto``, ascending.

    One thread at a time may change it while others read: what they read begins at one floor and
    is complete up to the moment they asked.

    >>> from penchant.core.event import Event
    >>> head = Head(7)
    >>> head.extend([(8, Event(id="e", user="ann", kind="click", at=0))])
    >>> [position for position, _ in head.of_user("ann")[1]], head.upto
    ([8], 8)
    """

    def __init__(self, floor: int) -> None:
        self._segments: tuple[Segment, ...] = (Segment(floor),)
        self.upto = floor

    @property
    def floor(self) -> int:
        return self._segments[0].after

    def extend(self, logged: Iterable[Logged]) -> None:
        """Add the events that follow, ascending."""
        segment = self._segments[-1]
        for one in logged:
            if len(segment.logged) >= SEGMENT:
                segment = Segment(segment.logged[-1][0])
                self._segments = (*self._segments, segment)
            segment.add(one)
        if segment.logged:
            self.upto = segment.logged[-1][0]  # at the end: until then it is not complete

    def drop(self, upto: int) -> None:
        """Forget events up to a position, a whole segment at a time, but not the latest."""
        kept = self._segments
        while len(kept) > 1 + LATEST and kept[1].after <= upto:
            kept = kept[1:]
        self._segments = kept

    def of_user(self, user: str) -> tuple[int, list[Logged]]:
        """The floor, and the user's events above it."""
        segments = self._segments
        return segments[0].after, [
            one for segment in segments for one in segment.of_user.get(user, ())
        ]

    def of_session(self, session: str) -> tuple[int, list[Logged]]:
        """The floor, and the events above it that name the session."""
        segments = self._segments
        return segments[0].after, [
            one for segment in segments for one in segment.of_session.get(session, ())
        ]

    def since(self, after: int, limit: int | None = None) -> list[Logged] | None:
        """The events after a position, at most ``limit``; ``None`` for one below the floor."""
        segments = self._segments
        if after < segments[0].after:
            return None
        found: list[Logged] = []
        for place, segment in enumerate(segments):
            if place + 1 < len(segments) and segments[place + 1].after <= after:
                continue
            first = bisect_right(segment.logged, after, key=_position)
            last = None if limit is None else first + limit - len(found)
            found += segment.logged[first:last]
            if len(found) == limit:
                break
        return found

    def users(self, after: str) -> set[str]:
        """Names greater than ``after`` of users that have events here."""
        return {
            user for segment in self._segments for user in list(segment.of_user) if user > after
        }


class Run:
    """Events that follow one another, to be brought into the indexes, sorted by name."""

    def __init__(self, logged: Sequence[Logged]) -> None:
        self.upto = logged[-1][0]
        users = [(event.user, position) for position, event in logged]
        sessions = [(event.session, position) for position, event in logged if event.session]
        self._entries = {"by_user": sorted(users), "by_session": sorted(sessions)}

    def __len__(self) -> int:
        return len(self._entries["by_user"])  # no index has more entries than there are events

    def entries(self, start: int, stop: int) -> dict[str, list[tuple[str, int]]]:
        """Entries (name, position) of every index from one place in their order to another."""
        return {index: entries[start:stop] for index, entries in self._entries.items()}


def _position(logged: Logged) -> int:
    return logged[0]
