"""Copying: a store into another, whatever either is kept in; broken off, it goes on where it was.

What is copied up to where is written with every commit into the target, as the snapshot of the scope
``copy``. A run copies what the source held when it began; a further run brings what came since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby, islice
from time import perf_counter
from typing import Any

from penchant.core.errors import InvalidArgument, StoreIncompatible, StoreUnavailable
from penchant.core.event import Logged
from penchant.core.item import Item, ItemVersion
from penchant.core.ports import (
    Append,
    PutItems,
    Refuse,
    RemoveItem,
    Retire,
    SaveBases,
    SaveSnapshots,
    Snapshot,
    Store,
    Write,
)
from penchant.serve.population import EVERYONE
from penchant.serve.population import KEY as EVERYBODY
from penchant.serve.states import USER
from penchant.serve.transfer.comparing import Compared

COPY, KEY = "copy", "log"  # scope and key of the mark
DONE = b"done"  # the body of the mark once a run was complete
PAGE = 2_000  # events, items or digests of one commit
USERS = 500  # people whose bases are copied with one commit

Progress = Callable[[int, float | None], None]  # events copied so far, and their share of all


@dataclass(slots=True)
class Copied:
    """What a run copied: events, puts of items; ``known`` events had ids that the target knew.

    ``compared`` people are the same in both, bit for bit, but for the ``differing``; ``None`` where
    that was not looked at.
    """

    events: int = 0
    items: int = 0
    known: int = 0
    compared: int | None = None
    differing: tuple[str, ...] = ()
    population_differs: bool = False
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing differs, as far as it was looked at."""
        return not self.differing and not self.population_differs

    def to_dict(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**told, "passed": self.passed}


class Copying:
    """A copy on its way from one store to another.

    ``name`` tells the source from others; ``to`` is how the target is shown.

    Raises ``InvalidArgument`` where the target holds something else.
    """

    def __init__(self, source: Store, target: Store, name: str, to: str) -> None:
        self._source = source
        self._target = target
        self._to = to
        self._name = blake2b(name.encode(), digest_size=12).hexdigest()
        self._upto = 0  # the source's position up to which events are copied
        self._change = 0  # the same of its changes to the catalogue
        self._stage = b""
        self.result = Copied()

    def run(self, progress: Progress) -> int:
        """Copy what is there now; the source's position up to which that was."""
        began = perf_counter()
        if not self._goes_on():
            self._bring_what_retired()
        change, end = self._source.change(), self._source.end()  # changes after are the next run's
        later: list[ItemVersion] = []
        for items in _pages(self._versions(later)):
            self._target.commit([PutItems(items), self._mark()])
            self.result.items += len(items)
        later.sort(key=lambda version: version.since)
        self._bring_events(end, [one for one in later if one.since <= end], progress)
        self._bring_removals()
        self._bring_refused()
        self._change = change
        self._target.commit([self._mark()])
        self.result.seconds = perf_counter() - began
        return end

    def compared(self, found: Compared) -> None:
        """Take note of how both stores compare afterwards."""
        self.result.compared = found.users
        self.result.differing = found.differing
        self.result.population_differs = found.population_differs

    def _goes_on(self) -> bool:
        """Whether the target holds the beginning of this very copy."""
        mark = self._target.load(COPY, KEY)
        if mark is None:
            if self._target.end() or self._target.change():
                raise InvalidArgument(
                    "to",
                    f"{self._to} is not empty; name a new place, or import an export into it",
                )
            return False
        if mark.fingerprint != self._name:
            raise InvalidArgument(
                "to", f"{self._to} holds the copy of another store; name a new place"
            )
        self._upto, self._change, self._stage = mark.upto, mark.catalogue, mark.body
        self._check_that_none_left()
        return True

    def _check_that_none_left(self) -> None:
        if self._source.retired().upto > self._upto:
            raise StoreIncompatible(
                f"events after position {self._upto} left the source before they were copied; copy "
                "it into a new place"
            )

    def _bring_refused(self) -> None:
        """Digests of ids that are known though no event has them: once, after all events."""
        digest = b""
        while self._stage != DONE and (page := self._source.refused(digest, PAGE)):
            self._target.commit([Refuse(page)])
            digest = page[-1]
        self._stage = DONE

    def _mark(self) -> SaveSnapshots:
        mark = Snapshot(COPY, KEY, self._name, self._upto, self._change, 0, self._stage)
        return SaveSnapshots([mark])

    def _bring_what_retired(self) -> None:
        """The bases that stand for retired events."""
        retired = self._source.retired()
        if not retired.upto:
            return
        for bases in _pages(self._bases(), USERS):
            self._target.commit([SaveBases(retired.upto, bases)])
        if self._source.retired().upto != retired.upto:
            raise StoreUnavailable("the source retired events meanwhile; copy again")
        self._upto = retired.upto
        self._target.commit([Retire(retired.upto, retired.until), self._mark()])

    def _bases(self) -> Iterator[Snapshot]:
        if everyone := self._source.base(EVERYONE, EVERYBODY):
            yield everyone
        after = ""
        while names := self._source.users(after):
            after = names[-1]
            for name in names:
                if base := self._source.base(USER, name):
                    yield base

    def _versions(self, later: list[ItemVersion]) -> Iterator[Item]:
        """Versions that the target lacks and that are to be put before all that follows; those that
        stand behind an event still to be copied go to ``later``."""
        after = self._change
        while page := self._source.changed(after, PAGE):
            after = page[-1][0]
            ids = [id for _, id in page]
            versions, known = self._source.versions(ids), self._target.versions(ids)
            for id in ids:
                held = [version.item for version in known.get(id, ())]
                for number, version in enumerate(versions[id]):
                    if version.since > self._upto:
                        later.append(version)
                    elif held[number : number + 1] != [version.item]:
                        yield version.item

    def _bring_events(self, end: int, later: list[ItemVersion], progress: Progress) -> None:
        total = self._source.count() or 1
        while self._upto < end:
            page = [one for one in self._source.since(self._upto, PAGE) if one[0] <= end]
            self._check_that_none_left()  # after the page: else it may begin too late
            if not page:
                break
            upto = page[-1][0]
            reached = [version for version in later if version.since < upto]
            later = later[len(reached) :]
            self._bring(page, reached, upto)
            progress(self.result.events, min(self.result.events / total, 1.0))
        if later:
            self._bring([], later, end)
        self._upto = max(self._upto, end)

    def _bring(self, page: Sequence[Logged], versions: list[ItemVersion], upto: int) -> None:
        """Events, with versions of items where the log met them, and the mark: in one commit."""
        writes: list[Write] = []
        start = 0
        for since, together in groupby(versions, key=lambda version: version.since):
            stop = start
            while stop < len(page) and page[stop][0] <= since:
                stop += 1
            items = [version.item for version in together]
            writes += [Append([event for _, event in page[start:stop]]), PutItems(items)]
            start = stop
        writes.append(Append([event for _, event in page[start:]]))
        self._upto = upto
        results = self._target.commit([*writes, self._mark()])
        added = sum(
            result
            for write, result in zip(writes, results, strict=False)
            if isinstance(write, Append)
        )
        self.result.events += added
        self.result.known += len(page) - added
        self.result.items += len(versions)

    def _bring_removals(self) -> None:
        """Take out what the source has taken out, and put back what it has put back."""
        after = self._change
        while page := self._source.changed(after, PAGE):
            after = page[-1][0]
            ids = [id for _, id in page]
            wanted, held = self._source.current(ids), self._target.current(ids)
            writes: list[Write] = [RemoveItem(id) for id in ids if id in held and id not in wanted]
            back = [item for id, item in wanted.items() if id not in held]
            self._target.commit([*writes, PutItems(back)])


def _pages(several: Any, size: int = PAGE) -> Iterator[list[Any]]:
    left = iter(several)
    while page := list(islice(left, size)):
        yield page
