"""Rules: how the documented learner changes a profile, step by step. Nothing is stored by them.

A store folds events instead, and comes to the same: the learner reads it by the rule ``documented``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta
from math import inf

from penchant.compat.discovery.events import fields_of
from penchant.compat.discovery.records import (
    CategoryPreference,
    InterestWeight,
    UserBehaviorEvent,
    UserPreferenceProfile,
)
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, Instant
from penchant.core.item import Item
from penchant.profile.features.drift import THRESHOLD
from penchant.serve.parts import Parts
from penchant.state.turns import divergence

LEARNING_RATE = 0.1  # CONTRACT S2-29
DECAY_RATE = 0.95  # a day (S2-30)
CONFIDENCE = 0.5  # of what is new (S2-32)
DRIFT = THRESHOLD  # nats above which tastes have drifted (S2-36)
RECENT, HISTORICAL = timedelta(days=30), timedelta(days=90)


def decayed(profile: UserPreferenceProfile, now: Instant) -> UserPreferenceProfile:
    """The profile as of ``now``: weights times 0.95 a day since ``last_updated`` (CONTRACT S2-31).

    A profile without an update, or with one after ``now``, stays as it is.
    """
    if profile.last_updated is None:
        return profile
    passed = now - instant.read(profile.last_updated, UTC)[0]
    if passed <= 0:
        return profile
    factor = DECAY_RATE ** (passed / DAY)
    return replace(
        profile,
        interests=tuple(replace(one, weight=one.weight * factor) for one in profile.interests),
        categories=tuple(
            replace(one, preference=one.preference * factor) for one in profile.categories
        ),
        last_updated=instant.text(now),
    )


def learned(
    profile: UserPreferenceProfile, item: Item | None, signal: float
) -> UserPreferenceProfile:
    """The profile after a signal about an item: 0.1 of it on each tag and the category (S2-32, S2-33).

    A new name has the confidence 0.5, and that of n events n / (n + 1). An item nobody knows teaches
    nothing (S2-53). Strongest first, equals by name.

    >>> profile = UserPreferenceProfile(user_id="ann")
    >>> learned(profile, Item(id="run-5k", tags=("sport",)), 1.0).interests
    (InterestWeight(interest='sport', weight=0.1, confidence=0.5),)
    """
    if item is None:
        return profile
    step = signal * LEARNING_RATE
    interests = {one.interest: one for one in profile.interests}
    for tag in item.tags:
        known = interests.get(tag)
        interests[tag] = (
            InterestWeight(interest=tag, weight=step, confidence=CONFIDENCE)
            if known is None
            else replace(known, weight=known.weight + step, confidence=_surer(known.confidence))
        )
    categories = {one.category_id: one for one in profile.categories}
    if item.category is not None:
        category = categories.get(item.category)
        categories[item.category] = (
            CategoryPreference(category_id=item.category, preference=step, confidence=CONFIDENCE)
            if category is None
            else replace(
                category,
                preference=category.preference + step,
                confidence=_surer(category.confidence),
            )
        )
    return replace(
        profile,
        interests=tuple(sorted(interests.values(), key=lambda one: (-one.weight, one.interest))),
        categories=tuple(
            sorted(categories.values(), key=lambda one: (-one.preference, one.category_id))
        ),
    )


def interest_distribution(items: Iterable[Item]) -> dict[str, int]:
    """How many of the items have each tag, and each category where an item has no tags."""
    counts: Counter[str] = Counter()
    for item in items:
        counts.update(item.tags or ((item.category,) if item.category else ()))
    return dict(counts)


def kl_divergence(recent: Mapping[str, int], historical: Mapping[str, int]) -> float:
    """How far the recent counts are from the historical ones, in nats (CONTRACT X-24).

    0 or more; one is added to each count, so that it is finite whatever one of them lacks.
    Raises ``InvalidArgument`` for what is no count.

    >>> kl_divergence({"sport": 3}, {"sport": 9}), round(kl_divergence({"a": 9}, {"b": 9}), 2)
    (0.0, 1.88)
    """
    return divergence(_counts("recent", recent), _counts("historical", historical))


def _counts(argument: str, told: object) -> dict[str, int]:
    if not isinstance(told, Mapping):
        raise InvalidArgument(argument, f"expected a mapping of counts, got {told!r:.60}")
    for name, count in told.items():
        if not isinstance(count, int | float) or not 0 <= count < inf:
            raise InvalidArgument(argument, f"{name!r:.60}: expected 0 or more, got {count!r:.60}")
    return dict(told)


def _surer(confidence: float) -> float:
    """n / (n + 1) becomes (n + 1) / (n + 2)."""
    return 1.0 / (2.0 - confidence)


def signal_strength(parts: Parts, event: UserBehaviorEvent) -> float:
    """How strong a signal an event is, in [-1, 1], as its kind says (CONTRACT S2-34)."""
    fields = fields_of(event)
    kinds = parts.kinds
    kind = kinds.of(kinds.canonical(event.event_type))
    return kind.signal(fields.get("value"), fields.get("success"))


def after(
    parts: Parts, profile: UserPreferenceProfile, event: UserBehaviorEvent
) -> UserPreferenceProfile:
    """The profile after an event, by its signal and what the catalogue knows of its item."""
    item = fields_of(event).get("item")
    known = None if item is None else parts.shelf.current(item)
    return learned(profile, known, signal_strength(parts, event))
