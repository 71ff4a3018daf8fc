"""A sample: the states of a few people, always the same ones, from their first event on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from zlib import crc32

import msgspec

EVERYBODY = 1 << 32  # above every digest

State = TypeVar("State")


class Sample(msgspec.Struct, Generic[State], array_like=True):
    """States by user, of those whose names have the lowest digests; ``border`` is the first that is out.

    Who is in once the sample is full was in from the first event, since the border only falls. Two samples
    merge into that of both.
    """

    people: dict[str, State] = {}
    border: int = EVERYBODY

    def of(self, user: str, zero: Callable[[], State], size: int) -> State | None:
        """The state of a user, a new one for who just came in; ``None`` for who is out."""
        state = self.people.get(user)
        if state is not None or crc32(user.encode()) >= self.border:
            return state
        state = self.people[user] = zero()
        if len(self.people) > size:
            self._shrink(size)
            return self.people.get(user)
        return state

    def merge(
        self, other: Sample[State], both: Callable[[State, State], State], size: int
    ) -> Sample[State]:
        """The sample of both; ``both`` merges the states of who is in each, the others are shared."""
        border = min(self.border, other.border)
        people: dict[str, State] = {}
        for user in {**self.people, **other.people}:
            if crc32(user.encode()) < border:
                found = [part.people[user] for part in (self, other) if user in part.people]
                people[user] = both(*found) if len(found) == 2 else found[0]
        merged = Sample(people, border)
        if len(people) > size:
            merged._shrink(size)
        return merged

    def _shrink(self, size: int) -> None:
        ordered = sorted(self.people, key=lambda user: (crc32(user.encode()), user))
        self.border = crc32(ordered[size].encode())
        self.people = {user: self.people[user] for user in self.people if self._is_in(user)}

    def _is_in(self, user: str) -> bool:
        return crc32(user.encode()) < self.border
