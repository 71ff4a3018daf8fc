"""Patterns: what is done after what more often than chance would have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from penchant.core import instant
from penchant.core.instant import HOUR, MINUTE, SECOND, Instant
from penchant.profile.successions import (
    COUNT,
    DONE,
    ELAPSED,
    FAILED,
    FAILED_FIRST,
    FAILED_LAST,
    FIRST,
    JOINT,
    LAST,
    LATELY,
    OTHERS,
    START,
    Role,
    Row,
)
from penchant.state.binomial import discoveries, lower_bound, tail

REPEATED, SEQUENCE, WORKFLOW = "repetitive_command", "sequence", "workflow"
FAILING, HABIT = "error_pattern", "time_habit"
TESTED, DOCUMENTED = "tested", "documented"
RULES = (TESTED, DOCUMENTED)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something done again and again (CONTRACT S1-34).

    ``pattern_id`` is the same whenever the same is found again. ``frequency`` counts how often it
    came true, between ``first_seen`` and ``last_seen``. ``confidence`` in [0, 1] is the share, at
    least, of recent occasions on which it did; of the documented rule the share of all. ``actions``
    are in their order; of a time habit the action and the hour.
    """

    pattern_id: str
    pattern_type: str
    frequency: int
    first_seen: Instant
    last_seen: Instant
    confidence: float
    description: str
    actions: tuple[str, ...]
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "pattern_id": self.pattern_id,
            "pattern_type": self.pattern_type,
            "frequency": self.frequency,
            "first_seen": instant.text(self.first_seen),
            "last_seen": instant.text(self.last_seen),
            "confidence": self.confidence,
            "description": self.description,
            "actions": list(self.actions),
            "examples": list(self.examples),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule before it is judged: ``hits`` of ``trials`` where ``expected`` is the share by chance."""

    actions: tuple[str, ...]
    kind: str
    hits: int
    trials: int
    expected: float
    recent_hits: int
    recent_trials: int
    first_seen: Instant
    last_seen: Instant
    elapsed: Instant

    @property
    def chance(self) -> float:
        return tail(self.hits, self.trials, self.expected)

    @property
    def confidence(self) -> float:
        return lower_bound(self.recent_hits, self.recent_trials)


def findings(role: Role) -> Iterator[Finding]:
    """Every rule that the counts of a role can tell, whether it stands or not."""
    totals = {context: _total(row, COUNT) for context, row in role.rows.items()}
    for context, row in role.rows.items():
        if context != START:
            before = tuple(context.split(JOINT))
            recent = _total(row, LATELY)
            for name, follow in row.items():
                if name != OTHERS and name in role.uses:
                    yield Finding(
                        (*before, name),
                        _kind((*before, name)),
                        follow[COUNT],
                        totals[context],
                        _expected(role, totals, before, name),
                        follow[LATELY],
                        recent,
                        follow[FIRST],
                        follow[LAST],
                        follow[ELAPSED],
                    )
    yield from _failures(role)


def mine(role: Role, least: int = 3, rule: str = TESTED, name: str = "") -> list[Pattern]:
    """The patterns of a role, most frequent first; ``name`` tells its ids from another role's.

    By the rule ``tested`` one stands if it came true ``least`` times, if chance would bring that
    about so rarely that at most 5 % of the patterns are false (binomial tail against the base rate,
    and for two actions against the later one alone; all rules ever seen count as tests), and if it
    still holds: it expires when the lower bound of its recent share falls to the base rate.

    By the rule ``documented`` it stands if it came true ``least`` times (CONTRACT S1-24, of which
    chapter I says that a shuffled log has as many).
    """
    return judge(list(findings(role)), least, rule, name)


def judge(every: Sequence[Finding], least: int, rule: str, name: str) -> list[Pattern]:
    """The findings that stand, as patterns; all of them were tests."""
    frequent = [found for found in every if found.hits >= least]
    frequent.sort(key=lambda found: (-found.hits, found.kind, found.actions))
    if rule == DOCUMENTED:
        return [pattern_of(found, name, found.hits / found.trials) for found in frequent]
    stand = discoveries([found.chance for found in frequent], len(every))
    return [
        pattern_of(found, name, found.confidence)
        for found, stands in zip(frequent, stand, strict=True)
        if stands and found.confidence > found.expected
    ]


def pattern_of(found: Finding, name: str, confidence: float) -> Pattern:
    """The finding as a pattern of the role (or whatever it is of) of that name."""
    told = JOINT.join((name, found.kind, *found.actions))
    return Pattern(
        blake2b(told.encode(), digest_size=8).hexdigest(),
        found.kind,
        found.hits,
        found.first_seen,
        found.last_seen,
        confidence,
        _described(found),
        found.actions,
        (" → ".join(found.actions),),
    )


def _failures(role: Role) -> Iterator[Finding]:
    """Each action that failed, against how often the others fail."""
    failed = sum(use[FAILED] for use in role.uses.values())
    done = sum(use[DONE] for use in role.uses.values())
    for name, use in role.uses.items():
        if use[FAILED]:
            yield Finding(
                (name,),
                FAILING,
                use[FAILED],
                use[DONE],
                (failed - use[FAILED] + 1)
                / (done - use[DONE] + 2),  # nothing is known never to fail
                use[FAILED],
                use[DONE],
                use[FAILED_FIRST],
                use[FAILED_LAST],
                0,
            )


def _expected(role: Role, totals: dict[str, int], before: tuple[str, ...], name: str) -> float:
    """How often the last action is to be expected: its share of all, or after the one before it."""
    base = role.uses[name][DONE] / role.seen
    if len(before) == 1:
        return base
    follow = role.rows.get(before[-1], {}).get(name)
    return base if follow is None else max(base, follow[COUNT] / totals[before[-1]])


def _total(row: Row, place: int) -> int:
    return sum(follow[place] for follow in row.values())


def _kind(actions: tuple[str, ...]) -> str:
    if len(set(actions)) == 1:
        return REPEATED
    return SEQUENCE if len(actions) == 2 else WORKFLOW


def _described(found: Finding) -> str:
    often = f"{found.hits} of {found.trials} times"
    expected = f"{found.expected:.0%}"
    if found.kind == FAILING:
        return f"{found.actions[0]!r} fails, {often}; other actions fail {expected} of the time"
    if found.kind == HABIT:
        action, hour = found.actions
        return (
            f"{action!r} is done between {hour} and {int(hour) + 1} h on {found.hits} of "
            f"{found.trials} days; other actions {expected} of the time"
        )
    before = " and ".join(map(repr, found.actions[:-1]))
    pause = _pause(found.elapsed // found.hits)
    again = " again" if found.kind == REPEATED else ""
    return (
        f"after {before} comes {found.actions[-1]!r}{again}, {often}, {pause} later on average; "
        f"expected {expected} of the time"
    )


def _pause(elapsed: Instant) -> str:
    for unit, name in ((HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if elapsed >= unit:
            return f"{elapsed / unit:.0f} {name}"
    return "less than 1 s"
