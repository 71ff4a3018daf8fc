"""The learner: what users are drawn to, and whether that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from penchant.compat.discovery import rules
from penchant.compat.discovery.events import Told, event_of
from penchant.compat.discovery.profiles import CALIBRATED, DOCUMENTED, check_rule, profile_of
from penchant.compat.discovery.records import UserBehaviorEvent, UserPreferenceProfile
from penchant.compat.discovery.tracker import UserBehaviorTracker
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import Instant
from penchant.core.item import Item
from penchant.serve.engine import Penchant

LATEST = 10_000  # events that are looked at for a window


class DynamicPreferenceLearner:
    """Reads what the opened store ``p`` learned of users, by ``rule``.

    ``calibrated``, the default, is what penchant itself goes by: memory and confidence as the store's
    settings say, and drift by a test that raises a false alarm for at most 5 % of people in 300
    events. ``documented`` is the rule of the source system: 0.95 a day, n / (n + 1), and a divergence
    of the last 30 days from the 60 before above 0.5.

    >>> import penchant
    >>> p = penchant.open(":memory:")
    >>> item = p.item("run-5k", category="run", tags=["sport"])
    >>> learner = DynamicPreferenceLearner(p, rule="documented")
    >>> profile = learner.update_preferences("ann", {"eventType": "rsvp", "entityId": "run-5k"})
    >>> [(one.interest, round(one.weight, 3), one.confidence) for one in profile.interests]
    [('sport', 0.1, 0.5)]
    >>> p.close()
    """

    def __init__(self, p: Penchant, *, rule: str = CALIBRATED) -> None:
        check_rule(rule)
        self._p = p
        self._rule = rule
        self._tracker = UserBehaviorTracker(p)

    def update_preferences(self, user_id: str, event: Told) -> UserPreferenceProfile:
        """Track an event of the user and tell what they are drawn to now.

        The event need not name the user. Raises ``InvalidArgument`` where it names another one.
        """
        if isinstance(event, Mapping) and not event.keys() & {"userId", "user_id"}:
            event = {**event, "userId": user_id}
        told = UserBehaviorEvent.from_dict(event)
        if told.user_id != user_id:
            raise InvalidArgument(
                "$.userId", f"expected that of the call, {user_id!r:.60}, got {told.user_id!r:.60}"
            )
        self._tracker.track_event(told)
        return self.get_user_preference_profile(user_id)

    def get_user_preference_profile(self, user_id: str) -> UserPreferenceProfile:
        """What a user is drawn to, as of now; empty for somebody without events."""
        return profile_of(self._p, user_id, self._rule)

    def detect_preference_drift(self, user_id: str) -> bool | None:
        """Whether a user turns to other things than before.

        By the documented rule ``None`` with fewer than 20 events in the last 30 days or in the
        60 before, which are whole tiles of ten days.
        """
        drift = self._p.user(user_id).profile().drift
        told = drift["documented"] if self._rule == DOCUMENTED else drift
        found: bool | None = told["drifting"]
        return found

    def get_recent_behavior(self, user_id: str, days: float = 30) -> list[UserBehaviorEvent]:
        """What a user did in the last ``days``, oldest first; of the latest 10,000 events."""
        return self._between(user_id, _days(days), timedelta(0))

    def get_historical_behavior(self, user_id: str, days: float = 90) -> list[UserBehaviorEvent]:
        """What a user did in the last ``days`` but not in the last 30; of the latest 10,000 events."""
        return self._between(user_id, _days(days), rules.RECENT)

    def get_activity(self, entity_id: str) -> Item | None:
        """The item as the catalogue has it; ``None`` for one it does not know."""
        self._p.parts.shelf.refresh()
        return self._p.parts.shelf.current(entity_id)

    # -- the documented rules, upon what the caller has ---------------------------------------------

    def get_signal_strength(self, event: Told) -> float:
        """How strong a signal the event is, in [-1, 1], as its kind says."""
        return rules.signal_strength(self._p.parts, UserBehaviorEvent.from_dict(event))

    def apply_decay(self, profile: UserPreferenceProfile) -> UserPreferenceProfile:
        """The profile as of now, by 0.95 a day; nothing is stored."""
        return rules.decayed(profile, self._p.parts.now())

    def update_preferences_from_event(
        self, profile: UserPreferenceProfile, event: Told
    ) -> UserPreferenceProfile:
        """The profile after an event, by the documented rule; nothing is stored.

        An item that the catalogue does not know teaches nothing.
        """
        return rules.after(self._p.parts, profile, UserBehaviorEvent.from_dict(event))

    def extract_interest_distribution(self, behavior: Iterable[Told]) -> dict[str, int]:
        """How many of the events are about each tag, or the category of an item without tags."""
        items = (
            self.get_activity(event.entity_id)
            for event in map(UserBehaviorEvent.from_dict, behavior)
            if event.entity_id is not None
        )
        return rules.interest_distribution(item for item in items if item is not None)

    def calculate_kl_divergence(
        self, recent: Mapping[str, int], historical: Mapping[str, int]
    ) -> float:
        """How far the recent counts are from the historical ones, in nats, one added to each."""
        return rules.kl_divergence(recent, historical)

    def _between(
        self, user_id: str, longest: timedelta, shortest: timedelta
    ) -> list[UserBehaviorEvent]:
        parts = self._p.parts
        now = parts.now()
        since, until = now - instant.span(longest), now - instant.span(shortest)
        found = [
            event
            for event in self._p.user(user_id).history(LATEST)
            if since <= event.at
            and _is_before(event.at, until, shortest)
            and parts.kinds.of(event.kind).teaches
        ]
        found.sort(key=lambda event: event.at)
        return [event_of(parts, event) for event in found]


def _is_before(at: Instant, until: Instant, shortest: timedelta) -> bool:
    """The windows touch and do not overlap; the latest one holds now, and what is said to come."""
    return not shortest or at < until


def _days(days: object) -> timedelta:
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= 36_500:
        raise InvalidArgument("days", f"expected a number above 0, at most 36500, got {days!r:.60}")
    return timedelta(days=days)
