"""Capsules: the names of a tracker of interface capsules, over a store: docs/compat/capsules.md."""

from __future__ import annotations

from penchant.compat.capsules.behavioral_tracker import BehavioralTracker
from penchant.compat.capsules.bv_storage import BVStorage
from penchant.compat.capsules.computer import BehavioralVectorComputer
from penchant.compat.capsules.events import InteractionEvent, InteractionType
from penchant.compat.capsules.monitoring import MetricsCollector, MonitoringDashboard
from penchant.compat.capsules.vectors import BehavioralVector

__all__ = [
    "BVStorage",
    "BehavioralTracker",
    "BehavioralVector",
    "BehavioralVectorComputer",
    "InteractionEvent",
    "InteractionType",
    "MetricsCollector",
    "MonitoringDashboard",
]
