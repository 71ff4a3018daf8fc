"""Patterns of one person, of a role and of everyone, as the public surface offers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.event import Event
from penchant.core.instant import HOUR, MINUTE, Instant
from penchant.core.suggestion import closest
from penchant.measure import time_habits
from penchant.measure.patterns import (
    FAILING,
    HABIT,
    RULES,
    Pattern,
    findings,
    judge,
    mine,
)
from penchant.profile.action import ROLE, action_of, follows, session_of, shortened
from penchant.profile.feature import HALF_LIVES, Signal
from penchant.profile.fold import Fold, Folded
from penchant.profile.successions import Role, State, Successions

if TYPE_CHECKING:
    from penchant.serve.parts import Parts

LATEST = 5_000  # events of a person that are looked at
EXAMPLES = 3
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(dict[str, Role])


def of_everyone(parts: Parts, least: int, role: str | None, rule: str) -> list[Pattern]:
    """The patterns of those in a role, or of all."""
    check(least, rule)
    if role is not None and not isinstance(role, str):
        raise InvalidArgument("role", f"expected text, got {role!r}")
    crowd = parts.crowd
    successions = crowd.feature(Successions)

    def copied(folded: Folded) -> bytes:
        return _encoder.encode(crowd.state(folded, successions.name).roles)

    # Decisions wait for the copy alone, some milliseconds, not for the tests.
    roles = _decoder.decode(parts.population.read(copied))
    if role is None:
        return mine(successions.together(State(roles)), least, rule)
    name = shortened(role, ROLE)
    return mine(roles.get(name, Role()), least, rule, name)


def of_person(
    parts: Parts, user: str, events: Sequence[Event], least: int, rule: str
) -> list[Pattern]:
    """The patterns of one person's events, in order of arrival; examples are the latest texts."""
    check(least, rule)
    steps = _steps(parts, events)
    fold = Fold([Successions(parts.settings.session_gap)], parts.kinds)
    logged = list(enumerate((step.event for step in steps), start=1))
    state: State = fold.extend(fold.zero(), logged, lambda item, position: None).states[0]
    done = [(step.action, step.event.at, step.local) for step in steps]
    whole = fold.feature(Successions).together(state)
    found = judge([*findings(whole), *time_habits.findings(done)], least, rule, user)
    gap = instant.span(parts.settings.session_gap)
    return [replace(pattern, examples=_examples(pattern, steps, gap)) for pattern in found]


@dataclass(frozen=True, slots=True)
class _Step:
    """An event that is an action, with its local time as microseconds."""

    event: Event
    action: str
    local: Instant

    @property
    def text(self) -> str:
        return self.event.text or self.event.item or self.action


def _steps(parts: Parts, events: Sequence[Event]) -> list[_Step]:
    zone = ZoneInfo(parts.settings.zone)
    steps = []
    for event in sorted(events, key=lambda event: event.at):
        kind = parts.kinds.of(event.kind)
        action = action_of(Signal(event, kind, 0.0, HALF_LIVES.at(event.at)))
        if kind.teaches and action is not None:
            minutes = instant.offset(event.at, zone) if event.offset is None else event.offset
            steps.append(_Step(event, action, event.at + minutes * MINUTE))
    return steps


def _examples(pattern: Pattern, steps: Sequence[_Step], gap: Instant) -> tuple[str, ...]:
    """The latest few texts of what makes a pattern, newest first."""
    actions = pattern.actions[:1] if pattern.pattern_type == HABIT else pattern.actions
    found: list[str] = []
    for end in range(len(steps), len(actions) - 1, -1):
        part = steps[end - len(actions) : end]
        if tuple(step.action for step in part) == actions and _makes(pattern, part, gap):
            found.append(" → ".join(step.text for step in part))
            if len(found) == EXAMPLES:
                break
    return tuple(found)


def _makes(pattern: Pattern, part: Sequence[_Step], gap: Instant) -> bool:
    """Whether these actions are an occurrence: of a habit at its hour, of others in one run."""
    last = part[-1]
    if pattern.pattern_type == HABIT:
        return str(last.local // HOUR % 24) == pattern.actions[1]
    if pattern.pattern_type == FAILING:
        return last.event.success is False or last.event.error is not None
    return all(
        follows(
            later.event.at - step.event.at,
            session_of(later.event),
            session_of(step.event),
            gap,
        )
        for step, later in pairwise(part)
    )


def check(least: int, rule: str) -> None:
    """Raise ``InvalidArgument`` for a frequency below 2, and for a rule that there is not."""
    if isinstance(least, bool) or not isinstance(least, int) or least < 2:
        raise InvalidArgument("min_frequency", f"expected a whole number from 2, got {least!r}")
    if rule not in RULES:
        near = closest(rule, RULES) if isinstance(rule, str) else ""
        raise InvalidArgument("rule", f"expected one of {', '.join(RULES)}, got {rule!r}{near}")
