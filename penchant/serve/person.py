"""One person, or one session, as the public surface offers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.event import Event, copied
from penchant.core.instant import SECOND, Instant, zone_named
from penchant.core.interface import checked
from penchant.core.kinds import PREFERENCES, TRAITS
from penchant.core.names import KIND_LONGEST, check_name
from penchant.core.ports import Append
from penchant.core.slate import Choice, Slate
from penchant.measure.patterns import TESTED, Pattern
from penchant.personalise.adapt import CALIBRATED, Interface
from penchant.personalise.next_action import Prediction
from penchant.profile.action import ROLE, shortened
from penchant.profile.explanation import Explanation
from penchant.profile.feature import Norms
from penchant.profile.features.actions import Actions, Habit
from penchant.profile.features.anomaly import Anomaly, Judgement, Norm, judgements
from penchant.profile.features.items import Items
from penchant.profile.features.recent import Touch
from penchant.profile.fold import Folded
from penchant.profile.profile import Profile
from penchant.serve import explanations, interface, patterns
from penchant.serve.decisions import History

if TYPE_CHECKING:
    from penchant.serve.parts import Parts

HISTORY = 10_000  # latest events searched for what to hide, and at most answered at once
PAGE = 1_000  # events read at once while looking for some of them
SESSION = 200  # latest events of a session that its recommendations rest on


@dataclass(frozen=True, slots=True)
class User:
    """A person of an opened store; ``at`` is the instant they are seen as of, ``None`` for now."""

    _parts: Parts
    id: str
    at: Instant | None = None

    def __repr__(self) -> str:
        seen = "" if self.at is None else f", as of {instant.text(self.at)}"
        return f"<user {self.id!r} of {self._parts.place!r}{seen}>"

    def profile(self) -> Profile:
        """Everything known: all readings, as of now (within a second) or as of ``at``.

        Somebody without events has a profile of empty readings.
        """
        if self.at is not None:
            folded = self._parts.states.replayed(self.id, until=self.at)
            return self._profile(folded, self.at, self._parts.population.norms())
        now = self._parts.now()
        return self._parts.states.read(self.id, lambda folded: self._fresh(folded, now))

    def recommend(
        self,
        count: int = 10,
        *,
        where: Mapping[str, Any] | None = None,
        seen: str | None = None,
        shown: bool = False,
    ) -> Slate:
        """The best ``count`` items for this person (1 to 500), fewer where there are no more.

        ``where`` filters items. ``seen`` says what happens to items already touched: ``hide`` drops
        them, ``keep`` ranks them like others, ``fade`` lets them come back within weeks. With
        ``shown`` the exposures of the whole slate are logged at once; otherwise track
        ``slate.exposures(user)`` once it was seen.
        """
        rule = seen or self._parts.settings.seen
        slate = self._parts.decisions.recommend(count, self._history(rule), where, rule)
        if shown:
            self._expose(slate)
        return slate

    def rank(self, items: Sequence[str], *, scores: Sequence[float] | None = None) -> Slate:
        """Somebody else's list in the order that suits this person; every item stays.

        ``scores`` are the other side's own (not negative), weighed in. What nothing is known of
        keeps its place relative to others alike.
        """
        return self._parts.decisions.rank(items, self._history("keep"), scores)

    def next(self, count: int = 5) -> tuple[Prediction, ...]:
        """The ``count`` actions (1 to 500) that are most probable next, each with its reasons.

        An action is the first word of a command, a page, or a kind of event with the category it
        tells (docs/actions.md). It rests on the person's own habit and on what others in their role
        do: ``role`` in the context of their latest event that told one, else the trait. Nothing
        while nobody did anything.
        """
        self._check_now()
        now, fold = self._parts.now(), self._parts.fold
        actions = fold.feature(Actions)

        def known(folded: Folded) -> tuple[str, Habit]:
            state = fold.state(folded, actions.name)
            told = fold.state(folded, "traits").get("role")
            role = state.role or (told if isinstance(told, str) else "")
            return shortened(role, ROLE), actions.habit(state, now)

        role, own = self._parts.states.read(self.id, known)
        return self._parts.decisions.next_actions(self.id, role, own, count)

    def patterns(self, *, min_frequency: int = 3, rule: str = TESTED) -> list[Pattern]:
        """What the person does again and again, by their latest 5,000 events, most frequent first.

        Each came true ``min_frequency`` times (2 or more), more often than chance explains, and of
        late; with the rule ``documented`` the number of times alone decides (docs/actions.md).
        """
        events = self.history(patterns.LATEST)[::-1]
        return patterns.of_person(self._parts, self.id, events, min_frequency, rule)

    def anomaly(self) -> list[Judgement]:
        """How the latest two active days compare with those before, latest first; all three signals of each.

        A day is told as it stands; of the person's own days at least five stand before it, else nothing is
        said. At most one ordinary day in 100 is to be ``unusual`` (docs/alerts.md).
        """
        fold = self._parts.fold
        name = fold.feature(Anomaly).name
        norm: Norm | None = self._parts.population.norms().by_name.get(name)

        def answer(folded: Folded) -> list[Judgement]:
            return list(judgements(fold.state(folded, name), norm))

        if self.at is not None:
            return answer(self._parts.states.replayed(self.id, until=self.at))
        return self._parts.states.read(self.id, answer)

    @overload
    def explain(self, item: str, *, seen: str | None = None) -> Choice: ...

    @overload
    def explain(self, *, reading: str, limit: int = 10) -> Explanation: ...

    def explain(
        self,
        item: str | None = None,
        *,
        reading: str | None = None,
        seen: str | None = None,
        limit: int = 10,
    ) -> Choice | Explanation:
        """Why an item would be in a slate now, or from which events a ``reading`` comes.

        Of an item: its score and the reasons that sum to it, 0.0 and none without evidence. Of a reading
        of the profile: at most ``limit`` (1 to 100) of the latest 1,000 events that changed it, with what
        each weighs and what it changed; ``str()`` says it in words. Raises ``InvalidArgument``.

        >>> import penchant
        >>> p = penchant.open(":memory:")
        >>> _ = p.item("run-5k", category="run"), p.track("ann", "click", "run-5k", id="e1")
        >>> told = p.user("ann").explain(reading="categories")
        >>> [(one.event.id, round(one.weight, 3)) for one in told.because]
        [('e1', 0.3)]
        >>> p.close()
        """
        if reading is not None:
            if item is not None:
                raise InvalidArgument("reading", f"tell it or an item, not both; got {item!r} too")
            if seen is not None:
                raise InvalidArgument("seen", "is about items; a reading rests on every event")
            return explanations.of_reading(self._parts, self.id, reading, self.at, limit)
        if item is None:
            raise InvalidArgument("item", "tell an item, or reading= such as 'interests'")
        rule = seen or self._parts.settings.seen
        return self._parts.decisions.explain(item, self._history(rule), rule)

    def rate(self, item: str) -> float:
        """How much the person likes the item, 0 to 5, from what they did with it."""
        check_name("item", item)
        fold, now = self._parts.fold, self.at or self._parts.now()
        items = fold.feature(Items)

        def answer(folded: Folded) -> float:
            return items.rate(fold.state(folded, items.name), item, now)

        if self.at is not None:
            return answer(self._parts.states.replayed(self.id, until=self.at))
        return self._parts.states.read(self.id, answer)

    def history(self, limit: int = 100, *, kind: str | None = None) -> list[Event]:
        """The latest events, newest first by arrival, of one kind if one is named."""
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= HISTORY:
            raise InvalidArgument("limit", f"expected 1 to {HISTORY}, got {limit!r}")
        wanted = None if kind is None else self._kind(kind)
        page_size = limit if wanted is None and self.at is None else PAGE
        self._parts.writer.settle(self.id)
        found: list[Event] = []
        before: int | None = None
        while len(found) < limit and (page := self._parts.store.recent(self.id, page_size, before)):
            before = page[-1][0]
            found.extend(
                event
                for _, event in page
                if (wanted is None or event.kind == wanted)
                and (self.at is None or event.at <= self.at)
            )
        return [copied(event) for event in found[:limit]]

    def set(self, **traits: Any) -> str:
        """Tell traits of the person (role, goals, locale, zone, ...); ``None`` takes one back.

        Returns the id of the event that tells them. Raises ``InvalidEvent`` beyond 512 bytes.
        """
        event = self.told(traits)
        self._parts.writer.write(Append((event,)))
        if "zone" in traits:
            self._parts.population.catch_up()  # the next event has the hour of the zone told here
        return event.id

    def told(self, traits: Mapping[str, Any]) -> Event:
        """The event that tells traits, not yet written."""
        zone = traits.get("zone")
        try:
            if zone is not None:
                zone_named(zone)
        except ValueError as error:
            raise InvalidArgument("zone", str(error)) from None
        return self._parts.edge.event_from({"user": self.id, "kind": TRAITS, "data": traits})

    def prefer(self, **choices: str | None) -> str:
        """Choose settings of the interface (layout, density, animation); ``None`` takes a choice back.

        Returns the id of the event that tells them: replayed, exported and read as of any instant like
        everything else. Raises ``InvalidArgument`` for a setting or a value that does not exist.

        >>> import penchant
        >>> p = penchant.open(":memory:")
        >>> event = p.user("ann").prefer(layout="compact")
        >>> p.user("ann").ux()["layout"].value, p.user("ann").ux()["layout"].source
        ('compact', 'pin')
        >>> p.close()
        """
        event = self.chosen(choices)
        self._parts.writer.write(Append((event,)))
        return event.id

    def chosen(self, choices: Mapping[str, Any]) -> Event:
        """The event that tells choices, not yet written; with the role, device and tier of the person."""
        told = checked(choices)
        raw = {"user": self.id, "kind": PREFERENCES, "data": told}
        if aspects := interface.aspects(self._parts, self.id):
            raw["context"] = aspects
        return self._parts.edge.event_from(raw)

    def ux(self, *, device: str | None = None, way: str = CALIBRATED) -> Interface:
        """The settings of the interface in force, each with its source, reason and confidence.

        What the person chose wins, then the operator's rules (the setting ``interface``), then what people
        of the same role, device and tier surely choose, then the default. ``device`` is the one in use, else
        the one most used. With the way ``documented`` behaviour decides what nobody said. docs/interface.md.
        """
        self._check_now()
        return interface.settings(self._parts, self.id, device, way)

    def _kind(self, kind: str) -> str:
        return self._parts.kinds.canonical(check_name("kind", kind, KIND_LONGEST))

    def _fresh(self, folded: Folded, now: Instant) -> Profile:
        """The profile as of now, or one read less than a second ago from the same events."""
        norms = self._parts.population.norms()
        known = self._parts.profiles.get(self.id)
        version = self._version(folded, norms)
        if known is not None and now - known.as_of < SECOND and known.version == version:
            return known
        if len(self._parts.profiles) >= self._parts.settings.cache_users:
            self._parts.profiles.clear()
        profile = self._parts.profiles[self.id] = self._profile(folded, now, norms)
        return profile

    def _version(self, folded: Folded, norms: Norms) -> str:
        seen = f"{folded.upto:x}-{folded.unknown:x}-{norms.version:x}"
        return f"{seen}-{self._parts.fold.fingerprint[:8]}"

    def _profile(self, folded: Folded, now: Instant, norms: Norms) -> Profile:
        readings = self._parts.fold.read(folded, now, norms)
        return Profile(self.id, now, self._version(folded, norms), readings)

    def _check_now(self) -> None:
        if self.at is not None:
            raise InvalidArgument(
                "at",
                "what everyone did is known as of now only; profile(), history() and rate() travel",
            )

    def _history(self, seen: str) -> History:
        self._check_now()
        touches: list[Touch] = self._parts.states.read(
            self.id, lambda folded: list(self._parts.fold.state(folded, "recent"))
        )
        return History(touches, self._seen() if seen == "hide" else frozenset())

    def _seen(self) -> frozenset[str]:
        """Every item the person touched, from the log: a bounded state could not hold them."""
        kinds = self._parts.kinds
        return frozenset(
            event.item
            for _, event in self._parts.store.recent(self.id, HISTORY)
            if event.item is not None and kinds.of(event.kind).teaches
        )

    def _expose(self, slate: Slate) -> None:
        sorted_ = self._parts.intake.mappings(slate.exposures(self.id))
        if sorted_.events:
            self._parts.writer.write(Append(sorted_.events))


@dataclass(frozen=True, slots=True)
class Session:
    """A session of an opened store: what its latest events say, whoever they belong to."""

    _parts: Parts
    id: str

    def __repr__(self) -> str:
        return f"<session {self.id!r} of {self._parts.place!r}>"

    def recommend(
        self, count: int = 10, *, where: Mapping[str, Any] | None = None, seen: str | None = None
    ) -> Slate:
        """The best ``count`` items for this session; popular ones while it has no events."""
        rule = seen or self._parts.settings.seen
        return self._parts.decisions.recommend(count, self._history(), where, rule)

    def events(self) -> list[Event]:
        """Its latest 200 events by arrival, oldest first."""
        return [copied(event) for event in self._latest()]

    def _latest(self) -> list[Event]:
        self._parts.writer.settle_all()  # whose events they are is not known
        return [event for _, event in self._parts.store.session(self.id, SESSION)]

    def _history(self) -> History:
        kinds = self._parts.kinds
        touches = []
        for event in self._latest():
            kind = kinds.of(event.kind)
            if event.item is not None and kind.teaches:
                weight = kind.signal(event.value, event.success)
                touches.append(Touch(event.at, event.item, weight, kind.weight > 0))
        touches.sort(key=lambda touch: touch.at)
        return History(touches, frozenset(touch.item for touch in touches))
