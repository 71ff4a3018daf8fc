"""Successions: what people do after what, by role, how often and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from heapq import nlargest
from typing import TypeAlias

import msgspec

from penchant.core.event import Event
from penchant.core.instant import DAY, Instant, span
from penchant.core.item import Item
from penchant.core.kinds import Kind
from penchant.profile.action import action_of, follows, role_of, session_of
from penchant.profile.feature import Feature, Reading, Signal
from penchant.profile.features.sessions import GAP
from penchant.state.sample import Sample

PEOPLE = 200  # who are followed of one role at a time
WEEK = 7 * DAY  # after which others may be among them
ROLES = 50  # roles told apart; those told later count as none
ROW = 32  # successors of one context; half of them stay when there are more
FOLLOWS = 100_000  # successors of all contexts
ACTIONS = 1_000  # actions counted in one role
RECENT = 64  # recent occurrences of one successor: when it has as many, all of its row are halved

START = ""  # the context of what runs of actions start with
OTHERS = ""  # the successor that stands for those a row has forgotten
JOINT = "\x1f"  # between two actions that are a context together

# Plain lists, because this runs once an event and they change fastest: places of a use and a follow.
DONE, FAILED, FAILED_FIRST, FAILED_LAST = range(4)  # times, times, instants (0 before any)
COUNT, LATELY, FIRST, LAST, ELAPSED = range(5)  # times, recent times, instants, sum of time between
Row: TypeAlias = dict[str, list[int]]
_NOTHING: Row = {}


class Trail(msgspec.Struct, array_like=True, gc=False):
    """What a person did last and before that, both empty before any, ``before`` also at the start of a
    run; when it was, in which session (0 for none)."""

    at: Instant = 0
    session: int = 0
    last: str = ""
    before: str = ""


class Role(msgspec.Struct, array_like=True):
    """What those in one role did: ``uses`` by action, ``rows`` of follows by context and successor;
    ``people`` are the trails of whom is followed in ``week``, counted from 1970."""

    seen: int = 0
    uses: dict[str, list[int]] = {}
    rows: dict[str, Row] = {}
    week: int = 0
    people: Sample[Trail] = msgspec.field(default_factory=Sample)


class State(msgspec.Struct, array_like=True):
    """``roles`` by name, with those who told none under the empty name; ``follows`` is how many there
    are in all rows."""

    roles: dict[str, Role] = {}
    follows: int = 0


class Successions(Feature[State]):
    """Counts which action follows which, and which follows two, in each role.

    Of each role 200 people are followed, those of the lowest digests among who act in it in one week;
    in the next week they are others, as far as others act. What is counted of who has to leave stays
    counted. Runs of actions are those of :class:`penchant.profile.features.actions.Actions`; what a run
    starts with follows the empty context. A late event counts as an action, not as a successor.
    The role is ``role`` in the event's context; the 51st one and later ones count as none.
    *Recent* counts are halved within a row whenever one reaches 64. Beyond 100,000 successors the
    quarter unseen for longest is forgotten. Merging adds; the pairs across the border between two
    halves are not seen.
    """

    name = "successions"
    version = 3
    ordered = True
    state = State

    def __init__(self, gap: timedelta = GAP, *, most: int = FOLLOWS) -> None:
        self.gap = span(gap)
        self.most = most

    def identity(self) -> str:
        return f"{super().identity()} {self.gap} {self.most}"

    def touches(self, kind: Kind) -> bool:
        return kind.teaches

    def zero(self) -> State:
        return State()

    def step(self, state: State, signal: Signal, item: Item | None) -> None:
        event = signal.event
        role = _role_told(state, event)
        at = event.at
        if at // WEEK > role.week:
            role.week, role.people = at // WEEK, Sample()
        trail = role.people.of(event.user, Trail, PEOPLE)
        name = None if trail is None else action_of(signal)
        if trail is None or name is None:
            return
        _use(role, name, event)
        session = session_of(event)
        before = last = START
        elapsed = 0
        if trail.last:
            if at < trail.at:
                return
            if follows(at - trail.at, session, trail.session, self.gap):
                elapsed, last, before = at - trail.at, trail.last, trail.before
        trail.at, trail.session, trail.last, trail.before = at, session, name, last
        self._count(state, role, last, name, at, elapsed)
        if before:
            self._count(state, role, before + JOINT + last, name, at, elapsed)

    def merge(self, one: State, other: State) -> State:
        merged = State()
        for part in (one, other):
            for name, role in part.roles.items():
                _add(_role(merged, name), role)
        merged.follows = sum(map(_size, merged.roles.values()))
        if merged.follows > self.most:
            _forget(merged, self.most)
        return merged

    def read(self, state: State, now: Instant) -> Reading:
        value = {"roles": len(state.roles), "follows": state.follows}
        return Reading(value, sum(role.seen for role in state.roles.values()))

    def after(self, state: State, role: str | None, *context: str) -> dict[str, int]:
        """How often each action followed one action, or two in their order, or (none given) was
        the start of a run; in one role, or in all of them where it is ``None``."""
        key = JOINT.join(context)
        counts: dict[str, int] = {}
        for known in _roles(state, role):
            for name, follow in known.rows.get(key, _NOTHING).items():
                counts[name] = counts.get(name, 0) + follow[COUNT]
        counts.pop(OTHERS, None)
        return counts

    def before(self, state: State, role: str, user: str, last: str) -> str | None:
        """What the person did before ``last`` in the same run; ``None`` where that is not known, or
        ``last`` was not what they did last in that role."""
        known = state.roles.get(role)
        trail = None if known is None else known.people.people.get(user)
        return trail.before or None if trail is not None and trail.last == last else None

    def done(self, state: State, role: str | None, names: Iterable[str]) -> dict[str, int]:
        """How often each of these actions was done in a role, or in all of them."""
        counts = dict.fromkeys(names, 0)
        for known in _roles(state, role):
            uses = known.uses
            for name in counts:
                if name in uses:
                    counts[name] += uses[name][DONE]
        return counts

    def frequent(self, state: State, role: str | None, count: int) -> list[str]:
        """The actions done most often in a role, or in all of them, most frequent first."""
        counts: Counter[str] = Counter()
        for known in _roles(state, role):
            for name, use in known.uses.items():
                counts[name] += use[DONE]
        return nlargest(count, counts, key=lambda name: (counts[name], name))

    def together(self, state: State) -> Role:
        """What those of all roles did, as of one role."""
        whole = Role()
        for role in state.roles.values():
            _add(whole, role)
        return whole

    def seen(self, state: State, role: str | None) -> int:
        """How many actions were done in a role, or in all of them."""
        return sum(known.seen for known in _roles(state, role))

    def _count(
        self, state: State, role: Role, context: str, name: str, at: Instant, elapsed: Instant
    ) -> None:
        row = role.rows.get(context)
        if row is None:
            row = role.rows[context] = {}
        follow = row.get(name)
        if follow is None:
            self._begin(state, row, name, at, elapsed)
            return
        follow[COUNT] += 1
        follow[LATELY] += 1
        if at > follow[LAST]:
            follow[LAST] = at
        elif at < follow[FIRST]:  # people's clocks, or an import of one after the other
            follow[FIRST] = at
        follow[ELAPSED] += elapsed
        if follow[LATELY] >= RECENT:
            _halve(row)

    def _begin(self, state: State, row: Row, name: str, at: Instant, elapsed: Instant) -> None:
        """Count the first occurrence of a successor."""
        row[name] = [1, 1, at, at, elapsed]
        state.follows += 1 - _trim(row)
        if state.follows > self.most:
            _forget(state, self.most)


def _roles(state: State, role: str | None) -> list[Role]:
    if role is None:
        return list(state.roles.values())
    known = state.roles.get(role)
    return [] if known is None else [known]


def _role_told(state: State, event: Event) -> Role:
    context = event.context
    told = context.get("role", "") if context else ""
    known = state.roles.get(told) if told.__class__ is str else None
    return known or _role(state, role_of(event))


def _role(state: State, name: str) -> Role:
    role = state.roles.get(name)
    if role is None:
        role = state.roles.setdefault(name if len(state.roles) < ROLES else "", Role())
    return role


def _use(role: Role, name: str, event: Event) -> None:
    role.seen += 1
    use = role.uses.get(name)
    if use is None:
        use = role.uses[name] = [0, 0, 0, 0]
        _bound_uses(role)
    use[DONE] += 1
    if event.success is False or event.error is not None:
        use[FAILED_FIRST] = min(use[FAILED_FIRST] or event.at, event.at)
        use[FAILED_LAST] = max(use[FAILED_LAST], event.at)
        use[FAILED] += 1


def _add(role: Role, other: Role) -> None:
    """Add what those in one role did to another state's role, which shares nothing with it."""
    role.seen += other.seen
    _follow_also(role, other)
    for name, use in other.uses.items():
        role.uses[name] = _used(role.uses[name], use) if name in role.uses else list(use)
    _bound_uses(role)
    for context, row in other.rows.items():
        mine = role.rows.setdefault(context, {})
        for name, follow in row.items():
            mine[name] = _sum(mine[name], follow) if name in mine else list(follow)
        while any(follow[LATELY] >= RECENT for follow in mine.values()):
            _halve(mine)
        _trim(mine)


def _follow_also(role: Role, other: Role) -> None:
    """Follow whom the other follows in the later week of both."""
    if other.week > role.week:
        role.week, role.people = other.week, Sample()
    if other.week == role.week:
        role.people = role.people.merge(_copied(other.people), _later, PEOPLE)


def _copied(people: Sample[Trail]) -> Sample[Trail]:
    trails = {
        user: Trail(trail.at, trail.session, trail.last, trail.before)
        for user, trail in people.people.items()
    }
    return Sample(trails, people.border)


def _later(one: Trail, other: Trail) -> Trail:
    return max(one, other, key=lambda trail: trail.at)


def _used(one: list[int], other: list[int]) -> list[int]:
    firsts = [use[FAILED_FIRST] for use in (one, other) if use[FAILED]]
    return [
        one[DONE] + other[DONE],
        one[FAILED] + other[FAILED],
        min(firsts, default=0),
        max(one[FAILED_LAST], other[FAILED_LAST]),
    ]


def _sum(one: list[int], other: list[int]) -> list[int]:
    return [
        one[COUNT] + other[COUNT],
        one[LATELY] + other[LATELY],
        min(one[FIRST], other[FIRST]),
        max(one[LAST], other[LAST]),
        one[ELAPSED] + other[ELAPSED],
    ]


def _halve(row: Row) -> None:
    """Halve what was counted of late, the sum as well: what one loses by rounding the next keeps."""
    left = 0
    for follow in row.values():
        left += follow[LATELY]
        follow[LATELY] = left // 2
        left %= 2


def _trim(row: Row) -> int:
    """Where a row is too long keep the half that followed most of late and the newest; how many
    went. What the others counted stays."""
    if len(row) <= ROW:
        return 0
    before, newest = len(row), next(reversed(row))  # the newest has had no chance yet
    others = row.pop(OTHERS, None)
    kept = {newest, *nlargest(ROW // 2, row, key=lambda name: (row[name][LATELY], row[name][LAST]))}
    for name in [name for name in row if name not in kept]:
        follow = row.pop(name)
        others = follow if others is None else _sum(others, follow)
    if others is not None:
        row[OTHERS] = others
    return before - len(row)


def _bound_uses(role: Role) -> None:
    """Keep three quarters of the actions, those done most, and the newest."""
    if len(role.uses) > ACTIONS:
        newest = next(reversed(role.uses))
        most = nlargest(ACTIONS * 3 // 4, role.uses, key=lambda name: role.uses[name][DONE])
        kept = {newest, *most}
        role.uses = {name: use for name, use in role.uses.items() if name in kept}


def _forget(state: State, most: int) -> None:
    """Forget the successors unseen for longest, until three quarters are left."""
    known = sorted(
        (follow[LAST], role, context, name)
        for role, told in state.roles.items()
        for context, row in told.rows.items()
        for name, follow in row.items()
    )
    for _, role, context, name in known[: len(known) - most * 3 // 4]:
        rows = state.roles[role].rows
        del rows[context][name]
        if not rows[context]:
            del rows[context]
    state.follows = sum(map(_size, state.roles.values()))


def _size(role: Role) -> int:
    return sum(map(len, role.rows.values()))
