"""A tile: what happened in one span of time, in sums that add up."""

from __future__ import annotations

import msgspec

from penchant.core.event import Event
from penchant.core.kinds import Kind
from penchant.measure.fingerprint import template
from penchant.state.commonest import Commonest
from penchant.state.distinct import Distinct
from penchant.state.moments import Moments

COMMAND = "command"  # the kind whose `text` is a command line
KINDS, COMMANDS, ERRORS = 64, 64, 32  # names kept in one tile; the rest is counted together
WORD = 40  # characters kept of a command


class Tile(msgspec.Struct, array_like=True):
    """Events, their outcomes and durations, the commonest kinds, commands and errors, and people.

    An event with an ``error`` failed, whatever else it says. A command is the first word of the text
    of a ``command``; an error is the template of its text. People are those who did
    something: who was only shown or told something (exposures, traits) is not among them.
    """

    events: int = 0
    succeeded: int = 0
    failed: int = 0
    durations: Moments = msgspec.field(default_factory=Moments)
    kinds: Commonest = msgspec.field(default_factory=Commonest)
    commands: Commonest = msgspec.field(default_factory=Commonest)
    errors: Commonest = msgspec.field(default_factory=Commonest)
    people: Distinct = msgspec.field(default_factory=Distinct)

    def add(self, event: Event, kind: Kind) -> None:
        """Count one event."""
        self.events += 1
        counts = self.kinds.counts  # looked up here: every event comes this way
        if event.kind in counts:
            counts[event.kind] += 1
        else:
            self.kinds.add(event.kind, KINDS)
        if kind.teaches:
            self.people.add(event.user)
        if event.error is not None:
            self.failed += 1
            if message := template(event.error):
                self.errors.add(message, ERRORS)
        elif event.success is not None:
            if event.success:
                self.succeeded += 1
            else:
                self.failed += 1
        if event.duration_ms is not None:
            self.durations.add(event.duration_ms)
        if event.text is not None and event.kind == COMMAND:
            words = event.text.split(None, 1)
            if words:
                self.commands.add(words[0][:WORD], COMMANDS)

    def absorb(self, other: Tile, *, bounded: bool = True) -> None:
        """Add what another tile counted; unbounded, every name of both is kept."""
        self.events += other.events
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.durations = self.durations.merge(other.durations)
        self.kinds.absorb(other.kinds, KINDS if bounded else None)
        self.commands.absorb(other.commands, COMMANDS if bounded else None)
        self.errors.absorb(other.errors, ERRORS if bounded else None)
        self.people.absorb(other.people)
