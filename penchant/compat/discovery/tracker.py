"""The tracker: what users do, told as it happens."""

from __future__ import annotations

from dataclasses import replace

from penchant.compat.discovery import rules
from penchant.compat.discovery.events import Told, enriched, fields_of
from penchant.compat.discovery.profiles import CALIBRATED, profile_of
from penchant.compat.discovery.records import UserBehaviorEvent, UserPreferenceProfile
from penchant.core.errors import InvalidArgument
from penchant.io import system
from penchant.serve.engine import Penchant

HIGH = "high"


class UserBehaviorTracker:
    """Tracks events in the opened store ``p``; there is nothing to start.

    An event changes its user's profile at once, once however often it is sent, by the weight of its
    type; events of one user in their order. It is durable within 100 ms, at
    :meth:`process_event_buffer`, or before :meth:`track_event` returns where it has a high priority.

    >>> import penchant
    >>> p = penchant.open(":memory:")
    >>> tracker = UserBehaviorTracker(p)
    >>> told = tracker.track_event({"userId": "ann", "eventType": "rsvp", "entityId": "run-5k"})
    >>> told.context.time_of_day is not None, p.user("ann").history()[0].kind
    (True, 'rsvp')
    >>> p.close()
    """

    def __init__(self, p: Penchant) -> None:
        self._p = p

    def track_event(self, event: Told) -> UserBehaviorEvent:
        """Remember an event, a record or a mapping; returns it with its id and context.

        Raises ``InvalidArgument`` and ``InvalidEvent`` for one that cannot be used, naming the field.
        """
        told = UserBehaviorEvent.from_dict(event)
        known = told if told.event_id else replace(told, event_id=self.generate_id())
        return self.store_event(known, durable=self.is_high_priority_event(known))

    def process_event_buffer(self) -> None:
        """Return once everything tracked so far is durable."""
        self._p.flush()

    def process_event(self, event: Told) -> UserPreferenceProfile:
        """Remember an event, durably, and let everything know it; the profile of its user."""
        told = self.store_event(event, durable=True)
        self.update_recommendation_models()
        return self.get_user_profile(told.user_id)

    def store_event(self, event: Told, *, durable: bool = False) -> UserBehaviorEvent:
        """Remember an event, without a look at its priority; returns it with its id and context."""
        told = UserBehaviorEvent.from_dict(event)
        known = self.enrich_event_context(told)
        stored = replace(told, context=replace(told.context, timestamp=known.context.timestamp))
        id = self._p.track(**fields_of(stored), durable=durable)
        return replace(known, event_id=id)

    def enrich_event_context(self, event: Told) -> UserBehaviorEvent:
        """The event with its instant, part of the day and weekday, in the user's zone."""
        return enriched(self._p.parts, UserBehaviorEvent.from_dict(event))

    def generate_id(self) -> str:
        """A new id; ids ascend with time."""
        return system.event_id(self._p.parts.now())

    def is_high_priority_event(self, event: Told) -> bool:
        """Whether its kind has a high priority: of the documented types rsvp, save and feedback."""
        kinds = self._p.parts.kinds
        kind = UserBehaviorEvent.from_dict(event).event_type
        return kinds.of(kinds.canonical(kind)).priority == HIGH

    def update_recommendation_models(self) -> None:
        """Let what is known of everyone know all that is durable; it follows within a second by itself."""
        self._p.flush()
        self._p.parts.population.catch_up()

    def get_user_profile(self, user_id: str, *, rule: str = CALIBRATED) -> UserPreferenceProfile:
        """What a user is drawn to; empty for somebody without events."""
        return profile_of(self._p, user_id, rule)

    # -- the documented rule, upon a record that the caller has -------------------------------------

    def update_interests_from_rsvp(
        self, profile: UserPreferenceProfile, entity_id: str
    ) -> UserPreferenceProfile:
        """The profile after an rsvp for an item, by the documented rule; nothing is stored."""
        return self._learned(profile, _of("rsvp", profile, entity_id), "rsvp")

    def update_click_preferences(
        self, profile: UserPreferenceProfile, event: Told
    ) -> UserPreferenceProfile:
        """The profile after a click, by the documented rule; nothing is stored."""
        return self._learned(profile, UserBehaviorEvent.from_dict(event), "click")

    def update_feedback_preferences(
        self, profile: UserPreferenceProfile, event: Told
    ) -> UserPreferenceProfile:
        """The profile after a feedback, by the documented rule; nothing is stored."""
        return self._learned(profile, UserBehaviorEvent.from_dict(event), "feedback")

    def update_search_preferences(
        self, profile: UserPreferenceProfile, event: Told
    ) -> UserPreferenceProfile:
        """The profile after a search that names an item, by the documented rule; nothing is stored."""
        return self._learned(profile, UserBehaviorEvent.from_dict(event), "search")

    def _learned(
        self, profile: UserPreferenceProfile, event: UserBehaviorEvent, kind: str
    ) -> UserPreferenceProfile:
        if self._p.parts.kinds.canonical(event.event_type) != kind:
            raise InvalidArgument("$.eventType", f"expected {kind!r}, got {event.event_type!r:.60}")
        return rules.after(self._p.parts, profile, event)


def _of(kind: str, profile: UserPreferenceProfile, item: str) -> UserBehaviorEvent:
    return UserBehaviorEvent(user_id=profile.user_id, event_type=kind, entity_id=item)
