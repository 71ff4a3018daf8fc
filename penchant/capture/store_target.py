"""A store as a target: the shipping thread opens it and appends.

Where no thread can be started while the interpreter ends, as in Python 3.12.0 and 3.12.1, an opened
store has none to write with: what a short program recorded is then appended by a process of its own.
"""

from __future__ import annotations

# It registers what it does at the end of the program, which is refused once that has begun: a store
# that is opened there, or its driver, would fail to import it.
import atexit
import concurrent.futures.thread  # noqa: F401
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from penchant.capture.target import Refused, Unavailable
from penchant.core.errors import PenchantError, QueueFull, StoreUnavailable

if TYPE_CHECKING:
    import penchant


_ACCOUNT = re.compile(r"\A([^:@/]*)[^@/]*@")
_SECRET = re.compile(r"(?<=[?&])(?:ssl)?password=[^&]*&?", re.IGNORECASE)
_APPEND = """
import json, sys, penchant
place, *events = map(json.loads, sys.stdin)
with penchant.open(place, follow=False) as p:
    print(json.dumps(p.track_many(events).to_dict()["rejected"]))
"""


def address_of(place: str) -> str:
    """The place without a password, a folder as an absolute path without links.

    >>> address_of("postgres://ann:secret@host/taste?sslmode=require&password=secret")
    'postgresql://ann@host/taste?sslmode=require'
    >>> address_of("/tmp/../taste")
    '/taste'
    """
    _, is_address, rest = place.partition("://")
    if is_address:
        return "postgresql://" + _SECRET.sub("", _ACCOUNT.sub(r"\1@", rest)).rstrip("?&")
    return os.path.realpath(os.path.expanduser(place))


class StoreTarget:
    """A folder, or another place that ``penchant.open`` knows. It is opened when first needed."""

    def __init__(self, place: str) -> None:
        self._place = place
        self.address = address_of(place)
        self._open: penchant.Penchant | None = None

    def prepare(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields

    def send(self, events: Sequence[dict[str, Any]]) -> list[Refused]:
        """Append the events, durably. Raises ``Unavailable`` while the store is."""
        try:
            receipt = self._opened().track_many(events)
        except RuntimeError:
            return self._sent_by_a_process(events)
        except QueueFull as error:
            raise Unavailable(str(error), after=error.retry_after) from None
        except StoreUnavailable as error:
            self.close()
            raise Unavailable(str(error)) from None
        except (PenchantError, ImportError) as error:
            self.close()
            raise Unavailable("the store cannot be used", mend=str(error)) from None
        return [Refused(one.index, one.field, one.reason) for one in receipt.rejected]

    def abort(self) -> None:
        """A commit is not ended half way."""

    def close(self) -> None:
        open, self._open = self._open, None
        if open is not None:
            open.close()

    def _sent_by_a_process(self, events: Sequence[dict[str, Any]]) -> list[Refused]:
        lines = "".join(json.dumps(one) + "\n" for one in (self._place, *events))
        try:  # the place goes along with the events: on the command line everybody could read it
            done = subprocess.run(
                [sys.executable, "-c", _APPEND], input=lines, capture_output=True, text=True
            )
        except (OSError, TypeError) as error:  # a host without an interpreter of its own
            raise Unavailable(f"the store cannot be opened at the end: {error}") from None
        if done.returncode:
            raise Unavailable(done.stderr.strip().rpartition("\n")[2])
        return [Refused(**one) for one in json.loads(done.stdout)]

    def _opened(self) -> penchant.Penchant:
        if self._open is None:
            import penchant  # here, as the floors above are no part of capturing

            # One thread writes: a database need not have more connections for it than these.
            self._open = penchant.open(
                self._place, follow=False, postgres_pool_min=1, postgres_pool_max=2
            )
            # At the end of the program the recorder still sends, and then closes: not the store itself.
            atexit.unregister(self._open.close)
        return self._open
