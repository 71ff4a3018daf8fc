"""Features: what a profile learns from events. A new one is a file, a line here and a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta, tzinfo
from typing import Any

from penchant.profile.feature import Feature
from penchant.profile.features.actions import Actions
from penchant.profile.features.activity import Activity
from penchant.profile.features.anomaly import Anomaly
from penchant.profile.features.drift import Drift
from penchant.profile.features.engagement import Engagement
from penchant.profile.features.evolution import Evolution
from penchant.profile.features.expertise import Expertise
from penchant.profile.features.frustration import Frustration
from penchant.profile.features.habits import PARTS_OF_DAY, Habits
from penchant.profile.features.interests import Categories, Interests
from penchant.profile.features.items import KAPPA, Items
from penchant.profile.features.outcomes import Outcomes
from penchant.profile.features.preferences import Preferences
from penchant.profile.features.recent import Recent
from penchant.profile.features.searches import Searches
from penchant.profile.features.sessions import GAP, Sessions
from penchant.profile.features.surroundings import Surroundings
from penchant.profile.features.traits import Traits


def features(
    zone: tzinfo = UTC,
    session_gap: timedelta = GAP,
    parts_of_day: Mapping[str, int] = PARTS_OF_DAY,
    kappa: float = KAPPA,
    memory: str = "learned",
    confidence: str = "calibrated",
) -> tuple[Feature[Any], ...]:
    """Every built-in feature of a person, in the order of their states."""
    return (
        Activity(),
        Items(kappa, memory),
        Recent(),
        Interests(memory, confidence),
        Categories(memory, confidence),
        Searches(),
        Habits(zone, parts_of_day),
        Sessions(session_gap),
        Outcomes(),
        Actions(session_gap),
        Traits(),
        Preferences(),
        Surroundings(),
        Engagement(),
        Frustration(session_gap),
        Expertise(session_gap),
        Drift(),
        Evolution(),
        Anomaly(zone),
    )
