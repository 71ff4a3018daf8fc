"""Monitoring: how the store and its process do, who is there, which documented limits are passed."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

from penchant.compat.capsules.places import Place
from penchant.core import instant
from penchant.core.errors import InvalidArgument
from penchant.core.instant import DAY, HOUR
from penchant.serve.engine import Penchant
from penchant.serve.http.metrics import Metrics

log = logging.getLogger("penchant.compat")

# CONTRACT S0-67, S0-68: level, metric, limit, whether it is passed above or below, in words.
LIMITS = (
    ("CRITICAL", "error_rate", 0.05, True, "more than 5 % of requests failed in the last minute"),
    ("WARNING", "cache_hit_rate", 0.5, False, "less than half of the profiles were in memory"),
    ("WARNING", "avg_processing_ms", 100.0, True, "a request takes more than 100 ms on average"),
)
ARCHETYPE, USAGE = "new_user_archetype", "unusual_usage_pattern"  # CONTRACT S0-69
MOST = 100  # alerts of people
LEAST = 20  # requests, or profile reads, below which a share of them says nothing
INTERVAL = 60.0  # seconds


def system(engine: Penchant, http: Metrics | None = None) -> dict[str, Any]:
    """How this process does. ``None`` for what it did not measure; what is a second and the error rate are of
    the last minute, the hit rate and the mean of requests since it started.

    ``health`` is ``critical`` or ``warning`` where a limit of that level is passed, else ``healthy``.
    """
    parts = engine.parts
    told = {
        "timestamp": instant.text(parts.now()),
        "events_per_second": parts.writer.stored.per_second(),
        "events_stored": parts.writer.stored.total,
        "queue_events": parts.writer.waiting(),
        "queue_capacity": parts.settings.queue_capacity,
        "storage_reads_per_second": parts.store.reads.per_second(),
        "storage_writes_per_second": parts.store.writes.per_second(),
        "cache_hit_rate": _hits(engine),
        "error_rate": None,
        "avg_processing_ms": None,
    }
    if http is not None and (answers := http.answers.lately()) >= LEAST:
        told["error_rate"] = http.failures.lately() / answers
    if http is not None:
        durations = list(http.durations.copy().values())
        count = sum(sum(one.counts) for one in durations)
        if count >= LEAST:
            told["avg_processing_ms"] = sum(one.seconds for one in durations) / count * 1_000
    levels = {alert["level"] for alert in alerts(told)}
    health = "critical" if "CRITICAL" in levels else "warning" if levels else "healthy"
    return {"health": health, **told}


def engagement(engine: Penchant) -> dict[str, Any]:
    """Who is there: about how many people, and events a second, in whole hours."""
    parts = engine.parts
    parts.population.read(lambda folded: None)  # the latest events count
    now = parts.now()
    hour, day = (parts.population.lately(span, now) for span in (HOUR, DAY))
    return {
        "timestamp": instant.text(now),
        "active_users_last_hour": hour.active_users,
        "active_users_last_day": day.active_users,
        "interactions_per_second_last_hour": hour.events_per_second,
        "interactions_per_second_last_day": day.events_per_second,
    }


def computation(engine: Penchant) -> dict[str, Any]:
    """How long vectors take: folding and reading what is known of a person, since this process started."""
    states = engine.parts.states
    seconds = states.seconds
    times = (
        ("avg_ms", seconds.mean()),
        ("p95_ms", seconds.quantile(0.95)),
        ("p99_ms", seconds.quantile(0.99)),
    )
    return {
        "timestamp": instant.text(engine.parts.now()),
        "computations": sum(states.reads.values()),
        **{name: None if value is None else value * 1_000 for name, value in times},
        "cache_hit_rate": _hits(engine),
    }


def alerts(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The documented limits that system metrics pass now; a metric that was not measured passes none."""
    return [
        {
            "level": level,
            "metric": metric,
            "value": value,
            "threshold": limit,
            "message": message,
            "timestamp": told["timestamp"],
        }
        for level, metric, limit, above, message in LIMITS
        if (value := told[metric]) is not None and (value > limit if above else value < limit)
    ]


def of_people(engine: Penchant) -> list[dict[str, Any]]:
    """New archetypes and unusual usage of the latest seven days (CONTRACT S0-69), the latest first."""
    return [
        {
            "level": alert.level,
            "metric": ARCHETYPE if alert.what == "new_tier" else USAGE,
            "value": alert.evidence["tier" if alert.what == "new_tier" else "value"],
            "threshold": alert.evidence["before" if alert.what == "new_tier" else "usual"],
            "message": alert.text,
            "timestamp": instant.text(alert.at),
            "user_id": alert.user,
        }
        for alert in engine.alerts(MOST, level="INFO")
    ]


def everything(engine: Penchant, http: Metrics | None = None) -> dict[str, Any]:
    """What a dashboard shows."""
    told = system(engine, http)
    return {
        "timestamp": told["timestamp"],
        "system": told,
        "engagement": engagement(engine),
        "bv_computation": computation(engine),
        "alerts": [*alerts(told), *of_people(engine)],
    }


def _hits(engine: Penchant) -> float | None:
    reads = engine.parts.states.reads
    total = sum(reads.values())
    return (total - reads["loaded"]) / total if total >= LEAST else None


class MetricsCollector:
    """Collects what this process measured of a store: ``store``, else ``PENCHANT_STORE``."""

    def __init__(self, *, store: Penchant | str | Path | None = None) -> None:
        self._place = Place(store)

    def collect(self) -> dict[str, Any]:
        """System, engagement, computation and alerts, as of now."""
        return everything(self._place.engine)

    def close(self) -> None:
        """Close the store if it was opened here."""
        self._place.close()


class MonitoringDashboard:
    """Collects again and again; ``latest`` is what it found last, ``None`` before."""

    def __init__(self, collector: MetricsCollector) -> None:
        self.collector = collector
        self.latest: dict[str, Any] | None = None
        self._stopped = asyncio.Event()

    async def start_monitoring(self, interval_seconds: float = INTERVAL) -> None:
        """Collect every ``interval_seconds`` until :meth:`stop`; log each limit that is passed."""
        if not interval_seconds > 0:
            raise InvalidArgument("interval_seconds", f"expected above 0, got {interval_seconds!r}")
        self._stopped.clear()
        while not self._stopped.is_set():
            self.latest = await asyncio.to_thread(self.collector.collect)
            for alert in self.latest["alerts"]:
                log.warning("%s: %s (%s)", alert["level"], alert["message"], alert["value"])
            try:
                await asyncio.wait_for(self._stopped.wait(), interval_seconds)
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Let the monitoring end."""
        self._stopped.set()
