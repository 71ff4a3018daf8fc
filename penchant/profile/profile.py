"""The profile: all readings of one person at one instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from penchant.core import instant
from penchant.core.instant import Instant
from penchant.core.suggestion import closest
from penchant.profile.feature import Reading


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of ``user`` as of ``as_of``.

    ``version`` changes with every event of the user and is the ETag over HTTP. Readings are had
    by name: ``profile["interests"]`` is the whole :class:`Reading`, ``profile.interests`` its value.
    """

    user: str
    as_of: Instant
    version: str
    readings: Mapping[str, Reading]

    def __getitem__(self, name: str) -> Reading:
        if name not in self.readings:
            raise KeyError(f"no reading is called {name!r}{closest(name, self.readings)}")
        return self.readings[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.readings)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self[name].value
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def to_dict(self) -> dict[str, Any]:
        return {
            "user": self.user,
            "as_of": instant.text(self.as_of),
            "version": self.version,
            "readings": {name: reading.to_dict() for name, reading in self.readings.items()},
        }
