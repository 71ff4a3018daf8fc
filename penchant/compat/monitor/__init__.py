"""A user interaction monitor by its documented names; each is a thin translation to penchant's own."""

from __future__ import annotations

from penchant.compat.monitor.api_hooks import create_flask_middleware
from penchant.compat.monitor.cli_hooks import (
    CLIMonitoringMiddleware,
    CommandContext,
    record_cli_interaction,
    track_cli_command,
)
from penchant.compat.monitor.current import get_monitor, stop_monitor
from penchant.compat.monitor.files import Written, write_files
from penchant.compat.monitor.monitor import InteractionMonitor
from penchant.compat.monitor.pseudonyms import Pseudonyms
from penchant.compat.monitor.records import (
    Interaction,
    InteractionPattern,
    InteractionStatus,
    InteractionType,
    UserProfile,
)
from penchant.compat.monitor.scrubbing import scrubbed

__all__ = [
    "CLIMonitoringMiddleware",
    "CommandContext",
    "Interaction",
    "InteractionMonitor",
    "InteractionPattern",
    "InteractionStatus",
    "InteractionType",
    "Pseudonyms",
    "UserProfile",
    "Written",
    "create_flask_middleware",
    "get_monitor",
    "record_cli_interaction",
    "scrubbed",
    "stop_monitor",
    "track_cli_command",
    "write_files",
]
