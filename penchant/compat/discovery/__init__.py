"""Personalisation of an events app by its documented names; each is a thin translation to penchant's own."""

from __future__ import annotations

from penchant.compat.discovery.learner import DynamicPreferenceLearner
from penchant.compat.discovery.records import (
    BehavioralPattern,
    CategoryPreference,
    EventContext,
    EventMetadata,
    GeoPoint,
    InterestWeight,
    LocationPreference,
    TemporalPreference,
    UserBehaviorEvent,
    UserPreferenceProfile,
)
from penchant.compat.discovery.rules import (
    DECAY_RATE,
    LEARNING_RATE,
    decayed,
    interest_distribution,
    kl_divergence,
    learned,
)
from penchant.compat.discovery.tracker import UserBehaviorTracker

__all__ = [
    "BehavioralPattern",
    "CategoryPreference",
    "DECAY_RATE",
    "DynamicPreferenceLearner",
    "EventContext",
    "EventMetadata",
    "GeoPoint",
    "InterestWeight",
    "LEARNING_RATE",
    "LocationPreference",
    "TemporalPreference",
    "UserBehaviorEvent",
    "UserBehaviorTracker",
    "UserPreferenceProfile",
    "decayed",
    "interest_distribution",
    "kl_divergence",
    "learned",
]
