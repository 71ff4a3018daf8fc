"""Monitoring from Python."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from penchant.compat.capsules import (
    MetricsCollector,
    MonitoringDashboard,
)
from penchant.core.errors import InvalidArgument
from penchant.serve.engine import Penchant


def test_a_dashboard_collects_until_it_is_stopped(p: Penchant) -> None:
    class Counting(MetricsCollector):
        dashboard: MonitoringDashboard
        collected = 0

        def collect(self) -> dict[str, Any]:
            self.collected += 1
            if self.collected == 3:
                self.dashboard.stop()
            return super().collect()

    p.track("ann", "tap", durable=True)
    collector = Counting(store=p)
    collector.dashboard = dashboard = MonitoringDashboard(collector)

    asyncio.run(dashboard.start_monitoring(interval_seconds=0.001))

    assert collector.collected == 3
    assert dashboard.latest is not None
    assert dashboard.latest["system"]["events_stored"] == 1
    assert dashboard.latest["system"]["error_rate"] is None  # no server in this process


def test_an_interval_that_is_none_is_refused(p: Penchant) -> None:
    dashboard = MonitoringDashboard(MetricsCollector(store=p))

    with pytest.raises(InvalidArgument, match="interval_seconds: expected above 0, got 0"):
        asyncio.run(dashboard.start_monitoring(interval_seconds=0))
