"""A scene: the documented calls, on a morning in December."""

from __future__ import annotations

from penchant.compat.monitor import InteractionMonitor, InteractionStatus, InteractionType
from penchant.core.instant import SECOND
from tests.conftest import ManualClock


def play(monitor: InteractionMonitor, clock: ManualClock) -> str:
    """Record a command, a request, a failure and a timeout; the timestamp of the first."""
    first = monitor.record_interaction(
        interaction_type=InteractionType.CLI_COMMAND,
        command="status",
        status=InteractionStatus.SUCCESS,
        duration_ms=45.5,
        user_id="user123",
        metadata={"expert": "planner"},
        session_id="2025121510",
    )
    clock.advance(60 * SECOND)
    monitor.record_interaction(
        InteractionType.API_REQUEST, "/reports", InteractionStatus.TIMEOUT, 30_000, "user123"
    )
    clock.advance(60 * SECOND)
    monitor.record_interaction(
        interaction_type=InteractionType.CLI_COMMAND,
        command="deploy --fast",
        status=InteractionStatus.ERROR,
        duration_ms=120.0,
        user_id="user123",
        error_message="no such host",
    )
    clock.advance(60 * SECOND)
    monitor.record_interaction(
        interaction_type=InteractionType.CLI_COMMAND,
        command="status",
        status=InteractionStatus.FAILURE,
        duration_ms=12.0,
    )
    return first


def repeat(monitor: InteractionMonitor, clock: ManualClock, times: int) -> None:
    """Test after each make, with something else in between."""
    for turn in range(times):
        for command in ("make", "test", f"edit{turn % 5}"):
            clock.advance(60 * SECOND)
            monitor.record_interaction(
                InteractionType.CLI_COMMAND, command, InteractionStatus.SUCCESS, 10.0, "ann"
            )
